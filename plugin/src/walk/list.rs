//! One paged list: which page is wanted, the one that is held, and how it ended.

use std::sync::Arc;

use super::budget::Budget;
use super::fault::Fault;
use super::link::{Origin, Trail};
use super::next_link::NextLink;
use super::page::Page;
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
    /// The page that is held; taken out while its records are dealt with.
    pub page: Option<Page>,
    /// Position, among the outcomes of the present call, of what came last.
    pub source: Option<u32>,
    /// Why it ended early.
    pub fault: Option<Fault>,
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
    pub(super) fn new(first: &str) -> Self {
        Self::resumed(first, first)
    }

    /// A list from a later page.
    pub(super) fn resumed(first: &str, url: &str) -> Self {
        let mut trail = Trail::default();
        trail.visit(first);
        trail.visit(url);
        Self {
            page: None,
            source: None,
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

    /// Begins anew.
    pub(super) fn restart(&mut self) {
        *self = Self::new(&self.first);
    }

    /// Whether a page has to be asked for.
    pub(super) fn wants(&self) -> bool {
        self.state == State::Wanted
    }

    /// Whether there are no more pages, and none is held.
    pub(super) fn has_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// Whether it stands at its first page.
    pub(super) fn is_at_first(&self) -> bool {
        self.url == self.first
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
            Err(cause) => return self.end(Fault::Unreadable(cause)),
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

    /// The page brought something that was not seen before.
    pub(super) fn note_fresh(&mut self) {
        self.fresh = true;
    }

    /// Leaves the page that is held for the next one; the list ends where there is none.
    pub(super) fn turn(&mut self, budget: &mut Budget) {
        if let Some(page) = self.page.take() {
            budget.give(page.size());
        }
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
