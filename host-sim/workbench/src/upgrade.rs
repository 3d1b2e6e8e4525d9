//! What another version of a component changes in documents, field by field.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;

use host_sim_runtime::contract::{Description, Document};
use serde_json::Value;

use crate::difference::{self, Change};
use crate::json;

/// Counts what differs between the documents of two versions, and keeps an example of each kind of difference.
#[derive(Debug, Clone, Default)]
pub struct Upgrade {
    pairs: u64,
    same: u64,
    only_old: BTreeMap<String, Alone>,
    only_new: BTreeMap<String, Alone>,
    /// By data set and field.
    fields: BTreeMap<(String, String), Field>,
}

/// A document, and what it was made from.
#[derive(Debug, Clone)]
pub struct Sourced {
    dataset: String,
    id: String,
    source: String,
    value: Value,
}

/// Documents that only one of the two versions makes.
#[derive(Debug, Clone, Default)]
struct Alone {
    count: u64,
    example: String,
}

#[derive(Debug, Clone, Default)]
struct Field {
    added: Option<Kind>,
    removed: Option<Kind>,
    changed: Option<Kind>,
}

#[derive(Debug, Clone)]
struct Kind {
    count: u64,
    example: String,
}

impl Sourced {
    /// A document with words for where it comes from, such as `line 7`.
    pub fn new(description: &Description, document: &Document, source: String) -> Result<Self, String> {
        let dataset = description.dataset(document.dataset).map(|dataset| dataset.name.clone()).unwrap_or_default();
        let value = json::parse(&document.body).map_err(|why| format!("cannot read the document `{}`: {why}", document.id))?;
        Ok(Self { dataset, id: document.id.clone(), source, value })
    }
}

impl Upgrade {
    /// Compares what both versions made of the same input. Documents belong together by their ids, else by what they were made from, in their order.
    pub fn compare(&mut self, old: Vec<Sourced>, new: Vec<Sourced>) {
        let (old, new) = self.pair(old, new, |document| (document.dataset.clone(), document.id.clone()));
        let (old, new) = self.pair(old, new, |document| (document.dataset.clone(), document.source.clone()));
        for document in old {
            alone(&mut self.only_old, document);
        }
        for document in new {
            alone(&mut self.only_new, document);
        }
    }

    /// Whether both versions make the same documents.
    pub fn is_same(&self) -> bool {
        self.pairs == self.same && self.only_old.is_empty() && self.only_new.is_empty()
    }

    /// Compares the documents that have a key in common, and gives back those that have not.
    fn pair<K: std::hash::Hash + Eq>(&mut self, old: Vec<Sourced>, new: Vec<Sourced>, key: impl Fn(&Sourced) -> K) -> (Vec<Sourced>, Vec<Sourced>) {
        let mut waiting: HashMap<K, VecDeque<usize>> = HashMap::new();
        for (at, document) in old.iter().enumerate() {
            waiting.entry(key(document)).or_default().push_back(at);
        }
        let mut old: Vec<Option<Sourced>> = old.into_iter().map(Some).collect();
        let mut unpaired = Vec::new();
        for document in new {
            let partner = waiting.get_mut(&key(&document)).and_then(VecDeque::pop_front).and_then(|at| old.get_mut(at)).and_then(Option::take);
            match partner {
                Some(partner) => self.both(&partner, &document),
                None => unpaired.push(document),
            }
        }
        (old.into_iter().flatten().collect(), unpaired)
    }

    fn both(&mut self, old: &Sourced, new: &Sourced) {
        let differences = difference::between(&old.value, &new.value);
        self.pairs += 1;
        self.same += u64::from(differences.is_empty() && old.id == new.id);
        if old.id != new.id {
            let change = Change::Changed(old.id.as_str().into(), new.id.as_str().into());
            self.field(new, "_id".to_owned(), &change);
        }
        for leaf in differences.into_iter().flat_map(difference::Difference::leaves) {
            self.field(new, leaf.path.folded(), &leaf.change);
        }
    }

    fn field(&mut self, document: &Sourced, path: String, change: &Change) {
        let field = self.fields.entry((document.dataset.clone(), path)).or_default();
        let (kind, example) = match change {
            Change::Added(value) => (&mut field.added, difference::excerpt(value)),
            Change::Removed(value) => (&mut field.removed, difference::excerpt(value)),
            Change::Changed(from, to) => (&mut field.changed, format!("{} -> {}", difference::excerpt(from), difference::excerpt(to))),
        };
        match kind {
            Some(kind) => kind.count += 1,
            None => *kind = Some(Kind { count: 1, example: format!("{}: {example}", document.source) }),
        }
    }
}

fn alone(all: &mut BTreeMap<String, Alone>, document: Sourced) {
    let alone = all.entry(document.dataset).or_default();
    if alone.count == 0 {
        alone.example = format!("{}: {}", document.source, document.id);
    }
    alone.count += 1;
}

impl fmt::Display for Upgrade {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "documents of both: {}, {} the same, {} different", self.pairs, self.same, self.pairs - self.same)?;
        for (words, all) in [("only old", &self.only_old), ("only new", &self.only_new)] {
            for (dataset, Alone { count, example }) in all {
                write!(formatter, "\n{words}: {count} of {dataset}\n    {example}")?;
            }
        }
        let mut below = "";
        for ((dataset, path), field) in &self.fields {
            if below != dataset {
                write!(formatter, "\n\n{dataset}")?;
                below = dataset;
            }
            write!(formatter, "\n  {path}")?;
            for (words, kind) in [("added", &field.added), ("removed", &field.removed), ("changed", &field.changed)] {
                if let Some(Kind { count, example }) = kind {
                    write!(formatter, "\n    {words} {count}, {example}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Sourced, Upgrade};

    fn document(id: &str, source: &str, value: Value) -> Sourced {
        Sourced { dataset: "x.event".into(), id: id.into(), source: source.into(), value }
    }

    #[track_caller]
    fn check(old: Vec<Sourced>, new: Vec<Sourced>, expected: &str) {
        let mut upgrade = Upgrade::default();
        upgrade.compare(old, new);
        assert_eq!(upgrade.to_string(), expected);
        assert_eq!(upgrade.is_same(), !expected.contains('\n'), "{upgrade}");
    }

    #[test]
    fn differences_are_grouped_by_field_whatever_the_place_of_an_element() {
        let old = vec![document("1", "line 1", json!({"a": [{"b": 1}, {"b": 2}]})), document("2", "line 2", json!({"a": [], "c": "x"}))];
        let new = vec![document("1", "line 1", json!({"a": [{"b": 3}, {"b": 4}]})), document("2", "line 2", json!({"a": [{"b": 5}]}))];
        let expected = "\
documents of both: 2, 0 the same, 2 different

x.event
  a[].b
    added 1, line 2: 5
    changed 2, line 1: 1 -> 3
  c
    removed 1, line 2: \"x\"";
        check(old, new, expected);
    }

    #[test]
    fn documents_belong_together_by_id_else_by_source() {
        let one = || document("1", "line 1", json!({}));
        check(vec![one(), one()], vec![one(), one()], "documents of both: 2, 2 the same, 0 different");
        let renamed = "documents of both: 1, 0 the same, 1 different\n\nx.event\n  _id\n    changed 1, line 1: \"1\" -> \"2\"";
        check(vec![one()], vec![document("2", "line 1", json!({}))], renamed);
        let alone = "documents of both: 1, 1 the same, 0 different\nonly old: 1 of x.event\n    line 3: 3\nonly new: 2 of x.event\n    line 4: 4";
        let new = vec![one(), document("4", "line 4", json!({})), document("5", "line 4", json!({}))];
        check(vec![one(), document("3", "line 3", json!({}))], new, alone);
    }
}
