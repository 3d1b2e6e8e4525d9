//! Reads the few members of a document that the summary counts by, and steps over the rest without building it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What the summary counts a document by.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Glance {
    /// The finding's class, else the ECS categories, else the ECS kind.
    pub class: Option<String>,
    /// As the vendor writes it: of the vulnerability, the sub-assessment or the alert.
    pub severity: Option<String>,
    /// Whether it says that something could not be read.
    pub unread: bool,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Body {
    event: Lenient<Event>,
    vulnerability: Lenient<Vulnerability>,
    microsoft_defender_cloud: Lenient<Vendor>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Event {
    kind: Words,
    category: Words,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Vulnerability {
    severity: Words,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Vendor {
    event: Lenient<Vulnerability>,
    assessment: Lenient<Assessment>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Assessment {
    class: Words,
    additional_data: Lenient<AdditionalData>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct AdditionalData {
    sub_assessment: Lenient<SubAssessment>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SubAssessment {
    status: Lenient<Vulnerability>,
}

impl Glance {
    /// What a body shows. One that is no JSON shows nothing.
    pub(super) fn of(body: &[u8]) -> Self {
        let Body { event, vulnerability, microsoft_defender_cloud } = serde_json::from_slice(body).unwrap_or_default();
        let assessment = microsoft_defender_cloud.0.assessment.0;
        let sub_assessment = assessment.additional_data.0.sub_assessment.0;
        let unread = event.0.kind.0.as_deref() == Some("pipeline_error");
        Self {
            class: assessment.class.0.or(event.0.category.0).or(event.0.kind.0),
            severity: vulnerability.0.severity.0.or(sub_assessment.status.0.severity.0).or(microsoft_defender_cloud.0.event.0.severity.0),
            unread,
        }
    }
}

/// An object; anything else counts as one without members.
#[derive(Default)]
struct Lenient<T>(T);

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LenientVisitor(PhantomData)).map(Self)
    }
}

struct LenientVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for LenientVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(T::default())
    }

    fn visit_str<E>(self, _text: &str) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_bool<E>(self, _value: bool) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_i64<E>(self, _value: i64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_u64<E>(self, _value: u64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_f64<E>(self, _value: f64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }
}

/// A text, or the texts of a list side by side; anything else is absent.
#[derive(Default)]
struct Words(Option<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordsVisitor)
    }
}

struct WordsVisitor;

impl<'de> Visitor<'de> for WordsVisitor {
    type Value = Words;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Words, E> {
        Ok(Words(Some(text.to_owned()).filter(|text| !text.is_empty())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Words, A::Error> {
        let mut all: Option<String> = None;
        while let Some(Words(word)) = seq.next_element()? {
            all = match (all, word) {
                (Some(all), Some(word)) => Some(all + "+" + &word),
                (all, word) => all.or(word),
            };
        }
        Ok(Words(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Words, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Words(None))
    }

    fn visit_bool<E>(self, _value: bool) -> Result<Words, E> {
        Ok(Words(None))
    }

    fn visit_i64<E>(self, _value: i64) -> Result<Words, E> {
        Ok(Words(None))
    }

    fn visit_u64<E>(self, _value: u64) -> Result<Words, E> {
        Ok(Words(None))
    }

    fn visit_f64<E>(self, _value: f64) -> Result<Words, E> {
        Ok(Words(None))
    }

    fn visit_unit<E>(self) -> Result<Words, E> {
        Ok(Words(None))
    }
}

#[cfg(test)]
mod tests {
    use super::Glance;

    #[track_caller]
    fn check(body: &str, class: Option<&str>, severity: Option<&str>) {
        let glance = Glance::of(body.as_bytes());
        assert_eq!((glance.class.as_deref(), glance.severity.as_deref()), (class, severity), "{body}");
    }

    #[test]
    fn the_class_is_the_most_telling_word() {
        check(r#"{"event":{"kind":"alert","category":["threat","network"]}}"#, Some("threat+network"), None);
        check(r#"{"event":{"kind":"alert","category":[]}}"#, Some("alert"), None);
        check(r#"{"event":{"category":"threat"},"microsoft_defender_cloud":{"assessment":{"class":"vulnerability"}}}"#, Some("vulnerability"), None);
        check("{}", None, None);
    }

    #[test]
    fn the_severity_is_of_what_the_document_is_about() {
        check(r#"{"microsoft_defender_cloud":{"event":{"severity":"Low"}}}"#, None, Some("Low"));
        let nested = r#"{"microsoft_defender_cloud":{"assessment":{"additional_data":{"sub_assessment":{"status":{"severity":"Medium"}}}}}}"#;
        check(nested, None, Some("Medium"));
        check(&nested.replacen('{', r#"{"vulnerability":{"severity":"High"},"#, 1), None, Some("High"));
    }

    #[test]
    fn a_member_of_another_shape_counts_as_absent() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for odd in ["1", "-1", "1.5", "null", "true", "[1,[2],{}]", "{\"a\":[1]}", "[]", "\"\""] {
            check(&format!(r#"{{"event":{odd},"vulnerability":{{"severity":"High"}}}}"#), None, Some("High"));
            check(&format!(r#"{{"event":{{"category":{odd},"kind":"state"}},"other":{deep}}}"#), Some("state"), None);
        }
    }

    #[test]
    fn a_pipeline_error_is_a_document_that_is_not_read_in_full() {
        assert!(Glance::of(br#"{"event":{"kind":"pipeline_error"}}"#).unread);
        assert!(!Glance::of(br#"{"event":{"kind":"alert"}}"#).unread);
    }
}
