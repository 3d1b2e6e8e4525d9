//! YAML as a tree in which every node knows its place. What a scalar means is decided by who reads it, so here it is a text.

use std::collections::BTreeMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span};

use super::report::{Place, Report};

/// Bytes that a configuration may have.
pub(super) const LARGEST: usize = 1 << 20;

/// Nodes that a configuration may have, what aliases stand for counted each time.
const MOST_NODES: usize = 100_000;

/// How deep lists and mappings may stand in one another.
const DEEPEST: usize = 32;

/// A value and its place.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
    /// How many nodes it is, itself included.
    size: usize,
}

#[derive(Clone)]
pub(super) enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Clone)]
pub(super) struct Scalar {
    pub(super) text: String,
    /// Whether it stands without quotation marks.
    pub(super) is_plain: bool,
}

/// One member of a mapping.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) node: Node,
}

impl Node {
    /// Whether nothing is given: `key:`, `key: null`, `key: ~`.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.is_null())
    }

    /// What it is, in words. It never shows a value.
    pub(super) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) if scalar.is_null() => "nothing",
            Value::Scalar(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

impl Scalar {
    pub(super) fn is_null(&self) -> bool {
        self.is_plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

/// The tree of a file. What is wrong goes to the report; without a tree, that is why.
pub(super) fn parse(bytes: &[u8], report: &Report) -> Option<Node> {
    let text = text(bytes, report)?;
    let options = granit_parser::options! { block_nesting_limit: DEEPEST, flow_nesting_limit: DEEPEST, emit_unresolved_aliases: true, emit_comments: false };
    let mut builder = Builder { events: Parser::new_from_str_with_options(text, options), text, report, anchors: BTreeMap::new(), nodes: 0 };
    builder.document().unwrap_or(None)
}

fn text<'a>(bytes: &'a [u8], report: &Report) -> Option<&'a str> {
    let wrong = |text: &str, hint: &str| {
        report.error(Place::BEGINNING, text, hint);
        None
    };
    if bytes.len() > LARGEST {
        return wrong("the file has more than 1 MiB, so it is no configuration", "");
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return wrong("the file is UTF-16", "store it as UTF-8");
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let good = bytes.get(..error.valid_up_to()).map(String::from_utf8_lossy).unwrap_or_default();
            let line = good.matches('\n').count() + 1;
            let column = good.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            report.error(Place { line, column }, "this is not UTF-8", "store the file as UTF-8");
            None
        }
    }
}

/// Reading cannot go on, and the report says why.
struct Stopped;

struct Builder<'a> {
    events: Parser<'a, granit_parser::StrInput<'a>>,
    text: &'a str,
    report: &'a Report,
    /// What aliases may stand for.
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn document(&mut self) -> Result<Option<Node>, Stopped> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::DocumentStart(..) if root.is_some() => {
                    self.report.error(
                        place(&span),
                        "a second document begins here",
                        "a configuration is one document; remove `---` and what follows, or what precedes it",
                    );
                    return Ok(root);
                }
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, &span, 0)?),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Stopped> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                self.broken(&error);
                Err(Stopped)
            }
            None => Err(Stopped),
        }
    }

    fn node(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Result<Node, Stopped> {
        let at = place(span);
        if depth > DEEPEST {
            self.report.error(at, format!("more than {DEEPEST} levels stand in one another"), "");
            return Err(Stopped);
        }
        if event.tag().is_some() {
            self.report.error(
                at,
                "tags such as `!!str` are not read",
                "remove the tag; a text stands in quotation marks where it could be taken for something else",
            );
        }
        let anchor = event.anchor_id();
        let value = match event {
            Event::Scalar(text, style, ..) => Value::Scalar(Scalar { text: text.into_owned(), is_plain: style == ScalarStyle::Plain }),
            Event::SequenceStart(..) => self.list(depth)?,
            Event::MappingStart(..) => self.map(depth)?,
            Event::Alias(id) => return self.alias(id, at),
            _ => {
                self.report.error(
                    at,
                    "this alias stands for nothing: its anchor is missing, or comes later",
                    "a value that begins with `*` stands in quotation marks",
                );
                return Err(Stopped);
            }
        };
        let size = 1 + match &value {
            Value::Scalar(_) => 0,
            Value::List(nodes) => nodes.iter().map(|node| node.size).sum(),
            Value::Map(entries) => entries.iter().map(|entry| entry.node.size).sum(),
        };
        self.count(1, at)?;
        let node = Node { place: at, value, size };
        if let Some(id) = anchor {
            self.anchors.insert(id, node.clone());
        }
        Ok(node)
    }

    fn alias(&mut self, id: usize, at: Place) -> Result<Node, Stopped> {
        let Some(size) = self.anchors.get(&id).map(|node| node.size) else {
            self.report.error(at, "this alias stands for what it is in itself", "");
            return Err(Stopped);
        };
        self.count(size, at)?;
        self.anchors.get(&id).cloned().ok_or(Stopped)
    }

    fn count(&mut self, more: usize, at: Place) -> Result<(), Stopped> {
        self.nodes += more;
        if self.nodes <= MOST_NODES {
            return Ok(());
        }
        self.report.error(at, format!("the file comes to more than {MOST_NODES} values, what aliases stand for counted each time"), "");
        Err(Stopped)
    }

    fn list(&mut self, depth: usize) -> Result<Value, Stopped> {
        let mut nodes = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::List(nodes)),
                (event, span) => nodes.push(self.node(event, &span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, Stopped> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Value::Map(entries));
            }
            let key = self.node(event, &span, depth + 1)?;
            let at = place(&span);
            let (event, span) = self.next()?;
            let node = self.node(event, &span, depth + 1)?;
            let Value::Scalar(Scalar { text: name, .. }) = key.value else {
                self.report.error(at, "a key is a text, and this is a list or a mapping", "");
                continue;
            };
            match entries.iter().find(|entry| entry.name == name) {
                Some(first) => {
                    self.report.error(at, format!("`{name}` is given again"), format!("it stands in line {} already; keep one of them", first.place.line))
                }
                None => entries.push(Entry { name, place: at, node }),
            }
        }
    }

    /// Says what is wrong with the YAML itself, in words of this program where the cause is known.
    fn broken(&self, error: &ScanError) {
        let place = Place { line: error.marker().line(), column: error.marker().col() + 1 };
        let line = self.text.lines().nth(place.line.saturating_sub(1)).unwrap_or_default();
        let is_tab = matches!(
            error.kind(),
            ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation | ErrorKind::TabAtBlockScalarStart
        );
        let indent = line.len() - line.trim_start().len();
        let tab = line.get(..indent).and_then(|indent| indent.chars().position(|character| character == '\t'));
        if is_tab || tab.is_some() {
            let place = Place { column: tab.map_or(place.column, |tab| tab + 1), ..place };
            return self.report.error(place, "a tab cannot indent a line", "use blanks");
        }
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return self.report.error(place, format!("more than {DEEPEST} levels stand in one another"), "");
        }
        self.report.error(
            place,
            format!("this is not YAML: {}", error.info()),
            "look at the indentation, and at quotation marks and brackets that are not closed",
        );
    }
}

fn place(span: &Span) -> Place {
    Place { line: span.start.line(), column: span.start.col() + 1 }
}

#[cfg(test)]
mod tests {
    use super::{Node, Value, parse};
    use crate::config::report::Report;

    /// A tree with the place of each key and value.
    fn shown(node: &Node) -> String {
        let at = |place: super::Place| format!("{}:{}", place.line, place.column);
        match &node.value {
            Value::Scalar(scalar) => format!("{}{:?}", at(node.place), scalar.text),
            Value::List(nodes) => format!("[{}]", nodes.iter().map(shown).collect::<Vec<_>>().join(" ")),
            Value::Map(entries) => {
                format!("{{{}}}", entries.iter().map(|entry| format!("{}{}={}", at(entry.place), entry.name, shown(&entry.node))).collect::<Vec<_>>().join(" "))
            }
        }
    }

    fn check(text: &str, expected: &str, problem: &str) {
        let report = Report::default();
        let tree = parse(text.as_bytes(), &report).map(|node| shown(&node)).unwrap_or_default();
        let problems: Vec<String> = report.sorted().iter().map(|problem| format!("{}:{} {}", problem.place.line, problem.place.column, problem.text)).collect();
        assert_eq!((tree.as_str(), problems.join("; ").as_str()), (expected, problem), "{text:?}");
    }

    #[test]
    fn every_node_knows_its_place() {
        check("a: 1\nb:\n  - {c: 'x'}\n  - é: y\n", r#"{1:1a=1:4"1" 2:1b=[{3:6c=3:9"x"} {4:5é=4:8"y"}]}"#, "");
        check("a: &x [1]\nb: *x\n", r#"{1:1a=[1:8"1"] 2:1b=[1:8"1"]}"#, "");
        check("\u{feff}a: 1\n", r#"{1:1a=1:4"1"}"#, "");
        check("# nothing\n", "", "");
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is() {
        check("a: 1\nb: 2\na: 3\n", r#"{1:1a=1:4"1" 2:1b=2:4"2"}"#, "3:1 `a` is given again");
        check("a: 1\n---\nb: 2\n", r#"{1:1a=1:4"1"}"#, "2:1 a second document begins here");
        check("a:\n\tb: 1\n", "", "2:1 a tab cannot indent a line");
        check("a: !!str 1\n", r#"{1:1a=1:10"1"}"#, "1:10 tags such as `!!str` are not read");
        check("? [x]\n: 1\n", "{}", "1:3 a key is a text, and this is a list or a mapping");
        check("a: *secret\n", "", "1:4 this alias stands for nothing: its anchor is missing, or comes later");
        check("a: &x [*x]\n", "", "1:8 this alias stands for what it is in itself");
        check("a: [1\n", "", "1:4 this is not YAML: unclosed bracket '['");
    }

    #[test]
    fn what_a_file_may_cost_is_bounded() {
        let laughs: String = (1..12).map(|level| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "))).collect();
        check(&format!("a0: &a0 x\n{laughs}"), "", "6:45 the file comes to more than 100000 values, what aliases stand for counted each time");
        check(&"[".repeat(1000), "", "1:33 more than 32 levels stand in one another");
        let report = Report::default();
        assert!(parse(&vec![b'#'; super::LARGEST + 1], &report).is_none());
        assert!(parse(b"\xff\xfea", &report).is_none());
        assert!(parse(b"a: 1\nb: \xff\n", &report).is_none());
        let texts: Vec<String> =
            report.sorted().into_iter().map(|problem| format!("{}:{} {}", problem.place.line, problem.place.column, problem.text)).collect();
        assert_eq!(texts, ["1:1 the file has more than 1 MiB, so it is no configuration", "1:1 the file is UTF-16", "2:4 this is not UTF-8"]);
    }
}
