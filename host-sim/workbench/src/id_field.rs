//! The id of a document, written into the document: for agents that take ids from what they read.

use std::io::{self, Write};

use host_sim_runtime::contract::{Document, Field};

use crate::skim::Skim;

/// The name of the member that an id is written to. It is one member at the top of the document, spelled as it is given, with its dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdField {
    name: String,
    /// As it stands in a document, with its quotes and colon.
    member: Vec<u8>,
}

impl IdField {
    /// The member of this name; an error says why there can be none.
    pub fn new(name: &str) -> Result<Self, String> {
        if name.is_empty() {
            return Err("it has to have a name".into());
        }
        let mut member = serde_json::to_vec(name).map_err(|error| error.to_string())?;
        member.push(b':');
        Ok(Self { name: name.to_owned(), member })
    }

    /// One of these fields that documents may have and that an index would take for the same.
    pub fn clash<'a>(&self, fields: &'a [Field]) -> Option<&'a str> {
        fields.iter().map(|field| field.name.as_str()).find(|field| is_within(field, &self.name) || is_within(&self.name, field))
    }

    /// Writes a document that begins with its id. What the document has is never replaced.
    pub(crate) fn write(&self, writer: &mut dyn Write, document: &Document) -> io::Result<()> {
        let refuse = |why: String| Err(io::Error::other(format!("the document `{}` {why}", document.id)));
        let Some(rest) = document.body.strip_prefix(b"{") else { return refuse("is no JSON object, so its id cannot be put into it".into()) };
        if let Some(taken) = self.taken(&document.body) {
            return refuse(format!("has `{taken}` already; `--id-field` needs a name that documents do not have"));
        }
        writer.write_all(b"{")?;
        writer.write_all(&self.member)?;
        serde_json::to_writer(&mut *writer, &document.id)?;
        if rest.trim_ascii_start().first() != Some(&b'}') {
            writer.write_all(b",")?;
        }
        writer.write_all(rest)
    }

    /// What a document has under this name, in one member or in members of members.
    fn taken(&self, body: &[u8]) -> Option<&str> {
        let mut taken = false;
        look(&mut Skim::new(body), &self.name, &mut taken);
        taken.then_some(&self.name)
    }
}

/// Looks for a name in the object that is next; where it is a path, this recurses as deep as that is.
fn look(skim: &mut Skim<'_>, name: &str, taken: &mut bool) -> Option<()> {
    skim.members(|spelled, skim| {
        let member = spelling(spelled);
        match name.strip_prefix(&*member) {
            Some("") => *taken = true,
            Some(rest) if rest.starts_with('.') && skim.is_at_object() => return look(skim, rest.get(1..).unwrap_or_default(), taken),
            _ => (),
        }
        skim.value().map(drop)
    })
}

/// A name without its escapes.
fn spelling(spelled: &[u8]) -> std::borrow::Cow<'_, str> {
    if !spelled.contains(&b'\\') {
        return String::from_utf8_lossy(spelled);
    }
    let quoted = [b"\"", spelled, b"\""].concat();
    serde_json::from_slice::<String>(&quoted).map_or_else(|_| String::from_utf8_lossy(spelled), Into::into)
}

/// Whether a dotted name is another one, or stands below it.
fn is_within(name: &str, other: &str) -> bool {
    name.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use host_sim_runtime::contract::{Document, Field};

    use super::IdField;

    fn written(name: &str, body: &str) -> Result<String, String> {
        let document = Document { dataset: 0, id: "a\"b".into(), body: body.as_bytes().to_vec(), source: None };
        let mut bytes = Vec::new();
        let field = IdField::new(name).expect("a name");
        field.write(&mut bytes, &document).map(|()| String::from_utf8(bytes).expect("UTF-8")).map_err(|error| error.to_string())
    }

    #[test]
    fn the_id_stands_in_front_and_the_rest_as_it_was() {
        assert_eq!(written("id", r#"{"a" : 4.0,"b":{"id":1}}"#), Ok(r#"{"id":"a\"b","a" : 4.0,"b":{"id":1}}"#.into()));
        assert_eq!(written("id", "{}"), Ok(r#"{"id":"a\"b"}"#.into()));
        assert_eq!(written("event.id", r#"{"event":{"kind":"alert"}}"#), Ok(r#"{"event.id":"a\"b","event":{"kind":"alert"}}"#.into()));
        assert_eq!(written("a\"b\n", "{}"), Ok(r#"{"a\"b\n":"a\"b"}"#.into()));
    }

    #[test]
    fn what_a_document_has_is_not_replaced() {
        for (name, body) in [
            ("id", r#"{"a":1,"id":null}"#),
            ("id", r#"{"\u0069d":1}"#),
            ("event.id", r#"{"event":{"kind":"alert","id":"x"}}"#),
            ("event.id", r#"{"event.id":"x"}"#),
            ("a.b.c", r#"{"a.b":{"c":1}}"#),
            ("a.b.c", r#"{"a":{"b.c":1}}"#),
        ] {
            let told = format!("the document `a\"b` has `{name}` already; `--id-field` needs a name that documents do not have");
            assert_eq!(written(name, body), Err(told), "{body}");
        }
        assert!(written("id", "[]").is_err_and(|error| error.contains("is no JSON object")));
    }

    #[test]
    fn a_name_that_documents_may_have_is_known_beforehand() {
        let fields = ["event.id", "x.open"].map(|name| Field { name: name.into(), kind: String::new(), sources: Vec::new() });
        let clash = |name: &str| IdField::new(name).expect("a name").clash(&fields).map(str::to_owned);
        assert_eq!(clash("event.id").as_deref(), Some("event.id"));
        assert_eq!(clash("event").as_deref(), Some("event.id"));
        assert_eq!(clash("x.open.any").as_deref(), Some("x.open"));
        for free in ["id", "event.ids", "even", "event.identity"] {
            assert_eq!(clash(free), None, "{free}");
        }
        assert!(IdField::new("").is_err());
    }
}
