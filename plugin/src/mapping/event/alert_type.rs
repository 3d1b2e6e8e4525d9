//! `event.category` and `event.type` by the type of an alert. The lists are the reference's; types that came later have no list.

use super::Parts;
use crate::defender::hub::RECORD;
use crate::ecs::EVENT;
use crate::json::tree::{Value, array};
use crate::mapping::record::{Record, rules};

/// A list of alert types, in lower case and sorted, and the value that it gives.
#[derive(Debug)]
pub(crate) struct List {
    /// What the field becomes.
    pub value: &'static str,
    types: &'static [&'static str],
}

/// The list that gives `event.type`.
pub(crate) const INDICATOR: List = List { value: "indicator", types: TYPES_INDICATOR };

/// The lists that give `event.category`. A type may stand in several: the last wins.
pub(crate) const CATEGORIES: &[List] = &[
    List { value: "api", types: TYPES_API },
    List { value: "authentication", types: TYPES_AUTHENTICATION },
    List { value: "configuration", types: TYPES_CONFIGURATION },
    List { value: "malware", types: TYPES_MALWARE },
    List { value: "network", types: TYPES_NETWORK },
    List { value: "threat", types: TYPES_THREAT },
];

rules! { EVENT;
    TYPE "event.type" = "`AlertType` in the list of indicators → indicator";
    CATEGORY "event.category" = "`AlertType` in one of six lists → api, authentication, configuration, malware, network or threat";
}

/// Sets both fields where the alert's type is known.
pub(super) fn apply<'a>(record: &mut Record<'a>, parts: &Parts<'a>) {
    let Some(alert_type) = record.look(|read| parts.text(read, RECORD.alert_type)).map(str::to_lowercase) else { return };
    let category = CATEGORIES.iter().rfind(|list| list.has(&alert_type));
    for (rule, list) in [(&TYPE, Some(&INDICATOR).filter(|list| list.has(&alert_type))), (&CATEGORY, category)] {
        record.fill(rule, |read| {
            parts.read(read, RECORD.alert_type);
            list.map_or(Value::Null, |list| array(read.arena, [Value::Text(list.value)]))
        });
    }
}

impl List {
    fn has(&self, alert_type: &str) -> bool {
        self.types.binary_search(&alert_type).is_ok()
    }
}

const TYPES_INDICATOR: &[&str] = &[
    "arm_anomalousclassicroleassignment",
    "arm_anomalousoperation.collection",
    "arm_anomalousoperation.credentialaccess",
    "arm_anomalousoperation.defenseevasion",
    "arm_anomalousoperation.execution",
    "arm_anomalousoperation.impact",
    "arm_anomalousoperation.initialaccess",
    "arm_anomalousoperation.lateralmovement",
    "arm_anomalousoperation.persistence",
    "arm_anomalousoperation.privilegeescalation",
    "arm_anomalousrbacroleassignment",
    "arm_anomalousserviceoperation.collection",
    "arm_anomalousserviceoperation.credentialaccess",
    "arm_anomalousserviceoperation.defenseevasion",
    "arm_anomalousserviceoperation.execution",
    "arm_anomalousserviceoperation.impact",
    "arm_anomalousserviceoperation.initialaccess",
    "arm_anomalousserviceoperation.lateralmovement",
    "arm_anomalousserviceoperation.persistence",
    "arm_anomalousserviceoperation.privilegeescalation",
    "arm_microburst.runcodeonbehalf",
    "arm_netspi.maintainpersistence",
    "arm_powerzure.maintainpersistence",
    "arm_powerzure.runcodeonbehalf",
    "arm_privilegedroledefinitioncreation",
    "arm_unusedaccountpersistence",
    "arm_unusedappibizapersistence",
    "arm_unusedapppowershellpersistence",
];

const TYPES_API: &[&str] = &[
    "api_accessfromsuspiciousip",
    "api_accessfromsuspicioususeragent",
    "api_accessfromtorexitnode",
    "api_distributedparameterenumeration",
    "api_parameterenumeration",
    "api_populationspikeinapitraffic",
    "api_spikeinapitraffic",
    "api_spikeinlatency",
    "api_spikeinpayload",
    "api_sprayinrequests",
    "api_unseenparam",
    "api_unseenparamtype",
];

const TYPES_AUTHENTICATION: &[&str] = &[
    "cosmosdb_geoanomaly",
    "cosmosdb_suspiciousip",
    "cosmosdb_toranomaly",
    "kv_accountvolumeaccessdeniedanomaly",
    "kv_accountvolumeanomaly",
    "kv_appanomaly",
    "kv_operationpatternanomaly",
    "kv_suspiciousipaccess",
    "kv_suspiciousipaccessdenied",
    "kv_toraccess",
    "kv_unusualaccesssuspiciousip",
    "kv_useraccessdeniedanomaly",
    "kv_useranomaly",
    "kv_userappanomaly",
    "sql.db_bruteforce",
    "sql.db_domainanomaly",
    "sql.db_geoanomaly",
    "sql.db_principalanomaly",
    "sql.dw_bruteforce",
    "sql.dw_domainanomaly",
    "sql.dw_geoanomaly",
    "sql.dw_principalanomaly",
    "sql.mariadb_bruteforce",
    "sql.mariadb_cloudprovideranomaly",
    "sql.mariadb_datacenteranomaly",
    "sql.mariadb_domainanomaly",
    "sql.mariadb_geoanomaly",
    "sql.mariadb_principalanomaly",
    "sql.mi_bruteforce",
    "sql.mi_domainanomaly",
    "sql.mi_geoanomaly",
    "sql.mi_principalanomaly",
    "sql.mysql_bruteforce",
    "sql.mysql_cloudprovideranomaly",
    "sql.mysql_datacenteranomaly",
    "sql.mysql_domainanomaly",
    "sql.mysql_geoanomaly",
    "sql.mysql_principalanomaly",
    "sql.postgresql_bruteforce",
    "sql.postgresql_cloudprovideranomaly",
    "sql.postgresql_datacenteranomaly",
    "sql.postgresql_domainanomaly",
    "sql.postgresql_geoanomaly",
    "sql.postgresql_principalanomaly",
    "sql.vm_bruteforce",
    "sql.vm_domainanomaly",
    "sql.vm_geoanomaly",
    "sql.vm_principalanomaly",
    "storage.blob_accessinspectionanomaly",
    "storage.blob_anonymousaccessanomaly",
    "storage.blob_geoanomaly",
    "storage.blob_openacl",
    "storage.blob_opencontainersscanning",
    "storage.blob_suspiciousapp",
    "storage.blob_suspiciousip",
    "storage.blob_toranomaly",
    "storage.files_accessinspectionanomaly",
    "storage.files_geoanomaly",
    "storage.files_suspiciousip",
    "storage.files_toranomaly",
    "vm_loginbruteforcesuccess",
    "vm_sshkeyaddition",
    "vm_vmaccessunusualpasswordreset",
    "vm_vmaccessunusualsshreset",
];

const TYPES_CONFIGURATION: &[&str] = &["arm_azurite", "k8s_exposedpostgresbroadiprange", "k8s_exposedpostgrestrustauth"];

const TYPES_MALWARE: &[&str] = &[
    "appservices_base64encodedexecutableincommandlineparams",
    "appservices_eicar",
    "appservices_nmap",
    "appservices_phpinuploadfolder",
    "appservices_suspectdownload",
    "arm_operationfromsuspiciousip",
    "arm_operationfromsuspiciousproxyip",
    "arm_suspicious_vault_recovering",
    "arm_suspiciouscomputecreation",
    "arm_unusedaccountpersistence",
    "k8s_anomalouspoddeployment",
    "k8s_anomaloussecretaccess",
    "k8s_exposeddashboard",
    "k8s_exposedredis",
    "k8s_exposedservice",
    "network_resourceipindicatedasmalicious",
    "sql.db_harmfulapplication",
    "sql.db_suspiciousipanomaly",
    "sql.dw_harmfulapplication",
    "sql.dw_suspiciousipanomaly",
    "sql.mariadb_suspiciousipanomaly",
    "sql.mi_harmfulapplication",
    "sql.mi_suspiciousipanomaly",
    "sql.mysql_suspiciousipanomaly",
    "sql.postgresql_suspiciousipanomaly",
    "sql.vm_harmfulapplication",
    "sql.vm_suspiciousipanomaly",
    "storage.blob_applicationanomaly",
    "storage.blob_dataexfiltration.amountofdataanomaly",
    "storage.blob_dataexfiltration.numberofblobsanomaly",
    "storage.blob_dataexplorationanomaly",
    "storage.blob_malwarehashreputation",
    "storage.files_applicationanomaly",
    "storage.files_dataexfiltration.amountofdataanomaly",
    "storage.files_dataexfiltration.numberoffilesanomaly",
    "storage.files_dataexplorationanomaly",
    "storage.files_malwarehashreputation",
    "storage.files_widespreadeam",
    "vm_ambroadfilesexclusion",
    "vm_amdisablement",
    "vm_amdisablementandcodeexecution",
    "vm_amfileexclusionandcodeexecution",
    "vm_ammalwarecampaignrelatedexclusion",
    "vm_amrealtimeprotectiondisabled",
    "vm_amrealtimeprotectiondisablementandcodeexec",
    "vm_amtempfileexclusion",
    "vm_amtempfileexclusionandcodeexecution",
    "vm_amtemporarilydisablement",
    "vm_amtemprealtimeprotectiondisablement",
    "vm_customscriptextensionsuspiciousfailure",
    "vm_customscriptextensionunusualdeletion",
    "vm_customscriptextensionunusualexecution",
    "vm_filelessattackbehavior",
    "vm_filelessattacktechnique",
    "vm_filelessattacktoolkit",
    "vm_harmfulapplication",
    "vm_kubernetesdashboard",
    "vm_loginbruteforcevaliduserfailed",
    "vm_mailserverexploitation",
    "vm_runbypsexec",
    "vm_sshbruteforcefailed",
    "vm_sshbruteforcesuccess",
    "vm_suspiciousactivity",
    "vm_suspiciousipanomaly",
    "vm_svchostruninrareservicegroup",
    "vm_taskkillburst",
    "vm_unusualamfileexclusion",
    "vm_vmaccessunusualconfigreset",
    "vm_vmaccessunusualsshreset",
];

const TYPES_NETWORK: &[&str] = &[
    "appservices_danglingdomain",
    "appservices_phishingcontent",
    "appservices_potentialdanglingdomain",
    "azuredns_currencymining",
    "azuredns_darkweb",
    "azuredns_darkwebproxy",
    "azuredns_dataexfiltration",
    "azuredns_datainfiltration",
    "azuredns_dataobfuscation",
    "azuredns_domaingenerationalgorithm",
    "azuredns_phishingdomain",
    "azuredns_protocolanomaly",
    "azuredns_randomizeddomain",
    "azuredns_sinkholeddomain",
    "azuredns_suspiciousdomain",
    "azuredns_threatintelsuspectdomain",
    "ddos",
    "k8s_exposedkubeflow",
    "network_communicationwithc2",
    "network_ddos_detected",
    "network_ddos_mitigated",
    "portscanning",
    "rdp_incoming_bf_manytoone",
    "rdp_incoming_bf_onetoone",
    "rdp_outgoing_bf_onetomany",
    "rdp_outgoing_bf_onetoone",
    "sql_incoming_bf_onetoone",
    "ssh_incoming_bf_manytoone",
    "ssh_incoming_bf_onetoone",
    "ssh_outgoing_bf_onetomany",
    "ssh_outgoing_bf_onetoone",
    "vm_filelessattackbehavior.windows",
    "vm_filelessattacktechnique.windows",
];

const TYPES_THREAT: &[&str] = &[
    "arm_anomalousclassicroleassignment",
    "arm_anomalousoperation.collection",
    "arm_anomalousoperation.credentialaccess",
    "arm_anomalousoperation.defenseevasion",
    "arm_anomalousoperation.execution",
    "arm_anomalousoperation.impact",
    "arm_anomalousoperation.initialaccess",
    "arm_anomalousoperation.lateralmovement",
    "arm_anomalousoperation.persistence",
    "arm_anomalousoperation.privilegeescalation",
    "arm_anomalousrbacroleassignment",
    "arm_anomalousserviceoperation.collection",
    "arm_anomalousserviceoperation.credentialaccess",
    "arm_anomalousserviceoperation.defenseevasion",
    "arm_anomalousserviceoperation.execution",
    "arm_anomalousserviceoperation.impact",
    "arm_anomalousserviceoperation.initialaccess",
    "arm_anomalousserviceoperation.lateralmovement",
    "arm_anomalousserviceoperation.persistence",
    "arm_anomalousserviceoperation.privilegeescalation",
    "arm_microburst.runcodeonbehalf",
    "arm_netspi.maintainpersistence",
    "arm_powerzure.maintainpersistence",
    "arm_powerzure.runcodeonbehalf",
    "arm_privilegedroledefinitioncreation",
    "arm_unusedappibizapersistence",
    "arm_unusedapppowershellpersistence",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_lower_case() {
        for list in CATEGORIES.iter().chain([&INDICATOR]) {
            assert!(list.types.is_sorted());
            assert!(list.types.iter().all(|name| *name == name.to_lowercase()));
        }
    }
}
