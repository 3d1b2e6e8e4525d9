//! What a finding says beside its list of CVEs: the details of one vulnerability, and scores that are of no CVE in particular.

use super::Parts;
use super::lists::Id;
use super::score::{self, Score};
use crate::defender::assessment::{ADDITIONAL, CVSS_SCORE, CVSS2, CVSS3, CVSS4, SUB_ADDITIONAL, VULNERABILITY};
use crate::json::tree::Value;
use crate::mapping::record::Record;
use crate::mapping::severity::{Severity, Word};

/// Read before anything of the record is left out of the tree.
pub(super) struct Details<'a> {
    /// The CVE that the details are about.
    pub id: Option<Id<'a>>,
    /// Its score.
    pub score: Option<Score<'a>>,
    /// How grave they say it is.
    pub word: Option<Severity>,
    /// Since when it is known.
    pub published: Value<'a>,
    /// Where it is described.
    pub references: Value<'a>,
    /// The score of the finding as a whole.
    pub of_finding: Option<Score<'a>>,
    /// The highest score of all CVEs, which is that of a single one.
    pub highest: Option<Score<'a>>,
}

impl<'a> Details<'a> {
    /// Reads them, and brings their scores to numbers.
    pub(super) fn of(record: &mut Record<'a>, parts: &Parts<'a>) -> Self {
        let cvss = [VULNERABILITY.cvss, SUB_ADDITIONAL.cvss].map(|source| {
            let member = parts.member(source);
            record.look(|read| read.take(member));
            let cvss = member.map_or(Value::Null, |member| member.value.get());
            score::convert_all(record, cvss, &source);
            cvss
        });
        // The same objects under the names that documents have them by, and others that came under those names.
        for source in [CVSS2.base, CVSS3.base, CVSS4.base] {
            if let Some(base) = parts.member(source) {
                score::convert(record, base, &source);
            }
        }
        for source in [SUB_ADDITIONAL.cvss_v30_score, ADDITIONAL.max_cvss30_score, ADDITIONAL.max_cvss_score] {
            if let Some(member) = parts.member(source) {
                score::convert(record, member, &source);
            }
        }
        let id = record.look(|read| parts.read(read, VULNERABILITY.cve_id));
        let id = Id::of(record, id);
        record.look(|read| {
            let by_name = [(CVSS4.base, "4.0"), (CVSS3.base, "3.0"), (CVSS2.base, "2.0")].into_iter().find_map(|(base, version)| {
                let has_vector = !read.value(parts.object(base.part), CVSS_SCORE.cvss_vector_string.name).is_blank();
                score::of(parts.member(base), Some(version), has_vector)
            });
            let plain = |source, version| score::of(parts.member(source), version, false);
            Self {
                id,
                score: score::newest(read, cvss[0]).or(by_name),
                word: Word::of(parts.read(read, VULNERABILITY.severity)).known(),
                published: parts.read(read, VULNERABILITY.published_date),
                references: parts.read(read, VULNERABILITY.references),
                of_finding: score::newest(read, cvss[1]).or_else(|| plain(SUB_ADDITIONAL.cvss_v30_score, Some("3.0"))),
                highest: plain(ADDITIONAL.max_cvss30_score, Some("3.0")).or_else(|| plain(ADDITIONAL.max_cvss_score, None)),
            }
        })
    }
}
