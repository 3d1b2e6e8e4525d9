//! Whether a scope's lists of sub-assessments are still worth asking for one by one: not where many in a row are gone.
//!
//! "In a row" is in the order of the assessments, whatever order the answers come in, so that the documents of a run do not depend on the network: a list is
//! begun only where no answer that is still awaited can be the one behind which the scope gives up.

use std::collections::VecDeque;

use crate::walk::list::Opening;

/// So many lists in a row that are gone are enough.
pub(super) const LIMIT: u32 = 20;

/// What to do with the next list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outlook {
    /// It may be begun.
    Open,
    /// That depends on answers that are awaited.
    Unsure,
    /// It is not asked for, nor is any behind it.
    GivenUp,
}

#[derive(Debug)]
struct Begun {
    number: u64,
    opening: Option<Opening>,
    over: bool,
}

/// The lists of a scope, from the oldest that is under way.
#[derive(Debug, Default)]
pub(super) struct Patience {
    /// Lists in a row that were gone before that one; it stays where it is once it has reached [`LIMIT`].
    gone: u32,
    begun: VecDeque<Begun>,
}

impl Patience {
    /// What a cursor knew.
    pub(super) fn resumed(gone: u32) -> Self {
        Self { gone: gone.min(LIMIT), begun: VecDeque::new() }
    }

    /// What a cursor has to know, whose place is that of the oldest list under way.
    pub(super) fn gone(&self) -> u32 {
        self.gone
    }

    /// The page of the cursor's place has changed and is read from its beginning. What was given up stays given up.
    pub(super) fn back_to_page(&mut self) {
        if self.gone < LIMIT {
            self.gone = 0;
        }
    }

    /// A list was begun.
    pub(super) fn begin(&mut self, number: u64) {
        self.begun.push_back(Begun { number, opening: None, over: false });
    }

    /// A list has had its first answer.
    pub(super) fn note(&mut self, number: u64, opening: Opening) {
        if let Some(begun) = self.find(number) {
            begun.opening = Some(opening);
        }
    }

    /// A list was read to its end.
    pub(super) fn finish(&mut self, number: u64) {
        if let Some(begun) = self.find(number) {
            begun.over = true;
        }
        while let Some(Begun { opening: Some(opening), .. }) = self.begun.pop_front_if(|begun| begun.over) {
            self.gone = behind(self.gone, opening);
        }
    }

    /// What to do with the next list.
    pub(super) fn outlook(&self) -> Outlook {
        let (mut least, mut most) = (self.gone, self.gone);
        for begun in &self.begun {
            (least, most) = match begun.opening {
                Some(opening) => (behind(least, opening), behind(most, opening)),
                None => (behind(least, Opening::Other), behind(most, Opening::Gone)),
            };
        }
        match (least, most) {
            (LIMIT, _) => Outlook::GivenUp,
            (_, LIMIT) => Outlook::Unsure,
            _ => Outlook::Open,
        }
    }

    fn find(&mut self, number: u64) -> Option<&mut Begun> {
        let index = self.begun.binary_search_by_key(&number, |begun| begun.number).ok()?;
        self.begun.get_mut(index)
    }
}

/// Lists in a row that are gone, behind one more.
fn behind(gone: u32, opening: Opening) -> u32 {
    match opening {
        _ if gone == LIMIT => LIMIT,
        Opening::Gone => gone + 1,
        Opening::Absent => gone,
        Opening::Other => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(openings: &[Option<Opening>], expected: Outlook) {
        let mut patience = Patience::default();
        for (number, opening) in (0..).zip(openings) {
            patience.begin(number);
            if let Some(opening) = opening {
                patience.note(number, *opening);
            }
        }
        assert_eq!(patience.outlook(), expected, "{openings:?}");
    }

    #[test]
    fn what_is_awaited_counts_either_way() {
        let (gone, absent, other) = (Some(Opening::Gone), Some(Opening::Absent), Some(Opening::Other));
        check(&[], Outlook::Open);
        check(&[gone; 19], Outlook::Open);
        check(&[gone; 20], Outlook::GivenUp);
        check(&[None; 19], Outlook::Open);
        check(&[None; 20], Outlook::Unsure);
        check(&[&[gone; 19][..], &[absent], &[gone]].concat(), Outlook::GivenUp);
        check(&[&[gone; 19][..], &[other], &[gone]].concat(), Outlook::Open);
        check(&[&[gone; 19][..], &[None], &[other]].concat(), Outlook::Unsure);
        check(&[&[None][..], &[gone; 20]].concat(), Outlook::GivenUp);
        check(&[&[gone; 20][..], &[other]].concat(), Outlook::GivenUp);
    }

    #[test]
    fn a_cursor_knows_what_lies_before_the_oldest_list_under_way() {
        let mut patience = Patience::resumed(3);
        for number in 1..=3 {
            patience.begin(number);
        }
        for number in [3, 1] {
            patience.note(number, Opening::Gone);
            patience.finish(number);
        }
        assert_eq!(patience.gone(), 4);
        patience.note(2, Opening::Other);
        assert_eq!(patience.gone(), 4);
        patience.finish(2);
        assert_eq!(patience.gone(), 1);
        assert_eq!(Patience::resumed(u32::MAX).outlook(), Outlook::GivenUp);
    }
}
