//! From JSON text to a tree, with every name brought into the form in which the rules know it.

use core::cell::Cell;

use bumpalo::Bump;

use super::lexer::{Fault, Lexer, Quoted, unescape};
use super::tree::{Member, Value};

/// More containers than this, one in the other, are refused; so does the reference.
pub(crate) const DEEPEST: usize = 1000;

/// What becomes of the names of members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// They stay.
    AsWritten,
    /// Lower case, with Unicode's full rules. Where two become the same, one that was in capitals wins, then the later.
    Lower,
    /// Snake case; a name with an `@` is dropped with its value. Where two become the same, the later wins.
    Snake,
    /// Snake case but for the members of the outermost object, which stay as they are.
    SnakeInside,
}

/// The one value that the text consists of; `Null` for blank text.
pub(crate) fn value<'a>(arena: &'a Bump, text: &'a str, names: Names) -> Result<Value<'a>, Fault> {
    let mut parser = Parser { lexer: Lexer::new(text), arena, names, members: Vec::with_capacity(64), elements: Vec::new(), scratch: String::new() };
    let Some(first) = parser.lexer.peek()? else {
        return if text.starts_with('\u{feff}') { Err(parser.lexer.fault("nothing behind the byte order mark")) } else { Ok(Value::Null) };
    };
    let value = parser.value(first, 0)?;
    if matches!(first, b'-' | b'0'..=b'9') && !parser.lexer.at_blank() {
        return Err(parser.lexer.fault("a number that goes on"));
    }
    match parser.lexer.peek()? {
        None => Ok(value),
        Some(_) => Err(parser.lexer.fault("text behind the value")),
    }
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
}

impl<'a> Parser<'a> {
    /// Reads the value whose first byte is `first`, inside `depth` containers.
    fn value(&mut self, first: u8, depth: usize) -> Result<Value<'a>, Fault> {
        match first {
            b'"' => {
                let quoted = self.lexer.string()?;
                Ok(Value::Text(self.resolve(quoted)))
            }
            b'{' | b'[' if depth >= DEEPEST => Err(self.lexer.fault("more than 1,000 levels")),
            b'{' => self.object(depth + 1),
            b'[' => self.array(depth + 1),
            b'-' | b'0'..=b'9' => Ok(number(self.lexer.number()?)),
            b't' => self.lexer.name("true").map(|()| Value::Bool(true)),
            b'f' => self.lexer.name("false").map(|()| Value::Bool(false)),
            b'n' => self.lexer.name("null").map(|()| Value::Null),
            _ => Err(self.lexer.fault("an unexpected character")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, Fault> {
        self.lexer.step();
        if self.lexer.peek()? == Some(b'}') {
            self.lexer.step();
            return Ok(Value::Object(&[]));
        }
        let start = self.members.len();
        loop {
            let quoted = self.lexer.member_name()?;
            let spelled = self.resolve(quoted);
            let value = self.next(depth)?;
            let name = self.name(spelled, depth);
            self.members.push(Member { name, spelled, value: Cell::new(value) });
            if self.lexer.comma_or(b'}')? {
                break;
            }
        }
        self.settle(start, depth)?;
        Ok(Value::Object(self.arena.alloc_slice_fill_iter(self.members.drain(start..))))
    }

    fn array(&mut self, depth: usize) -> Result<Value<'a>, Fault> {
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
    fn next(&mut self, depth: usize) -> Result<Value<'a>, Fault> {
        match self.lexer.peek()? {
            Some(first) => self.value(first, depth),
            None => Err(self.lexer.fault("no value")),
        }
    }

    #[inline]
    fn resolve(&mut self, quoted: Quoted<'a>) -> &'a str {
        if !quoted.escaped {
            return quoted.raw;
        }
        self.scratch.clear();
        unescape(quoted.raw, |part| self.scratch.push_str(part));
        self.arena.alloc_str(&self.scratch)
    }

    #[inline]
    fn name(&mut self, spelled: &'a str, depth: usize) -> &'a str {
        match self.names {
            Names::AsWritten => spelled,
            Names::Lower => lower(self.arena, spelled),
            Names::SnakeInside if depth == 1 => spelled,
            Names::Snake | Names::SnakeInside => snake(self.arena, &mut self.scratch, spelled),
        }
    }

    /// Refuses a name that stands twice in the object that began at `start`, and lets one member win where two names became the same.
    #[inline]
    fn settle(&mut self, start: usize, depth: usize) -> Result<(), Fault> {
        let members = &self.members[start..];
        let drops = self.names == Names::Snake || (self.names == Names::SnakeInside && depth > 1);
        let has_dropped = drops && members.iter().any(|member| member.name.contains('@'));
        if has_dropped || has_twins(members) { self.settle_twins(start, drops) } else { Ok(()) }
    }

    fn settle_twins(&mut self, start: usize, drops: bool) -> Result<(), Fault> {
        let members = &self.members[start..];
        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_unstable_by_key(|&at| (members[at].name, members[at].spelled, at));
        let mut keep = vec![true; members.len()];
        for twins in order.chunk_by(|&left, &right| members[left].name == members[right].name) {
            if twins.windows(2).any(|pair| members[pair[0]].spelled == members[pair[1]].spelled) {
                return Err(self.lexer.fault("a name that stands twice in one object"));
            }
            let rank = |at: usize| (self.names == Names::Lower && members[at].name != members[at].spelled, at);
            let winner = twins.iter().copied().max_by_key(|&at| rank(at));
            for &at in twins {
                keep[at] = Some(at) == winner && !(drops && members[at].name.contains('@'));
            }
        }
        let mut place = 0;
        let old = self.members.split_off(start);
        self.members.extend(old.into_iter().filter(|_| {
            place += 1;
            keep[place - 1]
        }));
        Ok(())
    }
}

/// In objects of more members than this, equal names are found by sorting.
const MANY: usize = 64;

/// Whether two members have the same name; of many it is only said that they may.
#[inline]
pub(crate) fn has_twins(members: &[Member<'_>]) -> bool {
    if members.len() > MANY {
        return true;
    }
    // Names that differ in length or in one of two bytes set another bit, mostly; only where a bit is set already is it worth looking.
    let mut seen = 0u64;
    for (place, member) in members.iter().enumerate() {
        let name = member.name.as_bytes();
        let edge = name.last().copied().unwrap_or(0) as usize * 7 + name.get(name.len() / 2).copied().unwrap_or(0) as usize * 3;
        let bit = 1u64 << ((name.len() * 11 + edge) % 64);
        if seen & bit != 0 && members[..place].iter().any(|earlier| earlier.name == member.name) {
            return true;
        }
        seen |= bit;
    }
    false
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

/// A name in lower case.
pub(crate) fn lower<'a>(arena: &'a Bump, name: &'a str) -> &'a str {
    if name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return name;
    }
    if name.is_ascii() {
        let copy = arena.alloc_str(name);
        copy.make_ascii_lowercase();
        return copy;
    }
    arena.alloc_str(&name.to_lowercase())
}

/// A name in snake case: a capital becomes small and gets `_` before it, unless it opens the name or follows a capital.
fn snake<'a>(arena: &'a Bump, scratch: &mut String, name: &'a str) -> &'a str {
    if name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return name;
    }
    scratch.clear();
    let mut follows_capital = true;
    for character in name.chars() {
        // The reference goes by UTF-16 units, so characters beyond the basic plane have no case.
        let capital = character.is_uppercase() && (character as u32) < 0x1_0000;
        if capital && !follows_capital {
            scratch.push('_');
        }
        match character.to_lowercase().next() {
            Some(small) if capital => scratch.push(small),
            _ => scratch.push(character),
        }
        follows_capital = capital;
    }
    arena.alloc_str(scratch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::write;

    fn check(text: &str, names: Names, expected: &str) {
        let arena = Bump::new();
        let mut out = Vec::new();
        match value(&arena, text, names) {
            Ok(value) => drop(write::value(&mut out, value)),
            Err(fault) => out.extend_from_slice(fault.what.as_bytes()),
        }
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{text}");
    }

    #[test]
    fn names_are_brought_into_form() {
        check(r#"{"İD":1,"ΑΣ":2,"ID":3}"#, Names::Lower, r#"{"i̇d":1,"ας":2,"id":3}"#);
        check(
            r#"{"NSG open ports":1,"Can onboard to BYOL":2,"K8sClusterId":3,"CVEs":4,"maxCvss30Score":5,"HTTPServerURL":6,"İx":7,"Ⅱ":8}"#,
            Names::Snake,
            r#"{"nsg open ports":1,"can onboard to _byol":2,"k8s_cluster_id":3,"cves":4,"max_cvss30_score":5,"httpserver_url":6,"ix":7,"ⅱ":8}"#,
        );
        check(r#"{"a@b":1,"@":{},"b":2}"#, Names::Snake, r#"{"b":2}"#);
    }

    #[test]
    fn m3_names_that_become_the_same() {
        check(r#"{"id":1,"Id":2}"#, Names::Lower, r#"{"id":2}"#);
        check(r#"{"Id":2,"id":1}"#, Names::Lower, r#"{"id":2}"#);
        check(r#"{"Id":1,"ID":2,"id":3}"#, Names::Lower, r#"{"id":2}"#);
        check(r#"{"Same":1,"same":2}"#, Names::Snake, r#"{"same":2}"#);
        check(r#"{"id":1,"a":2,"id":1}"#, Names::Lower, "a name that stands twice in one object");
        check(r#"{"i\u0064":1,"id":1}"#, Names::AsWritten, "a name that stands twice in one object");
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
        check("\u{feff}", Names::AsWritten, "nothing behind the byte order mark");
        check(&format!("[{}]", "9".repeat(1001)), Names::AsWritten, "a number of more than 1,000 characters");
    }
}
