//! One paged list: which page is wanted, the records of the one that is held, and how it ended.

mod ending;

use std::sync::Arc;

pub(super) use self::ending::{Ending, Listed, Opening, PageEnd, Told};
use super::budget::Budget;
use super::context::Context;
use super::fault::Fault;
use super::link::{Origin, Trail};
use super::next_link::NextLink;
use super::page::{Page, Record, Unread};
use super::window::Place;
use crate::contract::{Failure, Response};

/// Pages in a row that may bring nothing new. Azure sends empty pages with a link, several in a row.
const MOST_BARREN: u32 = 1000;

/// Where a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A page has to be asked for.
    Wanted,
    /// It was.
    Asked,
    /// It is here.
    Held,
    /// There are no more.
    Ended,
    /// Its end was dealt with.
    Closed,
}

/// Which reading of a list it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    First,
    /// The last one, because links of the first had expired.
    Second,
}

/// What came of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was dealt with, and brought something new.
    New,
    /// It was dealt with, and had come before.
    Known,
    /// There is no room for it yet.
    Later,
}

/// What came of a page's arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// The page is held.
    Page,
    /// The list has ended.
    End,
    /// There was no room for it: it has to be asked for again.
    LetGo,
}

/// A list whose pages are read one after the other.
#[derive(Debug)]
pub(super) struct List {
    /// Position, among the outcomes of the present call, of what came last.
    pub source: Option<u32>,
    listed: Listed,
    attempt: Attempt,
    /// The page that is held; taken out while its records are dealt with.
    page: Option<Page>,
    /// Why it ends early.
    fault: Option<Fault>,
    first: Arc<str>,
    url: Arc<str>,
    next: Option<Arc<str>>,
    state: State,
    trail: Trail,
    barren: u32,
    fresh: bool,
    known_size: usize,
}

impl List {
    /// A list from its first page.
    pub(super) fn new(listed: Listed, first: &str) -> Self {
        Self::resumed(listed, first, first, Attempt::First)
    }

    /// A list from a later page.
    pub(super) fn resumed(listed: Listed, first: &str, url: &str, attempt: Attempt) -> Self {
        let mut trail = Trail::default();
        trail.visit(first);
        trail.visit(url);
        Self {
            source: None,
            listed,
            attempt,
            page: None,
            fault: None,
            first: first.into(),
            url: url.into(),
            next: None,
            state: State::Wanted,
            trail,
            barren: 0,
            fresh: false,
            known_size: 0,
        }
    }

    /// Begins anew, for the last time.
    pub(super) fn restart(&mut self) {
        *self = Self::resumed(self.listed, &self.first, &self.first, Attempt::Second);
    }

    /// Which reading it is.
    pub(super) fn attempt(&self) -> Attempt {
        self.attempt
    }

    /// Whether a page has to be asked for.
    pub(super) fn wants(&self) -> bool {
        self.state == State::Wanted
    }

    /// Whether it stands at its first page.
    pub(super) fn is_at_first(&self) -> bool {
        self.url == self.first
    }

    /// Whether its end was dealt with.
    pub(super) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Its end is dealt with.
    pub(super) fn close(&mut self, ctx: &mut Context<'_>) {
        self.state = State::Closed;
        ctx.changed = true;
    }

    /// The page that is wanted, held, or was the last.
    pub(super) fn url(&self) -> &Arc<str> {
        &self.url
    }

    /// The size of the wanted page where it came before and did not fit, else 0.
    pub(super) fn known_size(&self) -> usize {
        self.known_size
    }

    /// The page was asked for.
    pub(super) fn ask(&mut self) {
        self.state = State::Asked;
    }

    /// Takes what came of the request. A page that does not fit is let go, unless it `must` stay.
    pub(super) fn receive(&mut self, answer: Result<Response, Failure>, must: Must, origin: &Origin, budget: &mut Budget) -> Arrival {
        let body = match answer {
            // No content is a page with nothing in it.
            Ok(response) if response.status == 204 => b"{\"value\":[]}".to_vec(),
            Ok(response) if (200..300).contains(&response.status) => response.body,
            Ok(response) => return self.end(Fault::of_response(&response)),
            Err(failure) => return self.end(Fault::of_failure(failure)),
        };
        if !budget.fits(body.len()) && must == Must::Fit {
            self.known_size = body.len();
            self.state = State::Wanted;
            return Arrival::LetGo;
        }
        let (page, link) = match Page::read(body, origin) {
            Ok(read) => read,
            // So is an empty body, where it may be all that is left of a list.
            Err(Unread::Empty) if self.listed != Listed::Assessments => (Page::default(), NextLink::None),
            Err(Unread::Empty) => return self.end(Fault::Unreadable("the body is empty".to_owned())),
            Err(Unread::Odd(why)) => return self.end(Fault::Unreadable(why)),
        };
        budget.take(page.size());
        self.page = Some(page);
        self.state = State::Held;
        self.fresh = false;
        match self.aim(link, origin) {
            Ok(next) => self.next = next,
            Err(fault) => self.fault = Some(fault),
        }
        Arrival::Page
    }

    /// Hands the records of the page that is held to `take`, until one has to wait, and leaves the page behind the last of them.
    pub(super) fn drain<T>(&mut self, ctx: &mut Context<'_>, mut take: T) -> Option<PageEnd>
    where
        T: FnMut(&Self, &Record<'_>, Place, &mut Context<'_>) -> Taken,
    {
        let mut page = self.page.take()?;
        while let Some(text) = page.record() {
            let record = Record::of(text);
            match take(self, &record, self.place_in(&page), ctx) {
                Taken::New => self.fresh = true,
                Taken::Known => {}
                Taken::Later => break,
            }
            let key = record.key;
            page.pass(key);
        }
        if page.record().is_some() {
            self.page = Some(page);
            return None;
        }
        ctx.budget.give(page.size());
        self.turn();
        ctx.changed = true;
        Some(PageEnd { empty: page.empty() })
    }

    /// The place of the record whose turn it is, if a page is held.
    pub(super) fn place(&self) -> Option<Place> {
        self.page.as_ref().map(|page| self.place_in(page))
    }

    /// Passes the records before a place in the page, as [`Page::skip`] does.
    pub(super) fn skip(&mut self, index: usize, prefix: u128) -> Option<Vec<u128>> {
        self.page.as_mut()?.skip(index, prefix)
    }

    fn place_in(&self, page: &Page) -> Place {
        Place { url: self.url.clone(), index: page.index(), prefix: page.prefix() }
    }

    /// Goes to the next page; the list ends where there is none.
    fn turn(&mut self) {
        self.known_size = 0;
        self.barren = if self.fresh { 0 } else { self.barren + 1 };
        match self.next.take() {
            Some(_) if self.barren >= MOST_BARREN => {
                self.end(Fault::Barren(self.barren));
            }
            Some(next) => {
                self.url = next;
                self.state = State::Wanted;
            }
            None => self.state = State::Ended,
        }
    }

    fn aim(&mut self, link: NextLink, origin: &Origin) -> Result<Option<Arc<str>>, Fault> {
        let link = match link {
            NextLink::None => return Ok(None),
            NextLink::Odd => return Err(Fault::Link("it is no text".to_owned())),
            NextLink::Unknown(doubt) => return Err(Fault::UnknownLink(doubt)),
            NextLink::Text(link) => link,
        };
        let url = origin.follow(&link).map_err(|why| Fault::Link(why.to_owned()))?;
        if !self.trail.visit(&url) {
            return Err(Fault::Loop);
        }
        Ok(Some(url.into()))
    }

    fn end(&mut self, fault: Fault) -> Arrival {
        self.fault = Some(fault);
        self.state = State::Ended;
        Arrival::End
    }
}

/// Whether a page has to fit into the memory that is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Must {
    /// It is let go if it does not.
    Fit,
    /// It stays: it was asked for because the walk would stand still without it.
    Stay,
}
