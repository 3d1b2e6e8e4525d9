//! One paged list: which page is wanted, the records of those that have come, and how it ended.

mod ending;

use std::collections::VecDeque;
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
/// Pages that are held at most. The next one is asked for as soon as its link is known, while records of those that have come still wait for something.
const MOST_HELD: usize = 32;

/// Where a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A page has to be asked for.
    Wanted,
    /// It was.
    Asked,
    /// There are no more to be asked for.
    Over,
    /// Its end was dealt with.
    Closed,
}

/// A page that has come.
#[derive(Debug)]
struct Held {
    page: Page,
    url: Arc<str>,
    /// Position of what brought it, among the outcomes of the present call.
    source: Option<u32>,
}

impl Held {
    fn place(&self) -> Place {
        Place { url: self.url.clone(), index: self.page.index(), prefix: self.page.prefix() }
    }
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
    /// There is no page: the list ends behind those that came before.
    End,
    /// There was no room for it: it has to be asked for again.
    LetGo,
}

/// A list whose pages are read one after the other.
#[derive(Debug)]
pub(super) struct List {
    /// Position, among the outcomes of the present call, of what is dealt with: a page, or behind the last one what ended the list.
    pub source: Option<u32>,
    listed: Listed,
    attempt: Attempt,
    /// Those that have come, in their order; the first is taken out while its records are dealt with.
    held: VecDeque<Held>,
    /// Why it ends early.
    fault: Option<Fault>,
    first: Arc<str>,
    /// The page that is to come, or that was the last.
    url: Arc<str>,
    state: State,
    /// Position of what came last.
    came: Option<u32>,
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
            held: VecDeque::new(),
            fault: None,
            first: first.into(),
            url: url.into(),
            state: State::Wanted,
            came: None,
            trail,
            barren: 0,
            fresh: false,
            known_size: 0,
        }
    }

    /// Begins anew.
    pub(super) fn restart(&mut self, attempt: Attempt) {
        *self = Self::resumed(self.listed, &self.first, &self.first, attempt);
    }

    /// Which reading it is.
    pub(super) fn attempt(&self) -> Attempt {
        self.attempt
    }

    /// Whether a page is to be asked for. None is read ahead while those that come bring nothing new.
    pub(super) fn wants(&self) -> bool {
        self.state == State::Wanted && (self.is_bare() || self.barren == 0 && self.held.len() < MOST_HELD)
    }

    /// Whether no page is here.
    pub(super) fn is_bare(&self) -> bool {
        self.held.is_empty()
    }

    /// Whether the page that is to come, or that was the last, is its first.
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

    /// The page whose records are next, or that was the last.
    pub(super) fn url(&self) -> &Arc<str> {
        self.held.front().map_or(&self.url, |held| &held.url)
    }

    /// Forgets the positions of what came with an earlier call.
    pub(super) fn forget_sources(&mut self) {
        (self.source, self.came) = (None, None);
        self.held.iter_mut().for_each(|held| held.source = None);
    }

    /// The size of the wanted page where it came before and did not fit, else 0.
    pub(super) fn known_size(&self) -> usize {
        self.known_size
    }

    /// The page that is to come is asked for, at this URL.
    pub(super) fn ask(&mut self) -> String {
        self.state = State::Asked;
        self.url.to_string()
    }

    /// Takes what came of the request, at a position among the outcomes. A page that does not fit is let go, unless it `must` stay.
    pub(super) fn receive(&mut self, answer: Result<Response, Failure>, source: Option<u32>, must: Must, origin: &Origin, budget: &mut Budget) -> Arrival {
        self.came = source;
        if self.is_bare() {
            self.source = source;
        }
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
        self.held.push_back(Held { page, url: self.url.clone(), source });
        self.known_size = 0;
        match self.aim(link, origin) {
            Ok(Some(next)) => {
                self.url = next;
                self.state = State::Wanted;
            }
            Ok(None) => self.state = State::Over,
            Err(fault) => _ = self.end(fault),
        }
        Arrival::Page
    }

    /// Hands the records of the first page that is here to `take`, until one has to wait, and leaves the page behind the last of them.
    pub(super) fn drain<T>(&mut self, ctx: &mut Context<'_>, mut take: T) -> Option<PageEnd>
    where
        T: FnMut(&Self, &Record<'_>, Place, &mut Context<'_>) -> Taken,
    {
        let mut held = self.held.pop_front()?;
        self.source = held.source;
        while let Some(text) = held.page.record() {
            let record = Record::of(text);
            match take(self, &record, held.place(), ctx) {
                Taken::New => self.fresh = true,
                Taken::Known => {}
                Taken::Later => break,
            }
            let key = record.key;
            held.page.pass(key);
        }
        if held.page.record().is_some() {
            self.held.push_front(held);
            return None;
        }
        ctx.budget.give(held.page.size());
        self.turn();
        ctx.changed = true;
        Some(PageEnd { empty: held.page.empty(), source: held.source })
    }

    /// The place of the record whose turn it is, if a page is here.
    pub(super) fn place(&self) -> Option<Place> {
        self.held.front().map(Held::place)
    }

    /// Passes the records before a place in the page, as [`Page::skip`] does.
    pub(super) fn skip(&mut self, index: usize, prefix: u128) -> Option<Vec<u128>> {
        self.held.front_mut()?.page.skip(index, prefix)
    }

    /// A page is done.
    fn turn(&mut self) {
        self.barren = if std::mem::take(&mut self.fresh) { 0 } else { self.barren + 1 };
        if self.is_bare() {
            self.source = self.came;
            // By then none is read ahead.
            if self.barren >= MOST_BARREN && self.state == State::Wanted {
                self.end(Fault::Barren(self.barren));
            }
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
        self.state = State::Over;
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
