//! `email.*`: the message that an alert is about.

use super::account::alone;
use super::graph::Graph;
use super::texts::{first, value};
use crate::defender::node::{Kind, MAIL};
use crate::ecs::EVENT;
use crate::mapping::record::{Record, rules};

rules! { EVENT;
    SUBJECT "email.subject" = "profile extended: `Subject` of the message";
    SENDER "email.sender.address" = "profile extended: `P2Sender`, else `Sender` of the message";
    TO "email.to.address" = "profile extended: `Recipient` of the message";
    ID "email.message_id" = "profile extended: `InternetMessageId` of the message";
}

/// Fills all of them from the first message.
pub(super) fn apply<'a>(record: &mut Record<'a>, graph: &Graph<'a>) {
    let Some(message) = graph.of_kind(Kind::MailMessage).next().map(|message| graph.object(message)) else { return };
    record.fill(&SUBJECT, |read| value(read, message, &[MAIL.subject]));
    record.fill(&SENDER, |read| value(read, message, &[MAIL.p2_sender, MAIL.sender]));
    record.fill(&TO, |read| {
        let recipient = first(read, message, &[MAIL.recipient]);
        alone(read, recipient)
    });
    record.fill(&ID, |read| value(read, message, &[MAIL.internet_message_id]));
}
