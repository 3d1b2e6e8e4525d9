//! How images are named: the ids of images in a registry, and digests.

/// The repository in `/repositories/R/images/D`; the first slash may be missing.
pub(crate) fn repository_of(id: &str) -> Option<&str> {
    let rest = id.strip_prefix('/').unwrap_or(id).strip_prefix("repositories/")?;
    let (repository, digest) = rest.rsplit_once("/images/")?;
    (!repository.is_empty() && !digest.is_empty() && !digest.contains('/')).then_some(repository)
}

/// Host and repository in `HOST/R@D`.
pub(crate) fn name_with_host_of(id: &str) -> Option<&str> {
    let (name, digest) = id.rsplit_once('@')?;
    let (host, repository) = name.split_once('/')?;
    let is_hexadecimal = hash_of(digest)?.bytes().all(|byte| byte.is_ascii_hexdigit());
    (!host.is_empty() && !repository.is_empty() && is_hexadecimal).then_some(name)
}

/// What follows the name of the algorithm in a digest.
pub(crate) fn hash_of(digest: &str) -> Option<&str> {
    let (algorithm, hash) = digest.split_once(':')?;
    (!algorithm.is_empty() && algorithm.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !hash.is_empty()).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_repository() {
        let check = |id, repository| assert_eq!(repository_of(id), repository, "{id}");
        check("/repositories/mason/images/sha256:9e", Some("mason"));
        check("repositories/tools/images/mason/images/sha256:9e", Some("tools/images/mason"));
        check("/repositories/mason/images/", None);
        check("/repositories//images/sha256:9e", None);
        check("/repositories/mason", None);
        check("quarryacr.azurecr.io-repositories-mason-images-sha256:9e", None);
        check("", None);
    }

    #[test]
    fn a_reference_by_digest_has_the_host() {
        let check = |id, name| assert_eq!(name_with_host_of(id), name, "{id}");
        check("quarryacr.azurecr.io/tools/mason@sha256:9E", Some("quarryacr.azurecr.io/tools/mason"));
        check("mason@sha256:9e", None);
        check("/mason@sha256:9e", None);
        check("quarryacr.azurecr.io/mason@sha256:", None);
        check("quarryacr.azurecr.io/mason@sha256:xy", None);
        check("arn:aws:iam::444455556666:user/mason@quarry.example", None);
        check("quarryacr.azurecr.io/mason:v7", None);
    }

    #[test]
    fn a_hash_follows_its_algorithm() {
        let check = |digest, hash| assert_eq!(hash_of(digest), hash, "{digest}");
        check("sha256:9e", Some("9e"));
        check("sha512:ab", Some("ab"));
        check("sha256:", None);
        check(":9e", None);
        check("9e", None);
    }
}
