//! What Azure says of a kind of assessment, wherever it is made: an item of the list `assessmentMetadata`, in the spelling that Azure uses.

use crate::json::name::Name;

/// The key of the kind.
pub(crate) const NAME: Name<'static> = Name::of("name");
/// What is said of it.
pub(crate) const PROPERTIES: Name<'static> = Name::of("properties");

/// The members of `properties` that assessments bear as well.
pub(crate) const OF_ASSESSMENTS: [Name<'static>; 13] = [
    Name::of("assessmentType"),
    Name::of("categories"),
    Name::of("description"),
    Name::of("displayName"),
    Name::of("implementationEffort"),
    Name::of("policyDefinitionId"),
    Name::of("recommendationCategory"),
    Name::of("remediationDescription"),
    Name::of("severity"),
    Name::of("tactics"),
    Name::of("techniques"),
    Name::of("threats"),
    Name::of("userImpact"),
];
