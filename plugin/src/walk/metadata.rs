//! The list of metadata: it is read once, before any scope is begun. What is missing of it makes no run incomplete.

use super::catalogue::Noted;
use super::context::{Context, Plan};
use super::fault::Fault;
use super::list::{Ending, List, Listed, Must, Taken};
use super::report::Counts;
use crate::contract::{Failure, Response};
use crate::problem::Code;
use crate::settings::Scope;

/// The list, while it is being read.
#[derive(Debug, Default)]
pub(super) struct MetadataList {
    /// What was told of it. It is not in a cursor: a run that is resumed reads the list anew.
    pub counts: Counts,
    list: Option<List>,
    /// The list that is asked for where the first one is refused.
    second: Option<String>,
}

impl MetadataList {
    /// The list of a run: that of the only subscription, or that of the tenant.
    pub(super) fn new(plan: &Plan) -> Self {
        let subscription = plan.settings.scopes.iter().position(|scope| matches!(scope, Scope::Subscription(_)));
        let own = subscription.map(|number| plan.metadata(plan.scope(number)));
        let (first, second) = match (plan.scopes.len(), own) {
            (0, _) => return Self::default(),
            _ if !plan.settings.joins_metadata() => return Self::default(),
            (1, Some(own)) => (own, None),
            (_, own) => (plan.metadata(""), own),
        };
        Self { list: Some(List::new(Listed::Metadata, &first)), second, ..Self::default() }
    }

    /// The list, as long as it is read.
    pub(super) fn list(&mut self) -> Option<&mut List> {
        self.list.as_mut()
    }

    /// Takes what came of a request.
    pub(super) fn receive(&mut self, answer: Result<Response, Failure>, source: Option<u32>, ctx: &mut Context<'_>) {
        if let Some(list) = &mut self.list {
            list.receive(answer, source, Must::Stay, &ctx.plan.origin, ctx.budget);
        }
    }

    /// Notes what came.
    pub(super) fn work(&mut self, ctx: &mut Context<'_>) {
        let Some(list) = &mut self.list else { return };
        list.drain(ctx, |_, item, _, ctx| match ctx.catalogue.note(item.text, ctx.budget) {
            Noted::New => Taken::New,
            Noted::Passed => Taken::Known,
        });
        let Some(ending) = list.ending() else { return };
        let (source, first) = (list.source, list.is_at_first());
        list.close(ctx);
        self.list = None;
        if let Ending::Cut(code, fault) = ending {
            if first
                && fault.is_refused_or_missing()
                && let Some(second) = self.second.take()
            {
                self.list = Some(List::new(Listed::Metadata, &second));
                return;
            }
            self.tell(code, &fault, source, ctx);
        }
        if ctx.catalogue.cut() > 0 {
            let message = format!("no room for the metadata of {} kinds of assessments: raise `max_memory`", ctx.catalogue.cut());
            ctx.tell(Code::MetadataCut, message, source, &mut self.counts);
        }
    }

    fn tell(&mut self, code: Code, fault: &Fault, source: Option<u32>, ctx: &mut Context<'_>) {
        let message = format!("cannot list the metadata of assessments, so {} kinds are known: {fault}", ctx.catalogue.known());
        ctx.tell(code, message, source, &mut self.counts);
    }
}
