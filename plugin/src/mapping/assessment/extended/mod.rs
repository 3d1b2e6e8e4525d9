//! Profile `extended`: findings as Azure sends them since recommendations are no longer grouped, one document for each CVE.
//!
//! The tree of a record is read once. Its documents are made of it one after the other: each shows its own CVE where the lists stand.

mod class;
mod cloud;
mod cves;
mod dates;
mod details;
mod exemption;
mod id;
mod image;
mod limit;
mod lists;
mod own;
mod packages;
mod provider;
mod read;
mod resource;
pub(crate) mod rule;
mod score;
mod status;
mod texts;
mod vulnerability;

use self::cves::{Cve, Lists};
use self::details::Details;
use self::own::Places;
use self::provider::cloud_of;
use self::read::{copy, text};
use self::vulnerability::{About, SLOTS};
use super::{Class, Parts, TREE, conversions, copies, duplicates, event, intake};
use crate::defender::assessment::reshaped::{CVES_LEFT_OUT, CVES_LEFT_OUT_IDS, NOT_READ};
use crate::defender::assessment::{ADDITIONAL, ARTIFACT, OS, PARTS, RECORD, RESOURCE, SUB_RESOURCE, VULNERABILITY};
use crate::defender::part::Source;
use crate::ecs::ASSESSMENT;
use crate::json::tree::{Member, Value, array};
use crate::mapping::cast::integer;
use crate::mapping::index::{self, Index, Stood};
use crate::mapping::record::{Original, Record, Rule};
use crate::mapping::trace::Mark;
use crate::settings::{Profile, Settings};

/// What functions of its files fill.
pub(in crate::mapping) const RULES: &[&[Rule]] =
    &[status::RULES, exemption::RULES, dates::RULES, packages::RULES, rule::RULES, vulnerability::RULES, cloud::RULES, image::RULES, resource::RULES];

/// A record whose documents are made one after the other.
pub(crate) struct Split<'a> {
    parts: Parts<'a>,
    class: Class,
    details: Details<'a>,
    cves: Vec<Cve<'a>>,
    /// Where CVEs are named; `None` if there is one document, which shows them all.
    places: Option<Places<'a>>,
    /// The CVEs that have a document, by their place among all.
    stay: Vec<usize>,
    /// What the mapping itself says in the tree: lines, how many CVEs are left out, and which.
    own: &'a [Member<'a>],
    /// What could not be read, but for CVEs.
    lines: Vec<Value<'a>>,
    /// The fields that depend on the CVE, as the record fills them.
    base: [Value<'a>; SLOTS.len()],
    noted: Mark,
    keeps_original: bool,
}

/// Which texts it takes to be one document among several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    is_first: bool,
    is_last: bool,
}

/// Members that the reference stops at unless they are texts.
const TEXTS: [Source; 9] = [
    RESOURCE.id,
    RESOURCE.native_resource_id,
    RESOURCE.resource_type,
    SUB_RESOURCE.resource_type,
    ADDITIONAL.digest,
    ADDITIONAL.os_type,
    ARTIFACT.digest,
    OS.os_platform,
    VULNERABILITY.cve_id,
];

impl<'a> Split<'a> {
    /// Reads a record, and fills what its documents have in common.
    pub(super) fn of(record: &mut Record<'a>, root: Value<'a>, settings: &Settings, index: &Index) -> Self {
        let properties = intake::properties(record, root);
        let stops = record.errors.take();
        let tree = intake::tree(record, root, properties, Profile::Extended);
        texts::read(record, tree);
        let (tree, stood) = index::of_tree(record, index, tree);
        let parts = Parts::of(record, tree, PARTS);
        leave_out(record, tree, &parts);
        conversions::but_of_cves(record, &parts, read::is_blank);
        conversions::single_version(record, &parts);
        let details = Details::of(record, &parts);
        leave_out_spread_scores(&parts);
        let mut lists = Lists::of(record, &parts);
        let cves = lists.cves(record, &details);

        packages::apply(record, &parts);
        let has_package = !record.document.get(packages::NAME.slot).is_null();
        let class = record.look(|read| class::of(read, &parts, has_package, !cves.is_empty()));
        event::of_class(record, class);
        status::apply(record, &parts, class);
        copies::apply(record, &parts, class, copies::COMMON);
        rule::apply(record, &parts, class);
        identity(record, &parts);
        exemption::apply(record, &parts);
        dates::apply(record, &parts);
        if class == Class::Vulnerability {
            super::vulnerability::vendor(record);
        }
        if !settings.preserve_duplicate_custom_fields {
            duplicates::remove(&parts);
        }
        let (tree, own) = with_own(record, tree, class);
        record.fill(&TREE, |_| tree);
        if stood == Stood::Odd {
            index::types(record, index, tree);
        }
        let places = (class == Class::Vulnerability && !cves.is_empty()).then(|| Places::of(record, tree, lists.all));
        index::apply(record, index);
        let lines = record.errors.take();
        let stay = if places.is_some() { (0..cves.len()).collect() } else { Vec::new() };
        let base = SLOTS.map(|slot| record.document.get(slot));
        let noted = crate::mapping::noted(record);
        let has_lines = !lines.is_empty() || cves.iter().any(|cve| !cve.lines.is_empty());
        let keeps_original = has_lines || !stops.is_empty() || settings.preserve_original_event;
        record.errors.restore(stops);
        Self { parts, class, details, cves, places, stay, own, lines, base, noted, keeps_original }
    }

    /// How many documents there are.
    pub(crate) fn len(&self) -> usize {
        self.stay.len().max(1)
    }

    /// Whether a document says of a part of the record that it could not be read.
    pub(crate) fn has_lines(&self) -> bool {
        let told = |at: usize| !self.cves[at].lines.is_empty();
        !self.lines.is_empty() || if self.places.is_some() { self.stay.iter().copied().any(told) } else { (0..self.cves.len()).any(told) }
    }

    /// How many CVEs have no document.
    pub(crate) fn left_out(&self) -> usize {
        if self.places.is_some() { self.cves.len() - self.stay.len() } else { 0 }
    }

    /// The CVE that tells a document's id from those of the record's others.
    pub(crate) fn cve(&self, at: usize) -> Option<&'a str> {
        self.stay.get(at).and_then(|&cve| self.cves.get(cve)).map(|cve| cve.id.key)
    }

    /// What had been noted when documents began to differ.
    pub(crate) fn noted(&self) -> Mark {
        self.noted
    }

    /// Keeps the text of the record whatever else is said of it.
    pub(crate) fn keep_original(&mut self) {
        self.keeps_original = true;
    }

    /// Leaves out the documents that are too many; none is longer than `most`, and `length` says how long the one that is filled would be.
    pub(crate) fn limit(&mut self, record: &mut Record<'a>, most: usize, mut length: impl FnMut(&mut Record<'a>) -> usize) {
        let count = self.stay.len();
        if count < 2 || limit::all_stay(count, most.saturating_mul(count)) {
            return;
        }
        let mut length_at = |split: &Self, record: &mut Record<'a>, at: usize| {
            split.fill_place(record, Some(at), Place { is_first: false, is_last: false });
            length(record)
        };
        // Fields of a document are copies of its CVE or of what the first document holds as well.
        let most = 2 * length_at(self, record, 0) + FIELD_NAMES;
        let of_cves: usize = self.cves.iter().map(|cve| 8 * cve.id.text.len() + 4 * roughly(cve.element) + lines_length(&cve.lines)).sum();
        if limit::all_stay(self.cves.len(), most * self.cves.len() + of_cves) {
            return;
        }
        let scores: Vec<_> = self.cves.iter().map(|cve| cve.score.map(|score| score.value)).collect();
        let reserve = lines_length(&self.lines) + FIRST_AND_LAST;
        self.stay = limit::stay(&scores, reserve, |at| length_at(self, record, at));
        self.keeps_original |= self.left_out() > 0;
    }

    /// Fills one of the documents.
    pub(crate) fn fill(&self, record: &mut Record<'a>, at: usize) {
        let place = Place { is_first: at == 0, is_last: at + 1 == self.len() };
        self.fill_place(record, self.stay.get(at).copied(), place);
    }

    /// Fills the document of one CVE, or of all.
    fn fill_place(&self, record: &mut Record<'a>, at: Option<usize>, place: Place) {
        if let Some(trace) = &mut record.trace {
            trace.back_to(self.noted);
        }
        for (slot, value) in SLOTS.into_iter().zip(self.base) {
            record.document.set(slot, value);
        }
        let cves = at.map_or(&self.cves[..], |at| &self.cves[at..=at]);
        if let (Some(places), [own]) = (&self.places, cves) {
            places.show(record, own.id.key);
        }
        vulnerability::apply(record, &About { parts: &self.parts, class: self.class, details: &self.details }, cves);
        self.tell(record, cves, place);
        record.original = if place.is_first && self.keeps_original { Original::Kept } else { Original::Elsewhere };
    }

    /// Says in the tree what could not be read, and what is left out.
    fn tell(&self, record: &Record<'a>, cves: &[Cve<'a>], place: Place) {
        let of_record = self.lines.iter().filter(|_| place.is_first);
        let lines: Vec<_> = of_record.chain(cves.iter().flat_map(|cve| &cve.lines)).copied().collect();
        let left_out = if place.is_last { self.left_out() } else { 0 };
        let mut ids = Vec::new();
        if left_out > 0 {
            let mut stay = self.stay.iter().copied().peekable();
            ids.extend(self.cves.iter().enumerate().filter(|(at, _)| stay.next_if_eq(at).is_none()).map(|(_, cve)| Value::Text(cve.id.text)));
        }
        let count = if left_out > 0 { integer(record.arena, i64::try_from(left_out).unwrap_or(i64::MAX)) } else { Value::Null };
        for (member, value) in self.own.iter().zip([array(record.arena, lines), count, array(record.arena, ids)]) {
            member.value.set(value);
        }
    }
}

/// More than the names of all fields that a document may have and another not.
const FIELD_NAMES: usize = 1024;

/// What the first document has besides its lines, and the last: a tag, and how many CVEs are left out.
const FIRST_AND_LAST: usize = r#""preserve_original_event","not_read":[],"cves_left_out":12345678,"#.len();

/// At most the bytes of a list of lines, each of which may need escapes.
fn lines_length(lines: &[Value<'_>]) -> usize {
    lines.iter().filter_map(|line| line.text()).map(|line| 2 * line.len() + 8).sum()
}

/// About the bytes that a value takes when it is written.
fn roughly(value: Value<'_>) -> usize {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 6,
        Value::Number(text) => text.len() + 1,
        // Six for each that needs an escape; most need none, and no text is longer than its record.
        Value::Text(text) => text.len() + 5 * text.bytes().filter(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')).count() + 3,
        Value::Array(elements) => elements.iter().map(|element| roughly(element.get())).sum::<usize>() + 3,
        Value::Object(members) => members.iter().map(|member| member.name.len() + 4 + roughly(member.value.get())).sum::<usize>() + 3,
    }
}

/// Sets whose resource a finding is about.
fn identity<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    let cloud = record.look(|read| cloud_of(read, parts));
    cloud::apply(record, parts, cloud);
    image::apply(record, parts);
    resource::apply(record, parts, cloud);
    super::resource::apply(record, parts);
}

/// Leaves out of the tree what the reference would stop at. What is no object where one should be was told already.
fn leave_out<'a>(record: &mut Record<'a>, tree: Value<'a>, parts: &Parts<'a>) {
    parts.strays.iter().for_each(|member| member.value.set(Value::Null));
    for source in TEXTS {
        if let Some(member) = parts.member(source)
            && !matches!(member.value.get(), Value::Text(_) | Value::Null)
        {
            record.errors.unexpected(&source, member.value.get(), "a string");
            member.value.set(Value::Null);
        }
    }
    // What the envelope says of a record is nothing that a rule missed.
    record.look(|read| [RECORD.id, RECORD.name, RECORD.type_].map(|source| read.take(tree.member(source.name))));
}

/// The versions of an object of scores have a place of their own in the tree.
fn leave_out_spread_scores(parts: &Parts<'_>) {
    if let Some(cvss) = parts.member(VULNERABILITY.cvss)
        && !matches!(cvss.value.get(), Value::Array(_))
    {
        cvss.value.set(Value::Null);
    }
}

/// The tree with its class and members for what the mapping itself says; one of a record that has such a name gives way, and is told.
fn with_own<'a>(record: &mut Record<'a>, tree: Value<'a>, class: Class) -> (Value<'a>, &'a [Member<'a>]) {
    const OWN: [crate::json::name::Name<'static>; 3] = [NOT_READ, CVES_LEFT_OUT, CVES_LEFT_OUT_IDS];
    for name in OWN {
        if let Some(member) = tree.member(name).filter(|member| member.value.get().has_content()) {
            record.errors.report(&format_args!("`{}` is the name of a field that only the mapping fills", name.text));
            member.value.set(Value::Null);
        }
    }
    let mut own = OWN.map(|name| Member::new(name, name.text, Value::Null)).to_vec();
    own.extend(intake::class_member(tree, class));
    let tree = intake::prepend(record, tree, &own);
    (tree, tree.members().get(..OWN.len()).unwrap_or_default())
}

/// The field that tells a record from others.
pub(crate) fn event_id<'a>(record: &Record<'a>) -> Option<&'a str> {
    record.document.get(const { ASSESSMENT.slot("event.id") }).text()
}
