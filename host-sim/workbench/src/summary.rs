//! Counts what a run gave, by data set, class and severity, and what of it could not be read.

mod glance;
mod reasons;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use host_sim_runtime::contract::{Description, Document, Problem, Severity, Totals};

use self::glance::Glance;
pub use self::reasons::Place;
use self::reasons::Reasons;

/// What a run gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    datasets: Vec<Count>,
    problems: BTreeMap<(Severity, String), u64>,
    walk: Option<Totals>,
    time: Duration,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Count {
    name: String,
    documents: u64,
    /// Documents that say that something in them could not be read.
    unread: u64,
    classes: BTreeMap<String, u64>,
    severities: BTreeMap<String, u64>,
    reasons: Reasons,
    /// How many have each of what a finding should have.
    has: [u64; 3],
    /// How many name a package, and how many of these a version that has the fix.
    packages: [u64; 2],
}

/// What a finding should have, in the order of [`Glance::has`].
const SHOULD_HAVE: [&str; 3] = ["a severity", "a resource name", "an account"];

impl Count {
    /// Whether its documents are findings: its name says so.
    fn is_of_findings(&self) -> bool {
        self.name.rsplit('.').next() == Some("assessment")
    }

    /// How many have what a finding should have.
    fn had(&self) -> String {
        let each = self.has.iter().zip(SHOULD_HAVE).enumerate();
        let words = each.map(|(at, (has, what))| format!("{has}{} {what}", if at == 0 { format!(" of {} have", self.documents) } else { String::new() }));
        words.collect::<Vec<_>>().join(", ")
    }

    /// Whether more of its documents than this share are not read in full.
    fn is_unreadable(&self, most: f64) -> bool {
        self.unread > 0 && float(self.unread) > most * float(self.documents)
    }
}

fn float(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

impl Summary {
    /// Nothing counted yet.
    pub fn new(description: &Description) -> Self {
        let count = |name: &str| Count { name: name.to_owned(), ..Count::default() };
        Self { datasets: description.datasets.iter().map(|dataset| count(&dataset.name)).collect(), ..Self::default() }
    }

    /// Counts a document, and keeps where the first came from that could not be read for a reason.
    pub fn document(&mut self, document: &Document, place: Place) {
        let Some(count) = usize::try_from(document.dataset).ok().and_then(|at| self.datasets.get_mut(at)) else { return };
        let Glance { class, severity, unread, has, package } = Glance::at(&document.body, &count.name);
        count.documents += 1;
        count.unread += u64::from(unread.is_some());
        unread.into_iter().flatten().for_each(|said| count.reasons.add(said, place));
        for (count, has) in count.has.iter_mut().chain(&mut count.packages).zip(has.into_iter().chain(package)) {
            *count += u64::from(has);
        }
        count_one(&mut count.classes, class.as_deref());
        count_one(&mut count.severities, severity.as_deref());
    }

    /// Counts a problem.
    pub fn problem(&mut self, problem: &Problem) {
        *self.problems.entry((problem.severity, problem.code.clone())).or_default() += 1;
    }

    /// Keeps how a walk ended.
    pub fn walk(&mut self, totals: Totals) {
        self.walk = Some(totals);
    }

    /// Keeps how long it all took.
    pub fn time(&mut self, time: Duration) {
        self.time = time;
    }

    /// All documents.
    pub fn documents(&self) -> u64 {
        self.datasets.iter().map(|count| count.documents).sum()
    }

    /// Whether somebody should look: a problem that is an error, or a walk that is not complete.
    pub fn has_problems(&self) -> bool {
        self.problems.keys().any(|(severity, _)| *severity == Severity::Error) || self.walk.is_some_and(|totals| !totals.complete)
    }

    /// What to say where of a data set more documents than this share are not read in full.
    pub fn unreadable(&self, most: f64) -> Option<String> {
        let Count { name, documents, unread, .. } = self.datasets.iter().find(|count| count.is_unreadable(most))?;
        Some(format!("{unread} of {documents} documents of `{name}` are not read in full"))
    }

    fn rate(&self) -> f64 {
        float(self.documents()) / self.time.as_secs_f64().max(0.000_001)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{:<11} {}", "documents", self.documents())?;
        for count in self.datasets.iter().filter(|count| count.documents > 0) {
            write!(formatter, "  {:<40} {}", count.name, count.documents)?;
            if count.unread > 0 {
                write!(formatter, " ({} not read in full)", count.unread)?;
            }
            writeln!(formatter)?;
            for (title, counts) in [("class", &count.classes), ("severity", &count.severities)] {
                if !counts.is_empty() {
                    writeln!(formatter, "    {title:<9} {}", listed(counts))?;
                }
            }
            if count.is_of_findings() {
                writeln!(formatter, "    {:<9} {}", "findings", count.had())?;
            }
            let [named, fixed] = count.packages;
            if named > 0 {
                writeln!(formatter, "    {:<9} {named} named, {fixed} with a version that has the fix", "packages")?;
            }
            for (at, line) in count.reasons.lines().iter().enumerate() {
                writeln!(formatter, "    {:<9} {line}", if at == 0 { "not read" } else { "" })?;
            }
        }
        writeln!(formatter, "{:<11} {}", "problems", self.problems.values().sum::<u64>())?;
        for ((severity, code), count) in &self.problems {
            writeln!(formatter, "  {:<40} {count}", format!("{} {code}", severity.name()))?;
        }
        if let Some(Totals { pages, records, skipped, failed, complete, .. }) = self.walk {
            let end = if complete { "complete" } else { "not complete" };
            writeln!(formatter, "{:<11} {end}: pages {pages}, records {records}, skipped {skipped}, failed {failed}", "walk")?;
        }
        write!(formatter, "{:<11} {:.3} s, {:.0} documents a second", "time", self.time.as_secs_f64(), self.rate())
    }
}

/// Counts a word, of which there are few.
fn count_one(counts: &mut BTreeMap<String, u64>, word: Option<&str>) {
    let Some(word) = word else { return };
    match counts.get_mut(word) {
        Some(count) => *count += 1,
        None => drop(counts.insert(word.to_owned(), 1)),
    }
}

/// Most frequent first.
fn listed(counts: &BTreeMap<String, u64>) -> String {
    let mut counts: Vec<(&String, &u64)> = counts.iter().collect();
    counts.sort_by(|left, right| right.1.cmp(left.1).then(left.0.cmp(right.0)));
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use host_sim_runtime::contract::{Dataset, Description, Document, Problem, Severity, Totals};

    use super::{Place, Summary};

    fn summary() -> Summary {
        let dataset = |name: &str| Dataset { name: name.into(), summary: String::new(), decodes: true };
        let datasets = vec![dataset("x.event"), dataset("x.assessment")];
        Summary::new(&Description { name: String::new(), version: String::new(), datasets, settings_schema: String::new() })
    }

    fn document(dataset: u32, class: Option<&str>, severity: Option<&str>, unread: bool) -> Document {
        let kind = unread.then_some("pipeline_error");
        let error = unread.then_some(["cannot read `a[1]` as a date: `x`"]);
        let body = serde_json::json!({
            "event": { "kind": kind, "category": class, "severity": severity.map(|_| 73) },
            "vulnerability": { "severity": severity },
            "package": severity.map(|_| serde_json::json!({ "name": "p", "fixed_version": "2" })),
            "error": { "message": error },
        });
        Document { dataset, id: "a".into(), body: body.to_string().into_bytes(), source: None }
    }

    fn problem(severity: Severity) -> Problem {
        Problem { severity, code: "page-skipped".into(), message: String::new(), source: None }
    }

    #[test]
    fn it_counts_by_data_set_class_and_severity() {
        let mut summary = summary();
        summary.document(&document(0, Some("threat"), None, false), Place::Line(6));
        summary.document(&document(0, Some("network"), None, false), Place::Line(6));
        summary.document(&document(0, Some("threat"), None, true), Place::Line(6));
        summary.document(&document(1, None, Some("High"), false), Place::Line(6));
        summary.problem(&problem(Severity::Warning));
        summary.problem(&problem(Severity::Warning));
        summary.walk(Totals { pages: 2, records: 4, documents: 4, skipped: 1, failed: 0, complete: true });
        summary.time(Duration::from_secs(2));
        let expected = "\
documents   4
  x.event                                  3 (1 not read in full)
    class     threat 2, network 1
    not read  cannot read `a[]` as a date: 1, first in line 7
  x.assessment                             1
    severity  High 1
    findings  1 of 1 have a severity, 0 a resource name, 0 an account
    packages  1 named, 1 with a version that has the fix
problems    2
  warning page-skipped                     2
walk        complete: pages 2, records 4, skipped 1, failed 0
time        2.000 s, 2 documents a second";
        assert_eq!(summary.to_string(), expected);
        assert!(!summary.has_problems());
        assert_eq!(summary.unreadable(0.0).as_deref(), Some("1 of 3 documents of `x.event` are not read in full"));
        assert!(summary.unreadable(0.3).is_some() && summary.unreadable(0.34).is_none());
    }

    #[test]
    fn an_error_or_an_incomplete_walk_is_a_problem() {
        let mut failed = summary();
        failed.problem(&problem(Severity::Error));
        assert!(failed.has_problems());
        let mut incomplete = summary();
        incomplete.walk(Totals::default());
        assert!(incomplete.has_problems());
    }
}
