//! From JSON text to a tree, with every name brought into the form in which the rules know it.

use core::cell::Cell;

use bumpalo::Bump;

use super::escape::unescape;
use super::known::Known;
use super::lexer::{Fault, Halt, Lexer, Quoted};
use super::name::{self, Name};
use super::tree::{Member, Value};
use super::twins::may_have_twins;

/// More containers than this, one in the other, are refused; so does the reference.
pub(crate) const DEEPEST: usize = 1000;

/// What becomes of the names of members.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Names {
    /// They stay.
    AsWritten,
    /// Lower case, with Unicode's full rules. Where two become the same, one that was in capitals wins, then the later.
    Lower,
    /// Snake case; a name with an `@` is dropped with its value. Where two become the same, the later wins.
    Snake(&'static Known),
    /// Snake case but for the members of the outermost object, which stay as they are.
    SnakeInside(&'static Known),
}

/// The one value that the text consists of; `Null` for blank text.
pub(crate) fn value<'a>(arena: &'a Bump, text: &'a str, names: Names) -> Result<Value<'a>, Fault> {
    let mut parser =
        Parser { lexer: Lexer::new(text), arena, names, members: Vec::with_capacity(64), elements: Vec::new(), scratch: String::new(), has_dropped: false };
    parser.only().map_err(|Halt| parser.lexer.fault())
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    arena: &'a Bump,
    names: Names,
    /// The members of all objects that are open, outermost first.
    members: Vec<Member<'a>>,
    /// The elements of all arrays that are open.
    elements: Vec<Cell<Value<'a>>>,
    scratch: String,
    /// Whether the object that is read has a name that is dropped.
    has_dropped: bool,
}

impl<'a> Parser<'a> {
    fn only(&mut self) -> Result<Value<'a>, Halt> {
        let Some(first) = self.lexer.peek()? else {
            return if self.lexer.text().starts_with('\u{feff}') { Err(self.lexer.halt("nothing after the byte order mark")) } else { Ok(Value::Null) };
        };
        let value = self.value(first, 0)?;
        if matches!(first, b'-' | b'0'..=b'9') && !self.lexer.at_blank() {
            return Err(self.lexer.halt("no white space after the number"));
        }
        match self.lexer.peek()? {
            None => Ok(value),
            Some(_) => Err(self.lexer.halt("text after the value")),
        }
    }

    /// Reads the value whose first byte is `first`, inside `depth` containers.
    fn value(&mut self, first: u8, depth: usize) -> Result<Value<'a>, Halt> {
        match first {
            b'"' => self.text().map(Value::Text),
            b'{' | b'[' if depth >= DEEPEST => Err(self.lexer.halt("more than 1,000 levels")),
            b'{' => self.object(depth + 1),
            b'[' => self.array(depth + 1),
            b'-' | b'0'..=b'9' => Ok(number(self.lexer.number()?)),
            b't' => self.lexer.literal("true").map(|()| Value::Bool(true)),
            b'f' => self.lexer.literal("false").map(|()| Value::Bool(false)),
            b'n' => self.lexer.literal("null").map(|()| Value::Null),
            _ => Err(self.lexer.halt("an unexpected character")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, Halt> {
        self.lexer.step();
        if self.lexer.peek()? == Some(b'}') {
            self.lexer.step();
            return Ok(Value::Object(&[]));
        }
        let start = self.members.len();
        let outer_has_dropped = core::mem::take(&mut self.has_dropped);
        loop {
            let quoted = self.lexer.member_name()?;
            let spelled = self.resolve(quoted);
            let name = self.name(spelled, depth);
            let value = self.next(depth)?;
            self.members.push(Member::new(name, spelled, value));
            if self.lexer.comma_or(b'}')? {
                break;
            }
        }
        let has_dropped = core::mem::replace(&mut self.has_dropped, outer_has_dropped);
        // Refuses a name that stands twice, and lets one member win where two names became the same.
        if has_dropped || may_have_twins(&self.members[start..]) {
            self.settle(start, depth)?;
        }
        Ok(Value::Object(self.arena.alloc_slice_fill_iter(self.members.drain(start..))))
    }

    fn array(&mut self, depth: usize) -> Result<Value<'a>, Halt> {
        self.lexer.step();
        if self.lexer.peek()? == Some(b']') {
            self.lexer.step();
            return Ok(Value::Array(&[]));
        }
        let start = self.elements.len();
        loop {
            let value = self.next(depth)?;
            self.elements.push(Cell::new(value));
            if self.lexer.comma_or(b']')? {
                break;
            }
        }
        Ok(Value::Array(self.arena.alloc_slice_fill_iter(self.elements.drain(start..))))
    }

    #[inline]
    fn next(&mut self, depth: usize) -> Result<Value<'a>, Halt> {
        match self.lexer.peek()? {
            Some(first) => self.value(first, depth),
            None => Err(self.lexer.halt("no value")),
        }
    }

    #[inline(always)]
    fn text(&mut self) -> Result<&'a str, Halt> {
        let quoted = self.lexer.string()?;
        Ok(self.resolve(quoted))
    }

    #[inline(always)]
    fn resolve(&mut self, quoted: Quoted<'a>) -> &'a str {
        if quoted.escaped { self.unescaped(quoted) } else { quoted.raw }
    }

    fn unescaped(&mut self, quoted: Quoted<'a>) -> &'a str {
        self.scratch.clear();
        unescape(quoted.raw, |part| self.scratch.push_str(part));
        self.arena.alloc_str(&self.scratch)
    }

    #[inline(always)]
    fn name(&mut self, spelled: &'a str, depth: usize) -> Name<'a> {
        let known = match self.names {
            Names::AsWritten => return name::as_written(spelled),
            Names::SnakeInside(_) if depth == 1 => return name::as_written(spelled),
            Names::Lower => return name::lower(self.arena, spelled),
            Names::Snake(known) | Names::SnakeInside(known) => known,
        };
        match known.form(spelled) {
            Some(formed) => formed,
            None => self.unknown_name(spelled),
        }
    }

    fn unknown_name(&mut self, spelled: &'a str) -> Name<'a> {
        self.has_dropped |= spelled.contains('@');
        name::snake(self.arena, &mut self.scratch, spelled)
    }

    /// Brings the members of the object that began at `start` into order.
    #[cold]
    fn settle(&mut self, start: usize, depth: usize) -> Result<(), Halt> {
        let drops = matches!(self.names, Names::Snake(_)) || matches!(self.names, Names::SnakeInside(_)) && depth > 1;
        let members = &self.members[start..];
        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_unstable_by_key(|&at| (members[at].name, members[at].spelled, at));
        let mut keep = vec![true; members.len()];
        for twins in order.chunk_by(|&left, &right| members[left].name == members[right].name) {
            if twins.windows(2).any(|pair| members[pair[0]].spelled == members[pair[1]].spelled) {
                return Err(self.lexer.halt("the same name twice in one object"));
            }
            let rank = |at: usize| (matches!(self.names, Names::Lower) && members[at].name != members[at].spelled, at);
            let winner = twins.iter().copied().max_by_key(|&at| rank(at));
            for &at in twins {
                keep[at] = Some(at) == winner && !(drops && members[at].name.contains('@'));
            }
        }
        let old = self.members.split_off(start);
        self.members.extend(old.into_iter().zip(keep).filter_map(|(member, keep)| keep.then_some(member)));
        Ok(())
    }
}

/// A number as a document shows it: one beyond every double is the text that the reference writes for it, and there is no `-0`.
fn number(text: &str) -> Value<'_> {
    if text == "-0" {
        return Value::Number("0");
    }
    let exponent = text.len() > 3 && text.bytes().any(|byte| matches!(byte, b'e' | b'E'));
    if exponent || (text.len() > 300 && text.contains('.')) {
        match text.parse::<f64>() {
            Ok(f64::INFINITY) => return Value::Text("Infinity"),
            Ok(f64::NEG_INFINITY) => return Value::Text("-Infinity"),
            _ => {}
        }
    }
    Value::Number(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::write::Writer;

    fn check(text: &str, names: Names, expected: &str) {
        let arena = Bump::new();
        let mut out = Writer::default();
        match value(&arena, text, names) {
            Ok(value) => drop(out.value(value)),
            Err(fault) => out.raw(fault.what.as_bytes()),
        }
        assert_eq!(String::from_utf8(out.take()).unwrap(), expected, "{text}");
    }

    #[test]
    fn names_are_brought_into_form() {
        check(r#"{"İD":1,"ΑΣ":2,"ID":3}"#, Names::Lower, r#"{"i̇d":1,"ας":2,"id":3}"#);
        check(
            r#"{"NSG open ports":1,"Can onboard to BYOL":2,"K8sClusterId":3,"CVEs":4,"maxCvss30Score":5,"HTTPServerURL":6,"İx":7,"Ⅱ":8}"#,
            Names::Snake(Known::NONE),
            r#"{"nsg open ports":1,"can onboard to _byol":2,"k8s_cluster_id":3,"cves":4,"max_cvss30_score":5,"httpserver_url":6,"ix":7,"ⅱ":8}"#,
        );
        check(r#"{"a@b":1,"@":{},"b":2}"#, Names::Snake(Known::NONE), r#"{"b":2}"#);
    }

    #[test]
    fn m3_names_that_become_the_same() {
        check(r#"{"id":1,"Id":2}"#, Names::Lower, r#"{"id":2}"#);
        check(r#"{"Id":2,"id":1}"#, Names::Lower, r#"{"id":2}"#);
        check(r#"{"Id":1,"ID":2,"id":3}"#, Names::Lower, r#"{"id":2}"#);
        check(r#"{"Same":1,"same":2}"#, Names::Snake(Known::NONE), r#"{"same":2}"#);
        check(r#"{"id":1,"a":2,"id":1}"#, Names::Lower, "the same name twice in one object");
        check(r#"{"i\u0064":1,"id":1}"#, Names::AsWritten, "the same name twice in one object");
    }

    #[test]
    fn a_thousand_levels_and_no_more() {
        let nested = |depth: usize| "[".repeat(depth) + "1" + &"]".repeat(depth);
        check(&nested(1000), Names::Lower, &nested(1000));
        check(&nested(1001), Names::Lower, "more than 1,000 levels");
        check(&nested(1_000_000), Names::Lower, "more than 1,000 levels");
    }

    #[test]
    fn what_other_parsers_refuse() {
        check(
            "/* c */ [1e400, -1e400, -0, 1E2, \"\\ud83d\", \"\\ud83d\\ude00\"] // end",
            Names::AsWritten,
            "[\"Infinity\",\"-Infinity\",0,1E2,\"\u{fffd}\",\"😀\"]",
        );
        check("\u{feff}", Names::AsWritten, "nothing after the byte order mark");
        check(&format!("[{}]", "9".repeat(1001)), Names::AsWritten, "a number of more than 1,000 characters");
    }
}
