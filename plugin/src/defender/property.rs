//! The names of an alert's extended properties that rules read. They come in many spellings, so that only letters and digits count, in lower case.

use crate::json::key_table::KeyTable;
use crate::json::name::{Name, as_written};

/// A property by its place in the table.
pub(crate) type Key = usize;

/// The names that rules know, sorted.
pub(crate) const KEYS: &[&str] = &[
    "aaduserid",
    "account",
    "accountname",
    "activitytype",
    "actorclientip",
    "actorip",
    "answers",
    "apiendpoint",
    "assigneeprincipalid",
    "assignerprincipalid",
    "attackerip",
    "attackeripaddress",
    "attackerobjectid",
    "attackerport",
    "attackersourceip",
    "azureaduser",
    "blob",
    "callerip",
    "calleripaddress",
    "callername",
    "callerobjectid",
    "clienthostname",
    "clientip",
    "clientipaddress",
    "clientport",
    "clientprincipalname",
    "clustername",
    "command",
    "commandline",
    "compromisedhost",
    "container",
    "containerid",
    "containerimage",
    "containername",
    "createdaccount",
    "destinationaddress",
    "destinationip",
    "destinationipaddress",
    "destinationport",
    "domainname",
    "effectiveazureresourceid",
    "failedattempts",
    "failedlogins",
    "file",
    "filehash",
    "filename",
    "filepath",
    "fullcommand",
    "hostip",
    "imagename",
    "ip",
    "ipaddress",
    "killchainintent",
    "machineip",
    "machinename",
    "malware",
    "malwarefamily",
    "malwarename",
    "malwaretypesdetected",
    "md5",
    "namespace",
    "operation",
    "operationname",
    "operations",
    "operationstypes",
    "parentprocess",
    "parentprocessid",
    "pid",
    "podname",
    "principalname",
    "principalobjectid",
    "principaloid",
    "processid",
    "processname",
    "processpath",
    "productcomponentname",
    "queriedby",
    "requeststatus",
    "resourcename",
    "resourcetype",
    "resultsignature",
    "role",
    "roledefinitioncreatoripaddress",
    "roledefinitioncreatorprincipalid",
    "roledefinitioncreatorprincipalname",
    "roledefinitionname",
    "samplereferer",
    "samplesourceipaddresses",
    "sampleuris",
    "sampleuseragents",
    "servicename",
    "sha1",
    "sha256",
    "source",
    "sourceaddress",
    "sourceip",
    "sourceipaddress",
    "sourceips",
    "sourceport",
    "statuscode",
    "successfullogins",
    "suspiciousaccountname",
    "suspiciouscommandline",
    "suspiciousprocess",
    "suspiciousprocessid",
    "suspiciousprocessname",
    "suspiciousscript",
    "target",
    "targetip",
    "targetipaddress",
    "url",
    "user",
    "useragent",
    "useragents",
    "username",
    "userobjectid",
    "usersid",
    "victimip",
    "victimipaddress",
    "victimport",
];

static BY_KEY: KeyTable<512> = {
    let mut table = KeyTable::new();
    let mut at = 0;
    while at < KEYS.len() {
        table.add(crate::json::name::key(KEYS[at]), at);
        at += 1;
    }
    table
};

/// The place of a name; in a constant, an unknown one stops the build.
pub(crate) const fn key(name: &str) -> Key {
    let mut at = 0;
    while at < KEYS.len() {
        if is_same(KEYS[at].as_bytes(), name.as_bytes()) {
            return at;
        }
        at += 1;
    }
    panic!("no such property");
}

const fn is_same(left: &[u8], right: &[u8]) -> bool {
    let mut at = 0;
    while at < left.len() && at < right.len() && left[at] == right[at] {
        at += 1;
    }
    at == left.len() && at == right.len()
}

/// A list of properties by their names.
macro_rules! keys {
    ($($name:ident)*) => { const { &[$($crate::defender::property::key(stringify!($name))),*] } };
}
pub(crate) use keys;

/// No name that rules know is longer.
const LONGEST: usize = 40;

/// The property that a member of that name is, in any spelling.
pub(crate) fn of(name: &str) -> Option<Key> {
    let mut form = [0; LONGEST];
    let mut length = 0;
    for byte in name.bytes().filter(u8::is_ascii_alphanumeric) {
        *form.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    // A letter beyond ASCII makes it another name.
    if !name.is_ascii() && name.chars().any(|letter| !letter.is_ascii() && letter.is_alphanumeric()) {
        return None;
    }
    let form = core::str::from_utf8(form.get(..length)?).ok()?;
    BY_KEY.index_of(as_written(form), |at| Name::of(KEYS[at]))
}

/// A name without anything but letters and digits, in lower case.
pub(crate) fn form(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_every_spelling() {
        assert!(KEYS.is_sorted_by(|left, right| left < right));
        assert!(KEYS.iter().all(|name| name.len() <= LONGEST && *name == form(name)));
        for (name, expected) in [("actor (client ip)", Some("actorclientip")), ("ShA-256", Some("sha256")), ("sha256ü", None), ("ip", Some("ip")), ("", None)]
        {
            assert_eq!(of(name).map(|key| KEYS[key]), expected, "{name}");
        }
        assert_eq!(of(&"x".repeat(LONGEST + 1)), None);
        assert_eq!(of("x y"), None);
    }
}
