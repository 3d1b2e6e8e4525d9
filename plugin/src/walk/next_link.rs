//! What a page says about the one behind it, in whichever spelling.

use crate::json::scan::{Item, Kind, Span};

/// Where Azure's services put the link to the next page. The letter case does not count.
const NAMES: [&str; 4] = ["nextLink", "@nextLink", "odata.nextLink", "@odata.nextLink"];

/// What other names of such a link end with, letters and digits alone, in lower case.
const LOOKS: [&str; 9] = ["next", "nextlink", "nextlinks", "nextpage", "nextpagelink", "nextpageurl", "nexturl", "nexturi", "nexthref"];

/// What a page says about the one behind it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum NextLink {
    /// There is none.
    #[default]
    None,
    /// A link to it.
    Text(String),
    /// Something that is no text.
    Odd,
    /// A member that is not known, or does not say the same as another one: there may be more, and nobody knows where.
    Unknown(String),
}

/// Collects what the members of a page say.
#[derive(Debug, Default)]
pub(super) struct Finder {
    known: NextLink,
    unknown: Option<String>,
}

impl Finder {
    /// Looks at a member of the page.
    pub(super) fn look(&mut self, member: &Item<'_>) {
        if NAMES.iter().any(|name| name.eq_ignore_ascii_case(&member.name)) {
            self.take(&member.name, &member.value);
        } else if self.unknown.is_none() {
            self.unknown = resembling(member);
        }
    }

    /// What all of them say together.
    pub(super) fn found(self) -> NextLink {
        match (self.known, self.unknown) {
            (NextLink::None, Some(name)) => NextLink::Unknown(name),
            (known, _) => known,
        }
    }

    fn take(&mut self, name: &str, value: &Span<'_>) {
        let said = match value.as_text() {
            Some(link) if link.is_empty() => return,
            Some(link) => NextLink::Text(link.into_owned()),
            None if value.is_null() => return,
            None => NextLink::Odd,
        };
        match &self.known {
            NextLink::None => self.known = said,
            known if *known == said => {}
            _ => self.known = NextLink::Unknown(name.to_owned()),
        }
    }
}

/// The path of a member that looks like a link to a next page: the page's own, one of an object in it such as `links`, or the relation of a link.
fn resembling(member: &Item<'_>) -> Option<String> {
    if looks_like_one(member) {
        return Some(member.name.to_string());
    }
    let inner = |inner: Item<'_>| looks_like_one(&inner).then(|| format!("{}.{}", member.name, inner.name));
    match member.value.kind {
        Kind::Object => member.value.members().find_map(inner),
        Kind::Array if member.name.to_ascii_lowercase().ends_with("links") => {
            let leads_on = |link: Item<'_>| link.value.member("rel").and_then(|rel| rel.as_text()).is_some_and(|rel| rel.eq_ignore_ascii_case("next"));
            member.value.elements().any(leads_on).then(|| format!("{}.next", member.name))
        }
        _ => None,
    }
}

fn looks_like_one(member: &Item<'_>) -> bool {
    let says_nothing = match member.value.kind {
        Kind::Null | Kind::Bool => true,
        Kind::Text => member.value.as_text().is_some_and(|text| text.is_empty()),
        Kind::Object => member.value.members().next().is_none(),
        Kind::Array => member.value.elements().next().is_none(),
        Kind::Number => false,
    };
    let letters: String = member.name.chars().filter(char::is_ascii_alphanumeric).collect();
    !says_nothing && LOOKS.iter().any(|look| letters.to_ascii_lowercase().ends_with(look))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::scan;

    #[track_caller]
    fn check(page: &str, expected: NextLink) {
        let root = scan::one(page).expect("JSON").expect("a value");
        let mut finder = Finder::default();
        root.members().for_each(|member| finder.look(&member));
        assert_eq!(finder.found(), expected, "{page}");
    }

    #[test]
    fn a_known_name_is_known_in_any_letter_case() {
        for name in ["nextLink", "NextLink", "nextlink", "NEXTLINK", "@nextLink", "odata.nextLink", "@odata.nextLink", "@OData.NextLink"] {
            check(&format!(r#"{{"{name}": "/a"}}"#), NextLink::Text("/a".into()));
            check(&format!(r#"{{"{name}": null}}"#), NextLink::None);
            check(&format!(r#"{{"{name}": ""}}"#), NextLink::None);
            check(&format!(r#"{{"{name}": 7}}"#), NextLink::Odd);
        }
    }

    #[test]
    fn several_names_have_to_say_the_same() {
        check(r#"{"nextLink": null, "@odata.nextLink": "/a", "NextLink": "/a"}"#, NextLink::Text("/a".into()));
        check(r#"{"nextLink": "/a", "@odata.nextLink": "/b"}"#, NextLink::Unknown("@odata.nextLink".into()));
        check(r#"{"nextLink": "/a", "links": {"next": "/a"}}"#, NextLink::Text("/a".into()));
    }

    #[test]
    fn what_only_looks_like_a_link_is_not_followed_and_not_forgotten() {
        let unknown = |page: &str, name: &str| check(page, NextLink::Unknown(name.into()));
        unknown(r#"{"next_link": "/a"}"#, "next_link");
        unknown(r#"{"next": {"href": "/a"}}"#, "next");
        unknown(r#"{"nextPage": 2}"#, "nextPage");
        unknown(r#"{"@odata.next-link": "/a"}"#, "@odata.next-link");
        unknown(r#"{"nextLink": null, "links": {"self": "/", "next": "/a"}}"#, "links.next");
        unknown(r#"{"_links": {"next": {"href": "/a"}}}"#, "_links.next");
        unknown(r#"{"links": [{"rel": "self", "href": "/"}, {"rel": "next", "href": "/a"}]}"#, "links.next");
        for page in [r#"{"next": null, "hasNext": false}"#, r#"{"next": ""}"#, r#"{"links": {"next": null}}"#, r#"{"links": []}"#, r#"{"@odata.context": "x"}"#]
        {
            check(page, NextLink::None);
        }
    }
}
