//! What Microsoft sends: names as Azure spells them, and where they stand. Knows nothing of ECS.

/// A table of names, each with its form.
macro_rules! known {
    ($form:ident $($spelled:literal)*) => {
        $crate::json::known::Known::new(&[$({
            const FORMED: $crate::json::name::InForm = $crate::json::name::$form($spelled);
            $crate::json::known::Row::new($spelled, FORMED.text())
        }),*])
    };
}

pub(crate) mod arm_id;
pub(crate) mod arn;
pub(crate) mod assessment;
pub(crate) mod entity;
pub(crate) mod hub;
pub(crate) mod image;
pub(crate) mod metadata;
pub(crate) mod node;
pub(crate) mod part;
pub(crate) mod property;

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::assessment;
    use crate::json::name::snake;

    #[test]
    fn known_names_have_the_form_that_any_name_gets() {
        let arena = Bump::new();
        for (spelled, form) in assessment::NAMES.names() {
            assert_eq!(snake(&arena, &mut String::new(), spelled).text, form);
        }
        let all: Vec<&str> = assessment::NAMES.names().map(|(spelled, _)| spelled).collect();
        assert!(all.is_sorted_by(|left, right| left < right), "sorted, and each once");
        // A name with an `@` would have to be dropped.
        assert!(all.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric())), "{all:?}");
    }
}
