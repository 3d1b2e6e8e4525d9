//! What is JSON and what is not is in tables; for all else `serde_json` is asked.

use serde_json::value::RawValue;

use super::{Member, Wanted, scan_object};

const WANTED: Wanted = &[("a", Member::Value(0)), ("b", Member::Object(&[("c", Member::Value(1)), ("d", Member::Object(&[("e", Member::Value(2))]))]))];

fn scan(text: &[u8]) -> Result<[Option<&str>; 3], String> {
    scan_object(text, WANTED).map_err(|error| error.to_string())
}

#[track_caller]
fn check(text: &str, expected: [Option<&str>; 3]) {
    assert_eq!(scan(text.as_bytes()), Ok(expected), "{text}");
}

#[track_caller]
fn check_refused(text: impl AsRef<[u8]>, why: &str) {
    let text = text.as_ref();
    assert_eq!(scan(text), Err(why.to_owned()), "{}", String::from_utf8_lossy(text));
}

#[test]
fn values_are_found_as_they_stand() {
    check("{}", [None; 3]);
    check("{\t}", [None; 3]);
    check(r#"{"a":1}"#, [Some("1"), None, None]);
    let spaced = r#"{ "x" : [ { "a" : 0 } ] , "a" :[ 1 , "\u00e9" ] , "b" : { "c" :{ } , "d" : { "e" :null } } }"#;
    check(spaced, [Some(r#"[ 1 , "\u00e9" ]"#), Some("{ }"), Some("null")]);
    check("{\"b\":[{\"c\":1}],\"d\":{\"e\":2},\"c\":3,\"a\":\"\u{e9}\"}", [Some("\"\u{e9}\""), None, None]);
    check(r#"{"b":{"b":{"c":1},"d":"e","a":0},"a":true,"a":false}"#, [Some("false"), None, None]);
    check(r#"{"b":{"d":{}},"B":{"c":1},"b":{"d":{"d":{"e":1}},"c":-0.5e+7}}"#, [None, Some("-0.5e+7"), None]);
}

const GOOD: &[&str] = &[
    "0",
    "-0",
    "10",
    "-1.50",
    "1e400",
    "1E-7",
    "0.0e+00",
    "true",
    "false",
    "null",
    r#""""#,
    r#""\"\\\/\b\f\n\r\t\u00eF""#,
    r#""\ud800""#,
    "\"\u{7f}\u{20ac}\"",
    "[]",
    "[ ]",
    "{}",
    "[[],{},[0]]",
    r#"{"":{}}"#,
    r#"{"a":1,"a":2}"#,
];

const BAD: &[&str] = &[
    "",
    "01",
    "-",
    "+1",
    "1.",
    ".5",
    "1e",
    "1e+",
    "--1",
    "0x1",
    "1_0",
    "tru",
    "True",
    "nul",
    "NaN",
    "\"",
    r#""\""#,
    r#""\x""#,
    r#""\u12g4""#,
    r#""\u123""#,
    "\"\t\"",
    "\"\0\"",
    "\"\u{1f}\"",
    "[",
    "]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "{1:2}",
    r#"{"a"}"#,
    r#"{"a":}"#,
    r#"{"a":1,}"#,
    "{,}",
    r#"{"a" 1}"#,
    r#"{"a":1]"#,
    "'a'",
    "1 2",
    "1,,",
    "/**/1",
    "\u{a0}1",
    "\u{feff}1",
    "1\u{c}",
    "\n1",
    "[1,\r\n2]",
];

#[test]
fn every_kind_of_value_is_checked_at_every_place() {
    for place in [
        r#"{"a":@}"#,
        r#"{"b":@}"#,
        r#"{"b":{"c":@}}"#,
        r#"{"b":{"x":[0,@]},"y":0}"#,
        r#"{"x":{"y":[[@],0]}}"#,
        r#"{"b":{"d": @ }}"#,
        r#"{"b":{"d":{"x":{"y":@}}}}"#,
    ] {
        for value in GOOD {
            let text = place.replace('@', value);
            assert!(scan(text.as_bytes()).is_ok(), "{text}: {:?}", scan(text.as_bytes()));
        }
        for value in BAD {
            let text = place.replace('@', value);
            // Nothing at all is no value, but makes an empty list.
            assert!(scan(text.as_bytes()).is_err() || text.contains("[[]"), "{text}");
        }
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    check_refused("", "no object at column 1");
    check_refused("[]", "no object at column 1");
    check_refused(" {}", "no object at column 1");
    check_refused("{} {}", "more than one object at column 3");
    check_refused(r#"{"a":}"#, "no value at column 6");
    check_refused(r#"{"a":1"#, "neither `,` nor `}` at column 7");
    check_refused(r#"{"x":[1}"#, "neither `,` nor `]` at column 8");
    check_refused(r#"{"a":"x}"#, "no end of a string at column 9");
    check_refused("{\"a\":\"12345678\u{1}\"}", "a control character in a string at column 15");
    check_refused(r#"{"a":"\x"}"#, "no escape at column 7");
    check_refused(r#"{"a" 1}"#, "no `:` at column 6");
    check_refused(r#"{"a":1,}"#, "no name of a member at column 8");
    check_refused(r#"{"a":-x}"#, "no digit at column 7");
    check_refused("{\n}", "a line break at column 2");
    check_refused("{}\r\n", "a line break at column 3");
    check_refused("{\"a\":\"\n\"}", "a line break at column 7");
    check_refused(b"{\"a\":\"\xff\"}", "no UTF-8 at column 7");
}

#[test]
fn a_string_ends_wherever_its_quote_stands() {
    for length in 0..40 {
        for end in ["\"", "\\\\\"", "\u{e9}\"", "\\\"\""] {
            let value = format!("\"{}{end}", "x".repeat(length));
            check(&format!("{{\"a\":{value},\"z\":\"zzzzzzzzzzzzzzzz\"}}"), [Some(&value), None, None]);
        }
        for control in ["\0", "\u{1f}", "\t"] {
            let text = format!("{{\"a\":\"{}{control}{}\"}}", "\u{e9}".repeat(length), "x".repeat(20));
            check_refused(&text, &format!("a control character in a string at column {}", 7 + 2 * length));
        }
    }
}

#[test]
fn depth_costs_no_stack_and_every_bracket_meets_its_own() {
    for depth in [1, 62, 63, 64, 65, 127, 128, 129, 1_000_000] {
        for (open, close) in [("[", "]"), ("{\"b\":", "}"), ("[{\"b\":[", "]}]")] {
            let inside = format!("{{\"x\":{}0", open.repeat(depth));
            check(&format!("{inside}{}}}", close.repeat(depth)), [None; 3]);
            let (own, other) = if open.ends_with('[') { (']', '}') } else { ('}', ']') };
            check_refused(format!("{inside}{other}"), &format!("neither `,` nor `{own}` at column {}", inside.len() + 1));
            let outside = format!("{inside}{}", close.repeat(depth));
            check_refused(format!("{outside}]"), &format!("neither `,` nor `}}` at column {}", outside.len() + 1));
        }
    }
}

/// What `serde_json` and the rule of one line say of a text.
fn is_object_on_a_line(text: &[u8]) -> bool {
    text.first() == Some(&b'{')
        && text.last() == Some(&b'}')
        && !text.iter().any(|byte| matches!(byte, b'\n' | b'\r'))
        && serde_json::from_slice::<&RawValue>(text).is_ok()
}

#[test]
fn a_changed_text_is_to_us_what_it_is_to_serde_json() {
    let seeds: [&[u8]; 4] = [
        br#"{"a":[1,-2.5e+10,true,false,null],"b":{"c":"text with \"escapes\" \\ \u00e9 \/","d":{"e":{}}},"x":[[],{},""]}"#,
        br#"{"@timestamp":"2026-01-01T00:00:00.000Z","event":{"category":["threat"],"kind":"alert","severity":73},"z":[{"y":0.5},{"y":-0}]}"#,
        "{\"b\":{\"c\":\"\u{e9}\u{20ac}\u{1f600}\",\"d\":{\"e\":[1,2]}},\"a\":\"\u{7f}\"}".as_bytes(),
        br#"{ "a" : { "b" : [ [ [ [ 0 ] ] ] ] } , "b" : { } }"#,
    ];
    let pieces: [&[u8]; 18] = [b"\"", b"\\", b"{", b"}", b"[", b"]", b":", b",", b"0", b"-", b".", b"e", b" ", b"\n", b"\x1f", b"\xff", b"\\u00", b"null"];
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut good = 0_u32;
    for _ in 0..200_000 {
        let mut text = seeds[dice.below(seeds.len())].to_vec();
        for _ in 0..dice.below(3) {
            let at = dice.below(text.len() + 1);
            let end = text.len().min(at + dice.below(4));
            text.splice(at..end, pieces[dice.below(pieces.len())].iter().copied());
        }
        let expected = is_object_on_a_line(&text);
        assert_eq!(scan(&text).is_ok(), expected, "{}: {:?}", String::from_utf8_lossy(&text), scan(&text));
        good += u32::from(expected);
    }
    assert!((70_000..130_000).contains(&good), "{good} of them are JSON");
}

/// The same numbers on every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }
}
