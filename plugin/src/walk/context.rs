//! What every part of a walk works with during one call: the plan, the mapper, the memory, and the step that is being made.

use core::ops::ControlFlow;

use super::budget::Budget;
use super::catalogue::Catalogue;
use super::link::Origin;
use super::report::Counts;
use super::unfinished::Unfinished;
use crate::contract::{Dataset, Document, Step, Timestamp};
use crate::id::RecordId;
use crate::mapping::{self, Mapper, Recognition};
use crate::problem::Code;
use crate::settings::{Scope, Settings};
use crate::url;

/// What stays the same during a run.
#[derive(Debug)]
pub(super) struct Plan {
    /// As the instance was set up.
    pub settings: Settings,
    /// The server that is asked.
    pub origin: Origin,
    /// The scopes' ARM paths, as a person writes them.
    pub scopes: Vec<String>,
    /// When the run began.
    pub start: Timestamp,
}

impl Plan {
    /// The plan of a run that began at `start`.
    pub(super) fn new(settings: &Settings, start: Timestamp) -> Self {
        let scopes = settings.scopes.iter().map(path).collect();
        Self { settings: settings.clone(), origin: Origin::of(&settings.url), scopes, start }
    }

    /// Where a scope's assessments are listed.
    pub(super) fn assessments(&self, scope: &str) -> String {
        let Settings { url, assessment_api_version, .. } = &self.settings;
        let scope = url::path(scope);
        format!("{url}{scope}/providers/Microsoft.Security/assessments?api-version={assessment_api_version}")
    }

    /// Where all of a scope's sub-assessments are listed.
    pub(super) fn sub_assessments(&self, scope: &str) -> String {
        let Settings { url, sub_assessment_api_version, .. } = &self.settings;
        let scope = url::path(scope);
        format!("{url}{scope}/providers/Microsoft.Security/subAssessments?api-version={sub_assessment_api_version}")
    }

    /// Where what Azure says of each kind of assessment is listed: below a scope, or for the tenant if that is empty.
    pub(super) fn metadata(&self, scope: &str) -> String {
        let Settings { url, metadata_api_version, .. } = &self.settings;
        let scope = url::path(scope);
        format!("{url}{scope}/providers/Microsoft.Security/assessmentMetadata?api-version={metadata_api_version}")
    }

    /// A scope's path by its number.
    pub(super) fn scope(&self, number: usize) -> &str {
        self.scopes.get(number).map_or("", String::as_str)
    }
}

fn path(scope: &Scope) -> String {
    match scope {
        Scope::Subscription(id) => format!("/subscriptions/{id}"),
        Scope::ManagementGroup(name) => format!("/providers/Microsoft.Management/managementGroups/{name}"),
    }
}

/// What a part of the walk has at hand during one call.
#[derive(Debug)]
pub(super) struct Context<'a> {
    /// What stays the same.
    pub plan: &'a Plan,
    /// What is held.
    pub budget: &'a mut Budget,
    /// What is known of kinds of assessments.
    pub catalogue: &'a mut Catalogue,
    /// What the call gives. `more` is set as soon as a document had to wait.
    pub step: Step,
    /// Whether something has moved, so that another round may move more: a document, a problem, a page or the end of a list.
    pub changed: bool,
    mapper: &'a mut Mapper,
    unfinished: &'a mut Unfinished,
    bytes: usize,
}

impl<'a> Context<'a> {
    /// The beginning of a call.
    pub(super) fn new(plan: &'a Plan, budget: &'a mut Budget, catalogue: &'a mut Catalogue, unfinished: &'a mut Unfinished, mapper: &'a mut Mapper) -> Self {
        Self { plan, budget, catalogue, step: Step::default(), changed: false, mapper, unfinished, bytes: 0 }
    }

    /// Whether the step takes the document of a record of this size. If not, the record has to wait for the next call.
    pub(super) fn has_room(&mut self, size: usize) -> bool {
        let fits = self.bytes + size <= self.budget.step || self.step.documents.is_empty();
        self.step.more |= !fits;
        !self.step.more
    }

    /// Makes the documents of a merged record, as far as the step takes them; says whether that was all. If not, the record has to wait for the next call, in
    /// which it is given again: its documents go on where they stopped. Their ids are of the start of the run and of what tells its assessment and
    /// sub-assessment from others.
    pub(super) fn emit(&mut self, record: &str, assessment: &[u8], sub_assessment: &[u8], source: Option<u32>, counts: &mut Counts) -> bool {
        let start = self.plan.start;
        let parts: [&[u8]; 4] = [b"walk", &start.to_le_bytes(), assessment, sub_assessment];
        let from = self.unfinished.given(&parts);
        let (documents, bytes, most) = (&mut self.step.documents, &mut self.bytes, self.budget.step);
        let mut given = from;
        let told = self.mapper.findings(
            record,
            mapping::Origin::new(start, None),
            from,
            |_| RecordId::of(&parts),
            |id, made| {
                // There was room for the record, so there is for one of its documents.
                if given > from && *bytes + made.body.len() > most {
                    return ControlFlow::Break(());
                }
                *bytes += made.body.len();
                given += 1;
                documents.push(Document { dataset: Dataset::Assessment, id: id.of_document(made.cve), body: made.body, source });
                ControlFlow::Continue(())
            },
        );
        self.changed = true;
        if given < told.documents {
            self.unfinished.note(&parts, given);
            self.step.more = true;
            return false;
        }
        self.unfinished.forget(&parts);
        // Counted with the last of them: a run that is resumed before it makes all of them again.
        counts.documents += told.documents as u64;
        counts.split += u64::from(told.documents > 1);
        if told.recognition == Recognition::Unknown {
            self.tell(Code::RecordNotRecognised, "an item is not an assessment or a sub-assessment; `event.original` has all of it".into(), source, counts);
        }
        if told.left_out > 0 {
            self.tell(Code::CvesLeftOut, told.left_out_message(), source, counts);
        }
        true
    }

    /// Tells a problem, and counts it.
    pub(super) fn tell(&mut self, code: Code, message: String, source: Option<u32>, counts: &mut Counts) {
        self.say(code, message, source);
        counts.note(code);
    }

    /// Tells a problem that stands for any number of them, which are counted elsewhere.
    pub(super) fn say(&mut self, code: Code, message: String, source: Option<u32>) {
        self.step.problems.push(code.problem(message, source));
        self.changed = true;
    }
}
