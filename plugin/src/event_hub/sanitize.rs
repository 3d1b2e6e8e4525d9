//! Repairs of text that Azure services send as JSON though it is not.

use crate::settings::Sanitizer;

/// What all sanitizers make of the text, one after the other, whether or not it is JSON by then; `None` if there are none. Only for text that is not JSON.
pub(crate) fn sanitize(sanitizers: &[Sanitizer], text: &str) -> Option<String> {
    let (first, others) = sanitizers.split_first()?;
    Some(others.iter().fold(apply(first, text), |text, sanitizer| apply(sanitizer, &text)))
}

fn apply(sanitizer: &Sanitizer, text: &str) -> String {
    match sanitizer {
        Sanitizer::NewLines => text.replace('\n', ""),
        Sanitizer::SingleQuotes => single_quotes(text),
        Sanitizer::ReplaceAll { pattern, replacement } => pattern.replace_all(text, replacement),
    }
}

/// Makes single quotes double ones, but for those inside of double quotes. A double quote behind a backslash neither opens nor closes.
fn single_quotes(text: &str) -> String {
    let mut inside = false;
    let mut before = None;
    text.chars()
        .map(|character| {
            if character == '"' && before != Some('\\') {
                inside = !inside;
            }
            before = Some(character);
            if character == '\'' && !inside { '"' } else { character }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::pattern::Pattern;

    fn replace_all(pattern: &str, replacement: &str) -> Sanitizer {
        Sanitizer::ReplaceAll { pattern: Pattern::new(pattern).unwrap(), replacement: replacement.into() }
    }

    fn check(sanitizers: &[Sanitizer], text: &str, expected: &str) {
        assert_eq!(sanitize(sanitizers, text).as_deref(), Some(expected), "{sanitizers:?} {text}");
    }

    #[test]
    fn without_sanitizers_nothing_comes_out() {
        assert_eq!(sanitize(&[], "{'a':1}"), None);
    }

    #[test]
    fn new_lines_removes_line_feeds_only() {
        check(&[Sanitizer::NewLines], "{\"a\":\"b\nc\",\n\r\n\t\"d\":1}\n", "{\"a\":\"bc\",\r\t\"d\":1}");
    }

    #[test]
    fn single_quotes_leaves_those_inside_of_double_quotes() {
        let only = [Sanitizer::SingleQuotes];
        check(&only, "{'a':\"it's\",'é':'ü'}", "{\"a\":\"it's\",\"é\":\"ü\"}");
        check(&only, r#"{"a":"\"it's\"",'b':1}"#, r#"{"a":"\"it's\"","b":1}"#);
        // The backslash is looked at alone, so one that is itself escaped hides the quote that closes.
        check(&only, r#"{"a":"\\",'b':1}"#, r#"{"a":"\\",'b':1}"#);
        check(&only, "'", "\"");
    }

    #[test]
    fn replace_all_replaces_what_is_no_value() {
        let blob = replace_all(r"\[\s*(\d+)B blob data\s*\]", r#"{"blob":${1}}"#);
        check(std::slice::from_ref(&blob), "{\"p\":[\n 12B blob data ],\"q\":[3B blob data]}", "{\"p\":{\"blob\":12},\"q\":{\"blob\":3}}");
    }

    #[test]
    fn all_sanitizers_run_in_order() {
        let text = "{'a':\n'b'}";
        check(&[Sanitizer::NewLines, Sanitizer::SingleQuotes], text, "{\"a\":\"b\"}");
        check(&[Sanitizer::SingleQuotes, replace_all("\"", "'"), Sanitizer::NewLines], text, "{'a':'b'}");
    }
}
