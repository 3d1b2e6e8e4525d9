//! What a page says about the one behind it, in whichever spelling.

use core::fmt;

use super::link::Origin;
use crate::json::scan::{Item, Kind, Span};

/// Where Azure's services put the link to the next page. The letter case does not count.
const NAMES: [&str; 4] = ["nextLink", "@nextLink", "odata.nextLink", "@odata.nextLink"];

/// What may stand behind `next` in other names of such a link, once or several times; letters and digits alone, in lower case.
const BEHIND_NEXT: [&str; 10] = ["link", "links", "page", "pages", "url", "uri", "href", "token", "marker", "cursor"];

/// What names of a token end with that only a list with more pages has, in the same form.
const TOKENS: [&str; 2] = ["skiptoken", "continuationtoken"];

/// Where an object that stands for a link has the link itself, in the same form.
const TARGETS: [&str; 4] = ["href", "url", "uri", "link"];

/// How many objects deep a link may be: `meta`, and `links` in it.
const DEEPEST: usize = 2;

/// Characters of a member's path that are passed on.
const LONGEST_NAME: usize = 100;

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
    /// There may be more, and nobody knows where.
    Unknown(Doubt),
}

/// Why it is not known where the next page is. What a page calls its members is short and on one line here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Only a member of this name, which is not known, says that there is one.
    Name(String),
    /// A member of this name, which is known, says something else than another one.
    Contradiction(String),
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "there may be a next page, but only `{name}` says so, which is no name that is known"),
            Self::Contradiction(name) => write!(f, "there is a next page, but `{name}` says something else about it than another member"),
        }
    }
}

/// Collects what the members of a page say.
#[derive(Debug)]
pub(super) struct Finder<'a> {
    origin: &'a Origin,
    known: NextLink,
    unknown: Option<String>,
}

impl<'a> Finder<'a> {
    /// Nothing is said yet. Links that lead to the same URL of this origin are the same.
    pub(super) fn new(origin: &'a Origin) -> Self {
        Self { origin, known: NextLink::None, unknown: None }
    }

    /// Looks at a member of the page.
    pub(super) fn look(&mut self, member: &Item<'_>) {
        if NAMES.iter().any(|name| name.eq_ignore_ascii_case(&member.name)) {
            self.take(&member.name, &member.value);
        } else if self.unknown.is_none() {
            self.unknown = resembling(member, DEEPEST);
        }
    }

    /// What all of them say together.
    pub(super) fn found(self) -> NextLink {
        match (self.known, self.unknown) {
            (NextLink::None, Some(name)) => NextLink::Unknown(Doubt::Name(shown(&name))),
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
        match (&self.known, &said) {
            (NextLink::None, _) => self.known = said,
            (NextLink::Text(known), NextLink::Text(said)) if self.origin.is_same(known, said) => {}
            (NextLink::Odd, NextLink::Odd) | (NextLink::Unknown(_), _) => {}
            _ => self.known = NextLink::Unknown(Doubt::Contradiction(shown(name))),
        }
    }
}

/// A name as it may be told, whatever a server calls its members.
fn shown(name: &str) -> String {
    name.chars().map(|character| if character.is_control() { ' ' } else { character }).take(LONGEST_NAME).collect()
}

/// The path of a member that looks like a link to a next page: this one, a link in it whose relation is `next`, or one in the objects in it.
fn resembling(member: &Item<'_>, deep: usize) -> Option<String> {
    let (name, value) = (&member.name, &member.value);
    if says_next(name) && says_something(value) {
        return Some(name.to_string());
    }
    let letters = letters(name);
    if ["link", "links"].iter().any(|end| letters.ends_with(end)) && (leads_on(value) || value.elements().any(|link| leads_on(&link.value))) {
        return Some(format!("{name}.next"));
    }
    let deeper = deep.checked_sub(1)?;
    value.members().find_map(|inner| Some(format!("{name}.{}", resembling(&inner, deeper)?)))
}

/// Whether it is the name of a link to a next page, or of a token for it. What begins with `has` or `is` only says whether there is one.
fn says_next(name: &str) -> bool {
    let letters = letters(name);
    let mut rest = letters.as_str();
    while let Some(shorter) = BEHIND_NEXT.iter().find_map(|end| rest.strip_suffix(end)) {
        rest = shorter;
    }
    (rest.ends_with("next") || TOKENS.iter().any(|token| letters.ends_with(token))) && !is_question(name)
}

/// Whether a name is `has` or `is` and more words, behind what `@odata.` and the like may stand.
fn is_question(name: &str) -> bool {
    let own = name.rsplit(['.', '@', ':']).next().unwrap_or(name).trim_start_matches(|character: char| !character.is_ascii_alphanumeric());
    ["has", "is"].into_iter().filter_map(|verb| own.split_at_checked(verb.len()).filter(|(begin, _)| begin.eq_ignore_ascii_case(verb))).any(|(_, rest)| {
        // Not `issues`.
        !rest.starts_with(|character: char| character.is_ascii_lowercase()) || rest.starts_with("next") || rest.starts_with("more")
    })
}

/// Whether an object is a link with the relation `next`, and leads somewhere.
fn leads_on(link: &Span<'_>) -> bool {
    let is_next = |rel: &Span<'_>| rel.as_text().is_some_and(|rel| rel.split_whitespace().any(|rel| rel.eq_ignore_ascii_case("next")));
    let mut relations = link.members().filter(|member| letters(&member.name) == "rel").map(|member| member.value);
    relations.any(|rel| is_next(&rel) || rel.elements().any(|rel| is_next(&rel.value))) && is_target(link)
}

fn says_something(value: &Span<'_>) -> bool {
    match value.kind {
        Kind::Array => value.elements().any(|element| is_target(&element.value)),
        _ => is_target(value),
    }
}

/// Whether a value leads somewhere; an object does by its `href`, if it has one.
fn is_target(value: &Span<'_>) -> bool {
    let mut targets = value.members().filter(|member| TARGETS.contains(&letters(&member.name).as_str())).map(|member| member.value).peekable();
    if targets.peek().is_some() { targets.any(|target| is_given(&target)) } else { is_given(value) }
}

fn is_given(value: &Span<'_>) -> bool {
    match value.kind {
        Kind::Null => false,
        Kind::Bool => value.text == "true",
        Kind::Number => value.text.parse() != Ok(0.0),
        Kind::Text => value.as_text().is_some_and(|text| !text.trim().is_empty()),
        Kind::Object => value.members().next().is_some(),
        Kind::Array => value.elements().next().is_some(),
    }
}

/// The letters and digits of a name, in lower case.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::scan;

    fn said(page: &str) -> NextLink {
        let origin = Origin::of("https://management.azure.com");
        let root = scan::one(page).expect("JSON").expect("a value");
        let mut finder = Finder::new(&origin);
        root.members().for_each(|member| finder.look(&member));
        finder.found()
    }

    #[track_caller]
    fn check(page: &str, expected: NextLink) {
        assert_eq!(said(page), expected, "{page}");
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
        check(r#"{"nextLink": "/a", "links": {"next": "/a"}}"#, NextLink::Text("/a".into()));
        check(r#"{"nextLink": "/a?x=1", "@odata.nextLink": "https://management.azure.com/a?x=1"}"#, NextLink::Text("/a?x=1".into()));
        check(r#"{"nextLink": "/a b", "@nextLink": "HTTPS://Management.azure.com:443/a%20b"}"#, NextLink::Text("/a b".into()));
        check(r#"{"nextLink": "no path", "@nextLink": "no path"}"#, NextLink::Text("no path".into()));
        check(r#"{"nextLink": 7, "@odata.nextLink": 8}"#, NextLink::Odd);
        for (first, second) in
            [(r#""/a""#, r#""/b""#), (r#""/a""#, r#""https://elsewhere.example/a""#), (r#""no path""#, r#""no other""#), (r#""/a""#, "7"), ("7", r#""/a""#)]
        {
            let contradiction = || NextLink::Unknown(Doubt::Contradiction("@odata.nextLink".into()));
            check(&format!(r#"{{"nextLink": {first}, "@odata.nextLink": {second}}}"#), contradiction());
            check(&format!(r#"{{"nextLink": {first}, "@odata.nextLink": {second}, "NextLink": {second}}}"#), contradiction());
        }
    }

    #[test]
    fn what_only_looks_like_a_link_is_not_followed_and_not_forgotten() {
        let unknown = |page: &str, name: &str| check(page, NextLink::Unknown(Doubt::Name(name.into())));
        for name in [
            "next",
            "Next",
            "next_link",
            "nextLinks",
            "nextPage",
            "nextPageLink",
            "nextPageUri",
            "nextPageUrl",
            "nextPageHref",
            "nextLinkUrl",
            "nextUri",
            "next-href",
            "@odata.next-link",
            "linkToNextPage",
            "issuesNextLink",
            "nextPageToken",
            "next_cursor",
            "nextMarker",
            "skipToken",
            "$skipToken",
            "$skiptoken",
            "skip_token",
            "@odata.skipToken",
            "continuationToken",
            "ContinuationToken",
            "x-ms-continuation-token",
        ] {
            unknown(&format!(r#"{{"{name}": "/a"}}"#), name);
            unknown(&format!(r#"{{"nextLink": null, "{name}": "/a"}}"#), name);
            for nothing in [r#""""#, r#"" ""#, "null", "0", "-0.0", "false", "{}", "[]", "[null]", r#"{"href": null}"#, r#"{"Href": ""}"#, r#"[{"url": ""}]"#] {
                check(&format!(r#"{{"{name}": {nothing}}}"#), NextLink::None);
                check(&format!(r#"{{"links": {{"{name}": {nothing}}}}}"#), NextLink::None);
            }
        }
        unknown(r#"{"nextPage": 2}"#, "nextPage");
        unknown(r#"{"nextPage": true}"#, "nextPage");
        unknown(r#"{"next": {"href": "/a"}}"#, "next");
        unknown(r#"{"next": {"method": "POST"}}"#, "next");
        unknown(r#"{"next": {"href": "", "url": "/a"}}"#, "next");
    }

    #[test]
    fn a_link_may_be_in_an_object_or_be_told_by_its_relation() {
        let unknown = |page: &str, name: &str| check(page, NextLink::Unknown(Doubt::Name(name.into())));
        unknown(r#"{"nextLink": null, "links": {"self": "/", "next": "/a"}}"#, "links.next");
        unknown(r#"{"_links": {"next": {"href": "/a"}}}"#, "_links.next");
        unknown(r#"{"meta": {"links": {"next": "/a"}}}"#, "meta.links.next");
        unknown(r#"{"meta": {"paging": {"continuationToken": "a"}}}"#, "meta.paging.continuationToken");
        unknown(r#"{"meta": {"links": [{"rel": "next", "href": "/a"}]}}"#, "meta.links.next");
        unknown(r#"{"links": [{"rel": "self", "href": "/"}, {"rel": "next", "href": "/a"}]}"#, "links.next");
        unknown(r#"{"link": [{"rel": "next", "href": "/a"}]}"#, "link.next");
        unknown(r#"{"Links": [{"Rel": "Next", "Href": "/a"}]}"#, "Links.next");
        unknown(r#"{"links": [{"rel": ["last", "NEXT"], "href": "/a"}]}"#, "links.next");
        unknown(r#"{"links": [{"rel": "last next", "href": "/a"}]}"#, "links.next");
        unknown(r#"{"link": {"rel": "next", "href": "/a"}}"#, "link.next");
        unknown(r#"{"links": [{"rel": "next"}]}"#, "links.next");
        check(r#"{"a": {"b": {"c": {"next": "/a"}}}}"#, NextLink::None);
    }

    #[test]
    fn what_says_nothing_about_a_next_page_is_no_alarm() {
        for page in [
            r#"{"next": null, "hasNext": false}"#,
            r#"{"hasNext": true, "has_next_page": true, "HasNextLink": "yes", "hasnext": 1, "isNext": "x", "@odata.hasNextPage": "true"}"#,
            r#"{"links": {"hasNext": "/a"}}"#,
            r#"{"links": []}"#,
            r#"{"links": {"self": "/a", "prev": "/b"}}"#,
            r#"{"links": [{"rel": "next", "href": null}, {"rel": ["next"], "href": ""}, {"rel": "prev", "href": "/a"}, {"rel": 7}, "next"]}"#,
            r#"{"@odata.context": "x", "context": "/a", "contextUrl": "/a", "links": {"context": "/a"}}"#,
            r#"{"things": [{"rel": "next", "href": "/a"}]}"#,
            r#"{"skip": 10, "token": "x", "page": 2, "link": "/a", "url": "/b", "nextRun": "2026-01-01"}"#,
        ] {
            check(page, NextLink::None);
        }
    }

    #[test]
    fn what_a_member_is_called_is_told_on_one_line_and_not_at_length() {
        check(r#"{"a\nb\u0085next": 1}"#, NextLink::Unknown(Doubt::Name("a b next".into())));
        let NextLink::Unknown(Doubt::Name(name)) = said(&format!(r#"{{"{}": {{"next": 1}}}}"#, "é".repeat(9999))) else { panic!("a name") };
        assert_eq!(name, "é".repeat(LONGEST_NAME));
    }
}
