//! `user.*` and `related.user`: whose account an alert is about.

use super::graph::{Graph, NodeId};
use super::properties::account_of;
use super::texts::{first, or_null, said, value};
use super::{Alert, MOST, mail};
use crate::defender::node::{Kind, MAIL, NODE, Position};
use crate::defender::property::{Key, keys};
use crate::ecs::EVENT;
use crate::json::tree::{Value, array};
use crate::mapping::distinct::Distinct;
use crate::mapping::record::{Reader, Record, rules};

rules! { EVENT;
    NAME "user.name" = "profile extended: `Name` of the account, behind its domain; where no account has a name or id, the first property that names a user";
    DOMAIN "user.domain" = "profile extended: `NTDomain`, else `DnsDomain` of the account, else what stands before its `\\`; or by properties, `domainname` as well";
    ID "user.id" = "profile extended: `AadUserId`, else `Sid`, else `ObjectGuid` of the account, or the first property that is the id of a user";
    EMAIL "user.email" = "profile extended: `Name`@`UPNSuffix` of the account, or a `Name` with an `@`; or by properties; else `MailboxPrimaryAddress`";
    FULL_NAME "user.full_name" = "profile extended: `DisplayName` of the account";
    TARGET_ID "user.target.id" = "profile extended: property `assigneeprincipalid`";
    TARGET_NAME "user.target.name" = "profile extended: property `suspiciousaccountname`, else `createdaccount`";
    TARGET_ROLES "user.target.roles" = "profile extended: properties `role` and `roledefinitionname`";
    RELATED_USER "related.user" = "profile extended: names, ids and addresses of all accounts, mailboxes, and users of properties";
}

const NAMES: &[Key] =
    keys![username user account accountname clientprincipalname principalname callername queriedby roledefinitioncreatorprincipalname azureaduser];
const IDS: &[Key] = keys![
    usersid aaduserid userobjectid principalobjectid principaloid attackerobjectid callerobjectid assignerprincipalid roledefinitioncreatorprincipalid
];
const TARGETS: &[Key] = keys![assigneeprincipalid suspiciousaccountname createdaccount];

/// The name of an account, and the domain before it.
pub(super) fn name_of<'a>(read: &mut Reader<'_, 'a>, account: Value<'a>) -> (Option<&'a str>, Option<&'a str>) {
    match first(read, account, &[NODE.name]).map(account_of) {
        Some((name, domain)) => (Some(name), domain),
        None => (None, None),
    }
}

/// The id of an account.
pub(super) fn id_of<'a>(read: &mut Reader<'_, 'a>, account: Value<'a>) -> Option<&'a str> {
    first(read, account, &[NODE.aad_user_id, NODE.sid, NODE.object_guid])
}

fn is_someone(graph: &Graph<'_>, account: NodeId) -> bool {
    let object = graph.object(account);
    [NODE.name, NODE.aad_user_id, NODE.sid, NODE.object_guid].into_iter().any(|source| said(object.get(source.name)).is_some())
}

/// Fills all of them.
pub(super) fn apply<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let Alert { graph, properties, .. } = alert;
    let of_process = alert.process.and_then(|process| graph.one(process, Position::Account)).filter(|account| is_someone(graph, *account));
    match of_process.or_else(|| graph.of_kind(Kind::Account).find(|account| is_someone(graph, *account))) {
        Some(account) => of_account(record, graph.object(account)),
        None => {
            let unnamed = graph.of_kind(Kind::Account).next().map_or(Value::Null, |account| graph.object(account));
            if !unnamed.is_null() {
                record.fill(&FULL_NAME, |read| value(read, unnamed, &[NODE.display_name]));
            }
            if !properties.is_empty() {
                by_properties(record, alert);
            }
        }
    }
    if record.document.get(EMAIL.slot).is_null()
        && let Some(mailbox) = graph.of_kind(Kind::Mailbox).next()
    {
        record.fill(&EMAIL, |read| value(read, graph.object(mailbox), &[MAIL.mailbox_primary_address]));
    }
    if !properties.is_empty() {
        record.fill(&TARGET_ID, |read| properties.value(read, keys![assigneeprincipalid]));
        record.fill(&TARGET_NAME, |read| properties.value(read, keys![suspiciousaccountname createdaccount]));
        record.fill(&TARGET_ROLES, |read| {
            let mut roles = Distinct::default();
            properties.add_to(read, &mut roles, keys![role roledefinitionname], |role| role);
            roles.at_most(read.arena, MOST)
        });
    }
    related(record, alert);
    mail::apply(record, graph);
}

fn of_account<'a>(record: &mut Record<'a>, account: Value<'a>) {
    let mut named = (None, None);
    record.fill(&NAME, |read| {
        named = name_of(read, account);
        or_null(named.0)
    });
    record.fill(&DOMAIN, |read| {
        let own = first(read, account, &[NODE.nt_domain, NODE.dns_domain]);
        or_null(own.or_else(|| {
            read.field(NAME.slot);
            named.1
        }))
    });
    record.fill(&ID, |read| or_null(id_of(read, account)));
    record.fill(&EMAIL, |read| or_null(email_of(read, account)));
    record.fill(&FULL_NAME, |read| value(read, account, &[NODE.display_name]));
}

fn email_of<'a>(read: &mut Reader<'_, 'a>, account: Value<'a>) -> Option<&'a str> {
    let name = name_of(read, account).0?;
    if name.contains('@') {
        return Some(name);
    }
    let suffix = first(read, account, &[NODE.upn_suffix])?;
    Some(read.arena.alloc_str(&format!("{name}@{suffix}")))
}

fn by_properties<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let properties = &alert.properties;
    record.fill(&NAME, |read| or_null(properties.first(read, NAMES).map(|text| account_of(text).0)));
    if !record.document.get(NAME.slot).is_null() {
        record.fill(&DOMAIN, |read| {
            let own = properties.first(read, NAMES).and_then(|text| account_of(text).1);
            or_null(own.or_else(|| if alert.said.is_dns() { None } else { properties.first(read, keys![domainname]) }))
        });
        record.fill(&EMAIL, |read| match read.field(NAME.slot) {
            Value::Text(name) if name.contains('@') => Value::Text(name),
            _ => Value::Null,
        });
    }
    record.fill(&ID, |read| properties.value(read, IDS));
}

fn related<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let Alert { graph, properties, .. } = alert;
    record.fill(&RELATED_USER, |read| {
        let mut users = Distinct::default();
        for account in graph.of_kind(Kind::Account) {
            let object = graph.object(account);
            let name = name_of(read, object).0;
            let ids = [NODE.aad_user_id, NODE.sid, NODE.object_guid].map(|source| first(read, object, &[source]));
            let email = email_of(read, object);
            for user in [name].into_iter().chain(ids).chain([email]).flatten() {
                users.add(read.arena, user.into());
            }
        }
        for mailbox in graph.of_kind(Kind::Mailbox) {
            if let Some(user) = first(read, graph.object(mailbox), &[MAIL.mailbox_primary_address]) {
                users.add(read.arena, user.into());
            }
        }
        properties.add_to(read, &mut users, NAMES, |text| account_of(text).0);
        properties.add_to(read, &mut users, IDS, |id| id);
        properties.add_to(read, &mut users, TARGETS, |text| account_of(text).0);
        users.at_most(read.arena, MOST)
    });
}

/// A list of one.
pub(super) fn alone<'a>(read: &Reader<'_, 'a>, text: Option<&'a str>) -> Value<'a> {
    text.map_or(Value::Null, |text| array(read.arena, [Value::Text(text)]))
}
