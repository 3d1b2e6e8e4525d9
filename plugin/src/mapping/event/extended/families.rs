//! The families of alerts by their types, and what a family, words in the type and evidence say of `event.category` and `event.type`.

use crate::defender::node::Kind;
use crate::ecs::EVENT;
use crate::json::tree::{Value, array};
use crate::mapping::record::{Reader, Record, rules};

use super::Alert;

rules! { EVENT;
    CATEGORY "event.category" =
        "profile extended, of an alert: intrusion_detection, then what the family of its `AlertType`, words in that, and evidence (a process, a registry key, DNS, malware, mail) add";
    TYPE "event.type" = "profile extended, of an alert: info, then what the family of its `AlertType` adds";
}

/// One family. The first that a type matches is its own.
#[derive(Debug)]
struct Family {
    number: u8,
    known: fn(&str) -> bool,
    categories: &'static [&'static str],
    types: &'static [&'static str],
}

/// Who logs on to a database.
const LOGONS: [&str; 8] =
    ["bruteforce", "harmfulapplication", "principalanomaly", "geoanomaly", "domainanomaly", "datacenteranomaly", "cloudprovideranomaly", "suspiciousipanomaly"];

/// The table.
#[rustfmt::skip]
static FAMILIES: [Family; 21] = [
    Family { number: 1, known: |t| of(t, "k8s").is_some_and(|rest| of(rest, "node").is_some()), categories: &["process"], types: &[] },
    Family { number: 2, known: |t| of(t, "k8s").is_some(), categories: &["configuration"], types: &[] },
    Family { number: 3, known: |t| has(t, &["incoming_bf", "outgoing_bf", "_bf_"]), categories: &["network", "authentication"], types: &["connection"] },
    Family { number: 4, known: |t| of(t, "network").or(of(t, "networking")).is_some() || t.starts_with("ddos") || t.starts_with("portscan") || has(t, &["communicationwith"]), categories: &["network"], types: &["connection"] },
    Family { number: 5, known: |t| of(t, "azuredns").or(of(t, "dns")).is_some(), categories: &["network"], types: &["protocol"] },
    Family { number: 6, known: |t| of(t, "sql").is_some() && has(t, &LOGONS), categories: &["database", "authentication"], types: &["access"] },
    Family { number: 6, known: |t| of(t, "sql").is_some(), categories: &["database"], types: &["access"] },
    Family { number: 7, known: |t| of(t, "azurecosmosdb").or(of(t, "cosmosdb")).is_some(), categories: &["database"], types: &["access"] },
    Family { number: 8, known: |t| of(t, "storage").is_some() && has(t, &["openacl"]), categories: &["configuration"], types: &["change"] },
    Family { number: 9, known: |t| of(t, "storage").is_some() && has(t, &["deletion"]), categories: &["file"], types: &["deletion"] },
    Family { number: 9, known: |t| of(t, "storage").is_some(), categories: &["file"], types: &["access"] },
    Family { number: 10, known: |t| of(t, "kv").or(of(t, "keyvault")).is_some(), categories: &["authentication"], types: &[] },
    Family { number: 11, known: |t| of(t, "arm").or(of(t, "vm")).is_some() && (names_antimalware(t) || has(t, &["unusualam", "antimalware", "customscript"])), categories: &["configuration"], types: &["change"] },
    Family { number: 12, known: |t| (of(t, "arm").is_some() && has(t, &["role", "rbac", "elevat", "accountpersistence"])) || (of(t, "vm").is_some() && has(t, &["vmaccess", "sshkey", "passwordreset"])), categories: &["iam"], types: &["change"] },
    Family { number: 13, known: |t| of(t, "arm").is_some(), categories: &["configuration"], types: &[] },
    Family { number: 14, known: |t| of(t, "api").is_some(), categories: &["api"], types: &["access"] },
    Family { number: 15, known: |t| has(t, &["danglingdomain"]), categories: &["configuration"], types: &[] },
    Family { number: 16, known: |t| of(t, "appservices").or(of(t, "apps")).is_some() || has(t, &["azurewebapps"]), categories: &["web"], types: &["access"] },
    Family { number: 17, known: |t| of(t, "ai").is_some() && has(t, &["blocked"]), categories: &["api"], types: &["denied"] },
    Family { number: 17, known: |t| of(t, "ai").is_some(), categories: &["api"], types: &["access"] },
    Family { number: 18, known: |_| true, categories: &[], types: &[] },
];

/// Words in a type that add a category, and perhaps a type.
struct Words {
    category: &'static str,
    event_type: Option<&'static str>,
    words: &'static [&'static str],
}

/// The table. Of malware, `malware` itself counts where it does not stand behind `anti`.
#[rustfmt::skip]
const WORDS: [Words; 3] = [
    Words { category: "malware", event_type: None, words: &["eicar", "ransomware", "currencymining", "cryptomin", "coinmin", "webshell", "trojan", "rootkit", "backdoor", "filelessattack"] },
    Words { category: "authentication", event_type: None, words: &["bruteforce", "passwordspray", "login", "logon", "signin"] },
    Words { category: "iam", event_type: Some("creation"), words: &["accountcreation"] },
];

/// What the type of an alert says by itself.
#[derive(Debug)]
pub(super) struct Said {
    family: &'static Family,
    categories: Vec<&'static str>,
    types: Vec<&'static str>,
}

/// Whether there is evidence of a kind.
type IsThere = fn(&Reader<'_, '_>, &Alert<'_, '_>) -> bool;

/// What evidence adds: entities, and what other rules found.
#[rustfmt::skip]
pub(super) const EVIDENCE: [(&str, IsThere); 5] = [
    ("process", |read, alert| alert.process.is_some() || super::process::MAIN.iter().any(|slot| read.is_filled(*slot))),
    ("registry", |_, alert| alert.graph.has_any(&[Kind::RegistryKey, Kind::RegistryValue])),
    ("network", |_, alert| alert.graph.has(Kind::Dns)),
    ("malware", |read, alert| alert.graph.has(Kind::Malware) || read.is_filled(super::file::SOFTWARE.slot)),
    ("email", |_, alert| alert.graph.has_any(&[Kind::Mailbox, Kind::MailMessage])),
];

impl Said {
    /// What a type in its short form says: its family, and what that and words in the type add.
    pub(super) fn by(t: &str) -> Self {
        let family = FAMILIES.iter().find(|family| (family.known)(t)).expect("the last family is for anything else");
        let mut said = Self { family, categories: family.categories.to_vec(), types: family.types.to_vec() };
        if family.number != 11 {
            for row in WORDS.iter().filter(|row| has(t, row.words) || (row.category == "malware" && names_malware(t))) {
                if !said.categories.contains(&row.category) {
                    said.categories.push(row.category);
                }
                said.types.extend(row.event_type);
            }
        }
        said
    }

    /// The number of the family.
    pub(super) fn family(&self) -> u8 {
        self.family.number
    }

    /// Whether the alert is about a logon.
    pub(super) fn is_authentication(&self) -> bool {
        self.categories.contains(&"authentication")
    }

    /// Whether it is about the resolution of names.
    pub(super) fn is_dns(&self) -> bool {
        self.family.number == 5
    }

    /// Whether it is about Kubernetes.
    pub(super) fn is_of_kubernetes(&self) -> bool {
        self.family.number <= 2
    }
}

/// A type in the form that tables compare: without what marks a sample or a system, in lower case, without blanks.
pub(super) fn short(alert_type: &str) -> String {
    let mut t = if alert_type.is_ascii() && !alert_type.bytes().any(|byte| byte.is_ascii_whitespace() || byte == 0x0b) {
        alert_type.to_ascii_lowercase()
    } else {
        alert_type.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect()
    };
    if let Some(rest) = t.strip_prefix("simulated_") {
        t = rest.to_owned();
    }
    let system = ["_windows", "_linux", ".windows", ".linux"].into_iter().find_map(|system| t.strip_suffix(system)).map(str::len);
    if let Some(length) = system {
        t.truncate(length);
    }
    t
}

/// Fills both fields; comes last, since evidence is what other rules found.
pub(super) fn apply<'a>(record: &mut Record<'a>, alert: &Alert<'a, '_>) {
    let Said { categories, types, .. } = &alert.said;
    record.fill(&CATEGORY, |read| {
        alert.parts.read(read, crate::defender::hub::RECORD.alert_type);
        let added = EVIDENCE.iter().filter(|(_, is_there)| is_there(read, alert)).map(|(category, _)| *category);
        once(read.arena, ["intrusion_detection"].into_iter().chain(categories.iter().copied()).chain(added))
    });
    record.fill(&TYPE, |read| {
        alert.parts.read(read, crate::defender::hub::RECORD.alert_type);
        once(read.arena, ["info"].into_iter().chain(types.iter().copied()))
    });
}

fn once<'a>(arena: &'a bumpalo::Bump, words: impl Iterator<Item = &'static str>) -> Value<'a> {
    let mut list: Vec<&'static str> = Vec::with_capacity(4);
    for word in words {
        if !list.contains(&word) {
            list.push(word);
        }
    }
    array(arena, list.into_iter().map(Value::Text))
}

/// What follows a first word and a dot or an underscore.
fn of<'t>(t: &'t str, word: &str) -> Option<&'t str> {
    t.strip_prefix(word)?.strip_prefix(['.', '_'])
}

/// Whether one of these stands in a type. Both are short, so that a search that prepares itself would take longer than this one.
pub(super) fn has(t: &str, words: &[&str]) -> bool {
    let bytes = t.as_bytes();
    // A bit for each letter that a word begins with.
    let bit = |byte: u8| 1_u32 << (byte & 31);
    let firsts = words.iter().filter_map(|word| word.bytes().next()).fold(0, |firsts, first| firsts | bit(first));
    bytes.iter().enumerate().any(|(at, byte)| firsts & bit(*byte) != 0 && words.iter().any(|word| bytes[at..].starts_with(word.as_bytes())))
}

/// `am` and another letter, as a part of its own.
fn names_antimalware(t: &str) -> bool {
    t.as_bytes().windows(4).any(|window| matches!(window, [b'.' | b'_', b'a', b'm', letter] if letter.is_ascii_lowercase()))
}

fn names_malware(t: &str) -> bool {
    t.match_indices("malware").any(|(at, _)| !t[..at].ends_with("anti"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A type of every row, and of each of its alternatives: family, categories and types.
    #[test]
    fn every_row_of_the_table_has_its_types() {
        let (mut rows, mut words) = (Vec::new(), Vec::new());
        for (alert_type, number, categories, types) in [
            ("K8S.NODE_Odd", 1, "process", ""),
            ("SIMULATED_K8s_node_Odd", 1, "process", ""),
            ("K8S_Odd", 2, "configuration", ""),
            ("K8S_NodePort", 2, "configuration", ""),
            ("SSH_Incoming_BF_OneToOne", 3, "network authentication", "connection"),
            ("RDP_Outgoing_BF", 3, "network authentication", "connection"),
            ("X_BF_Y", 3, "network authentication", "connection"),
            ("Network_Odd", 4, "network", "connection"),
            ("networking.odd", 4, "network", "connection"),
            ("DDOS", 4, "network", "connection"),
            ("PortScanning", 4, "network", "connection"),
            ("Communication with a bad place", 4, "network", "connection"),
            ("AzureDNS_Odd", 5, "network", "protocol"),
            ("DNS.Odd", 5, "network", "protocol"),
            ("SQL.DB_BruteForce", 6, "database authentication", "access"),
            ("SQL.VM_HarmfulApplication", 6, "database authentication", "access"),
            ("SQL.DB_PrincipalAnomaly", 6, "database authentication", "access"),
            ("SQL.DB_GeoAnomaly", 6, "database authentication", "access"),
            ("SQL.DB_DomainAnomaly", 6, "database authentication", "access"),
            ("SQL.MySQL_DataCenterAnomaly", 6, "database authentication", "access"),
            ("SQL.MySQL_CloudProviderAnomaly", 6, "database authentication", "access"),
            ("SQL.DB_SuspiciousIpAnomaly", 6, "database authentication", "access"),
            ("SQL.DB_PotentialSqlInjection", 6, "database", "access"),
            ("CosmosDB_GeoAnomaly", 7, "database", "access"),
            ("AzureCosmosDB.Odd", 7, "database", "access"),
            ("Storage.Blob_OpenACL", 8, "configuration", "change"),
            ("Storage.Blob_DeletionAnomaly", 9, "file", "deletion"),
            ("Storage.Files_GeoAnomaly", 9, "file", "access"),
            ("KV_Odd", 10, "authentication", ""),
            ("KeyVault_Odd", 10, "authentication", ""),
            ("VM_AmDisablement", 11, "configuration", "change"),
            ("ARM.AmMalwareCampaignRelatedExclusion", 11, "configuration", "change"),
            ("VM_UnusualAmFileExclusion", 11, "configuration", "change"),
            ("ARM_AntimalwareOff", 11, "configuration", "change"),
            ("VM_CustomScriptExtensionUnusualExecution", 11, "configuration", "change"),
            ("ARM_PrivilegedRoleDefinitionCreation", 12, "iam", "change"),
            ("ARM_AnomalousRBAC", 12, "iam", "change"),
            ("ARM_ElevatedAccess", 12, "iam", "change"),
            ("ARM_UnusedAccountPersistence", 12, "iam", "change"),
            ("VM_VMAccessUnusualConfigReset", 12, "iam", "change"),
            ("VM_SshKeyAddition", 12, "iam", "change"),
            ("VM.PasswordReset", 12, "iam", "change"),
            ("ARM_Odd", 13, "configuration", ""),
            ("API_Odd", 14, "api", "access"),
            ("AppServices_DanglingDomain", 15, "configuration", ""),
            ("AppServices_Odd", 16, "web", "access"),
            ("Apps.Odd", 16, "web", "access"),
            ("AzureWebApps", 16, "web", "access"),
            ("AI.Azure_JailbreakBlocked", 17, "api", "denied"),
            ("AI_Odd", 17, "api", "access"),
            ("VM_Odd", 18, "", ""),
            ("Something", 18, "", ""),
            ("", 18, "", ""),
            ("Failed RDP Brute Force Attack", 18, "authentication", ""),
            ("VM_Malware", 18, "malware", ""),
            ("VM_Eicar_Linux", 18, "malware", ""),
            ("Ransomware", 18, "malware", ""),
            ("AzureDNS_CurrencyMining", 5, "network malware", "protocol"),
            ("CryptoMiner", 18, "malware", ""),
            ("CoinMiner", 18, "malware", ""),
            ("WebShell", 18, "malware", ""),
            ("Trojan", 18, "malware", ""),
            ("Rootkit", 18, "malware", ""),
            ("Backdoor", 18, "malware", ""),
            ("VM_FilelessAttackBehavior.Windows", 18, "malware", ""),
            ("Antimalware", 18, "", ""),
            ("PasswordSpray", 18, "authentication", ""),
            ("Login", 18, "authentication", ""),
            ("Logon", 18, "authentication", ""),
            ("SignIn", 18, "authentication", ""),
            ("Account creation", 18, "iam", "creation"),
        ] {
            let t = short(alert_type);
            let said = Said::by(&t);
            assert_eq!((said.family(), said.categories.join(" ").as_str(), said.types.join(" ").as_str()), (number, categories, types), "{alert_type}");
            rows.extend(FAMILIES.iter().position(|family| core::ptr::eq(family, said.family)));
            let listed = WORDS.iter().flat_map(|row| row.words).chain(&LOGONS).filter(|word| has(&t, &[**word]));
            words.extend(listed.copied());
        }
        assert!((0..FAMILIES.len()).all(|row| rows.contains(&row)), "a row without a type: {rows:?}");
        for word in WORDS.iter().flat_map(|row| row.words).chain(&LOGONS) {
            assert!(words.contains(word), "no type has the word {word}");
        }
    }
}
