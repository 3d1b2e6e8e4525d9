//! How a scope's list of assessments ends: in good order, too early, or to be read once more.

use super::Scope;
use crate::walk::context::Context;
use crate::walk::fault::Fault;
use crate::walk::problem::Code;
use crate::walk::report::Counts;
use crate::walk::window::Window;

impl Scope {
    /// The list of assessments has ended: in good order, to be restarted, or too early.
    pub(super) fn conclude(&mut self, ctx: &mut Context<'_>) {
        let first = self.list.is_at_first();
        let fault = self.list.fault.take();
        if let Some(fault) = &fault
            && fault.is_expired()
            && !first
            && !self.restarted
        {
            // A cursor names the oldest page, which must not be one of those that expired.
            if self.window.is_empty() {
                self.restart(fault, ctx);
            } else {
                self.list.fault = Some(fault.clone());
            }
            return;
        }
        self.listed = true;
        ctx.changed = true;
        let lost = fault.as_ref().is_some_and(|fault| first && fault.code(first) == Code::ScopeFailed || fault.is_forbidden());
        if let Some(fault) = fault {
            self.tell(&fault, first, ctx);
        }
        match &mut self.join {
            Some(join) if lost => join.abandon(ctx),
            Some(join) => join.begin(),
            None => {}
        }
    }

    fn tell(&mut self, fault: &Fault, first: bool, ctx: &mut Context<'_>) {
        let scope = ctx.plan.scope(self.number);
        let message = format!("cannot list the assessments of `{scope}`: {fault}{}", fault.advice(scope));
        let mut counts = Counts { failed: 1, ..Counts::default() };
        ctx.tell(fault.code(first), message, self.list.source, &mut counts);
        self.window.done(counts);
    }

    fn restart(&mut self, fault: &Fault, ctx: &mut Context<'_>) {
        if self.join.is_none() && !(self.whole && self.seen.is_complete()) {
            // Which assessments were counted is not known, so all are counted again.
            self.seen.clear(ctx.budget);
            self.window = Window::default();
        } else {
            self.ahead = true;
        }
        self.restarted = true;
        self.whole = true;
        let mut counts = Counts::default();
        let message = format!("the assessments of `{}` are listed again: {fault}", ctx.plan.scope(self.number));
        ctx.tell(Code::ListRestarted, message, self.list.source, &mut counts);
        self.window.done(counts);
        self.list.restart();
    }
}
