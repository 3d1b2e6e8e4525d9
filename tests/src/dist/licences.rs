//! Whether what is published may be: every package's licence against the list in `tests/licences.txt`.

use std::collections::BTreeSet;

use spdx::{Expression, ParseMode};

use super::packages::Package;

/// The list: one licence a line, blank lines and those that begin with `#` aside.
pub fn list(text: &str) -> BTreeSet<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// The package with its licence, if that is no choice or sum of licences on the list.
pub fn refused(package: &Package, list: &BTreeSet<&str>) -> Option<String> {
    let allowed = Expression::parse_mode(&package.licence, ParseMode::STRICT)
        .is_ok_and(|expression| expression.evaluate(|requirement| list.contains(requirement.to_string().as_str())));
    (!allowed).then(|| format!("`{} {}`: `{}`", package.name, package.version, package.licence))
}

#[cfg(test)]
mod tests {
    use super::{list, refused};
    use crate::dist::packages::{Kind, Package};

    #[track_caller]
    fn check(licence: &str, allowed: bool) {
        let list = list("# Free to use.\nMIT\n\n  Apache-2.0 WITH LLVM-exception\nUnicode-3.0");
        let package = Package {
            name: "a".into(),
            version: "1.0.0".into(),
            licence: licence.into(),
            checksum: None,
            kind: Kind::Runtime,
            root: false,
            dependencies: Vec::new(),
        };
        assert_eq!(refused(&package, &list).is_none(), allowed, "{licence}");
    }

    #[test]
    fn a_choice_needs_one_of_the_list_and_a_sum_all() {
        check("MIT", true);
        check("GPL-3.0-only", false);
        check("GPL-3.0-only OR MIT", true);
        check("GPL-3.0-only AND MIT", false);
        check("(MIT OR Apache-2.0) AND Unicode-3.0", true);
        check("Apache-2.0 WITH LLVM-exception", true);
        check("Apache-2.0", false);
        check("", false);
        check("free for all", false);
    }
}
