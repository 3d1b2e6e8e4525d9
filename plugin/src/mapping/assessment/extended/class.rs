//! What a finding is about: individual recommendations say it by their category, or by what they add.

use super::Parts;
use super::read::is_blank;
use crate::defender::assessment::{ADDITIONAL, RECOMMENDATION, Sub};
use crate::mapping::assessment::{Class, class_of};
use crate::mapping::record::Reader;

/// The class of a record: that of the reference; else a vulnerability if it names a package and is about updates, or names a package and a CVE.
pub(super) fn of<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>, has_package: bool, has_cves: bool) -> Class {
    let class = class_of(read, parts);
    if has_package && (has_cves || is_update(read, parts)) { Class::Vulnerability } else { class }
}

/// Whether it is a finding of a grouped recommendation.
pub(super) fn is_grouped(parts: &Parts<'_>) -> bool {
    !parts.object(Sub::PART).members().is_empty()
}

fn is_update<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> bool {
    const UPDATES: [&str; 3] = ["SoftwareUpdate", "ServiceUpgrade", "SystemUpdate"];
    match category(read, parts) {
        Some(category) => UPDATES.iter().any(|update| category.eq_ignore_ascii_case(update)),
        None if is_grouped(parts) => false,
        // What names a secret, and no software, is no update either.
        None => [ADDITIONAL.software_name, ADDITIONAL.cves_details, ADDITIONAL.detected_software_versions]
            .into_iter()
            .any(|source| !is_blank(parts.read(read, source))),
    }
}

/// The category of a recommendation, where its metadata says it.
pub(super) fn category<'a>(read: &mut Reader<'_, 'a>, parts: &Parts<'a>) -> Option<&'a str> {
    let category = parts.read(read, RECOMMENDATION.recommendation_category).text()?.trim();
    (!category.is_empty() && !category.eq_ignore_ascii_case("Unknown")).then_some(category)
}
