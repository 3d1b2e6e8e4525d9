//! What came of a run of cases, for a person or as JUnit's XML.

use std::fmt::Write;
use std::time::Duration;

use super::suite::Verdict;

/// How each case ended, in their order.
#[derive(Debug, Default)]
pub struct Report {
    results: Vec<Result>,
}

#[derive(Debug)]
struct Result {
    name: String,
    verdict: Verdict,
    time: Duration,
}

#[derive(Debug, Default)]
struct Counts {
    equal: usize,
    differs: usize,
    failed: usize,
    skipped: usize,
    updated: usize,
}

impl Report {
    /// Keeps how a case ended.
    pub fn add(&mut self, name: &str, verdict: Verdict, time: Duration) {
        self.results.push(Result { name: name.to_owned(), verdict, time });
    }

    /// Whether no case differs or failed.
    pub fn is_good(&self) -> bool {
        let counts = self.counts();
        counts.differs == 0 && counts.failed == 0
    }

    /// A line a case, its differences below it, and a line of counts.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for Result { name, verdict, .. } in &self.results {
            let _ = match verdict {
                Verdict::Equal(_) => writeln!(text, "equal    {name}"),
                Verdict::Updated(_) => writeln!(text, "updated  {name}"),
                Verdict::Skipped(why) => writeln!(text, "skipped  {name}: {}", why.replace('\n', " ")),
                Verdict::Failed(why) => writeln!(text, "failed   {name}: {}", why.replace('\n', "\n         ")),
                Verdict::Differs(lines) => writeln!(text, "differs  {name}\n           {}", lines.join("\n           ")),
            };
        }
        let _ = writeln!(text, "{}", self.counts().line());
        text
    }

    /// The report that build servers read.
    pub fn junit(&self) -> String {
        let counts = self.counts();
        let seconds = |time: Duration| format!("{:.3}", time.as_secs_f64());
        let total = seconds(self.results.iter().map(|result| result.time).sum());
        let all = format!(
            "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{total}\"",
            self.results.len(),
            counts.differs,
            counts.failed,
            counts.skipped
        );
        let mut xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {all}>\n  <testsuite name=\"host-sim test\" {all}>\n");
        for Result { name, verdict, time } in &self.results {
            let (class, case) = name.rsplit_once('/').unwrap_or(("", name));
            let _ = write!(xml, "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\"", escaped(class), escaped(case), seconds(*time));
            let _ = match verdict {
                Verdict::Equal(_) | Verdict::Updated(_) => writeln!(xml, "/>"),
                Verdict::Skipped(why) => writeln!(xml, ">\n      <skipped message=\"{}\"/>\n    </testcase>", escaped(why)),
                Verdict::Failed(why) => writeln!(xml, ">\n      <error message=\"{}\"/>\n    </testcase>", escaped(why)),
                Verdict::Differs(lines) => {
                    let message = format!("differences: {}", lines.len());
                    writeln!(xml, ">\n      <failure message=\"{message}\">{}</failure>\n    </testcase>", escaped(&lines.join("\n")))
                }
            };
        }
        xml.push_str("  </testsuite>\n</testsuites>\n");
        xml
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for result in &self.results {
            match result.verdict {
                Verdict::Equal(_) => counts.equal += 1,
                Verdict::Differs(_) => counts.differs += 1,
                Verdict::Failed(_) => counts.failed += 1,
                Verdict::Skipped(_) => counts.skipped += 1,
                Verdict::Updated(_) => counts.updated += 1,
            }
        }
        counts
    }
}

impl Counts {
    fn line(&self) -> String {
        let all = [(self.equal, "equal"), (self.updated, "updated"), (self.differs, "different"), (self.failed, "failed"), (self.skipped, "skipped")];
        let sum: usize = all.iter().map(|(count, _)| count).sum();
        let listed: Vec<String> = all.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
        format!("{sum} case{}: {}", if sum == 1 { "" } else { "s" }, listed.join(", "))
    }
}

/// Text as XML has it; what XML cannot hold at all is written as Rust would.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.extend(character.escape_default()),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Report, Verdict, escaped};

    fn report() -> Report {
        let mut report = Report::default();
        report.add("a/one", Verdict::Equal(2), Duration::from_millis(5));
        report.add("a/two", Verdict::Differs(vec!["document 1: a: expected \"<\", got nothing".into()]), Duration::ZERO);
        report.add("three", Verdict::Skipped("later".into()), Duration::ZERO);
        report.add("four", Verdict::Failed("no & no".into()), Duration::ZERO);
        report
    }

    #[test]
    fn a_person_reads_a_line_a_case() {
        let expected = "\
equal    a/one
differs  a/two
           document 1: a: expected \"<\", got nothing
skipped  three: later
failed   four: no & no
4 cases: 1 equal, 1 different, 1 failed, 1 skipped
";
        assert_eq!(report().text(), expected);
        assert!(!report().is_good());
    }

    #[test]
    fn a_build_server_reads_junit() {
        let expected = "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<testsuites tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" time=\"0.005\">
  <testsuite name=\"host-sim test\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" time=\"0.005\">
    <testcase classname=\"a\" name=\"one\" time=\"0.005\"/>
    <testcase classname=\"a\" name=\"two\" time=\"0.000\">
      <failure message=\"differences: 1\">document 1: a: expected &quot;&lt;&quot;, got nothing</failure>
    </testcase>
    <testcase classname=\"\" name=\"three\" time=\"0.000\">
      <skipped message=\"later\"/>
    </testcase>
    <testcase classname=\"\" name=\"four\" time=\"0.000\">
      <error message=\"no &amp; no\"/>
    </testcase>
  </testsuite>
</testsuites>
";
        assert_eq!(report().junit(), expected);
    }

    #[test]
    fn what_xml_cannot_hold_is_written_out() {
        assert_eq!(escaped("a\u{1b}\u{0}\n<\u{e9}>"), "a\\u{1b}\\u{0}\n&lt;\u{e9}&gt;");
    }
}
