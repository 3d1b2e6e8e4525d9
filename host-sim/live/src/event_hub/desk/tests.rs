//! A partition that is lost, had again and lost, with messages of every time on their way.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use host_sim_runtime::flow::{BoxedError, Lane, Mark, State, StopSignal};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::LocalSet;

use super::{Desk, Known, Reading, Sent};
use crate::config::Start;
use crate::event_hub::batch::{Event, Received};
use crate::event_hub::condition::{Condition, Status};
use crate::event_hub::place::{Extent, Place};
use crate::event_hub::store::Store;

/// Keeps the mark of one lane.
#[derive(Default)]
struct One(Mutex<Option<Mark>>);

impl State for One {
    fn mark(&self, _lane: &Lane) -> Result<Option<Mark>, BoxedError> {
        Ok(self.0.lock().expect("nobody panics").clone())
    }

    fn keep(&self, _lane: &Lane, mark: &Mark) -> Result<(), BoxedError> {
        *self.0.lock().expect("nobody panics") = Some(mark.clone());
        Ok(())
    }
}

fn desk(start: Start) -> (Desk, Receiver<Event>) {
    let (sender, events) = channel(10);
    let (store, status) = (Store::local(std::sync::Arc::new(One::default())), Status::new(Box::new(|_: &Condition| ())));
    let desk = Desk::new("a/hub/g/".into(), start, Reading::OnAndOn, (10, Duration::ZERO), store, status, StopSignal::default(), sender);
    (desk, events)
}

fn place(number: i64) -> Place {
    Place { sequence_number: number, offset: (number * 100).to_string() }
}

fn received(number: i64, epoch: u64) -> Received {
    Received { partition: "0".into(), places: vec![place(number)], end: place(number), messages: Vec::new(), epoch }
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    LocalSet::new().block_on(&runtime, test);
}

#[test]
fn what_was_received_before_a_loss_is_of_no_use() {
    run(async {
        let ((desk, mut events), extent) = (desk(Start::Earliest), Extent { first: 0, last: 90, last_offset: "9000".into(), last_time: 0, is_empty: false });
        let ours = BTreeSet::from(["0".to_owned()]);
        desk.owned(&ours).await;
        assert_eq!(desk.ours(), [("0".to_owned(), Known::Nothing)]);
        assert_eq!(desk.resume("0", &extent).await, Ok(None), "at the start");
        assert_eq!(desk.hand_on(received(5, 0)).await, Sent::Yes);
        assert_eq!(desk.ours(), [("0".to_owned(), Known::Begun(Some(place(5))))]);

        // It is no more among what was claimed, and then it is again.
        desk.owned(&BTreeSet::new()).await;
        desk.owned(&ours).await;
        assert_eq!(desk.hand_on(received(6, 0)).await, Sent::TooLate, "of the link of before");
        desk.keep(&Lane::new("a/hub/g/0"), &place(3).mark()).expect("it is kept");
        assert_eq!(desk.resume("0", &extent).await, Ok(Some(place(3))), "behind the mark, and not behind what was handed on");
        assert_eq!(desk.hand_on(received(4, 1)).await, Sent::Yes);
        // The link of before says that it is lost: so it was, and that is known.
        desk.lose("0", 0).await;
        assert_eq!(desk.ours(), [("0".to_owned(), Known::Begun(Some(place(4))))]);

        let mut told = Vec::new();
        while let Ok(event) = events.try_recv() {
            told.push(match event {
                Event::Received(received) => (received.end.sequence_number, received.epoch),
                Event::Lost { epoch, .. } => (-1, epoch),
                Event::Failed(trouble) => panic!("{trouble}"),
            });
        }
        assert_eq!(told, [(5, 0), (-1, 1), (4, 1)]);
    });
}

#[test]
fn the_latest_is_handed_on_as_a_place_before_anything_is_received() {
    run(async {
        let ((desk, mut events), extent) = (desk(Start::Latest), Extent { first: 0, last: 7, last_offset: "700".into(), last_time: 0, is_empty: false });
        desk.owned(&BTreeSet::from(["0".to_owned()])).await;
        assert_eq!(desk.resume("0", &extent).await, Ok(Some(place(7))));
        match events.try_recv() {
            Ok(Event::Received(received)) => assert_eq!((received.end, received.messages.len()), (place(7), 0)),
            other => panic!("{other:?}"),
        }
        // After a break more is there, and none of it is skipped.
        desk.none_begun();
        assert_eq!(desk.resume("0", &Extent { last: 9, last_offset: "900".into(), ..extent }).await, Ok(Some(place(7))));
    });
}
