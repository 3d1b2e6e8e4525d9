//! What a panel shows, in words that a table can hold.

use super::condition::Condition;

/// A panel.
#[derive(Debug, Clone, Copy)]
pub struct Panel {
    /// Within its dashboard.
    pub id: &'static str,
    /// Above it; empty is none.
    pub title: &'static str,
    /// Column, row, width and height; a dashboard has 48 columns.
    pub grid: [u32; 4],
    /// Which documents there are.
    pub view: View,
    /// What they are narrowed to.
    pub condition: Option<Condition>,
    /// How they are shown.
    pub shape: Shape,
}

/// Which documents there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Every one that was stored.
    Raw,
    /// The latest of each finding.
    Latest,
}

impl View {
    /// The data view.
    pub fn id(self) -> &'static str {
        match self {
            Self::Raw => "logs-*",
            Self::Latest => "defender_cloud_wasm-latest-findings",
        }
    }
}

/// How documents are shown.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A number.
    Metric(Measure, Colour),
    /// The share of documents for which something holds.
    Share(&'static str, Condition),
    /// Bars beside each other, one for each group.
    Bars(Groups, Measure, Option<Terms>),
    /// Bars over time, split by what they are made of.
    OverTime(&'static str, Measure, Option<Terms>),
    /// Parts of a whole.
    Donut(Terms, Measure),
    /// A row for each combination.
    Table(&'static [Terms], &'static [(&'static str, Measure)]),
    /// A search, by its id.
    Search(&'static str),
    /// Text with links.
    Text(&'static str),
}

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub enum Measure {
    /// Documents.
    Count(&'static str),
    /// Different values of a field.
    Distinct(&'static str, &'static str),
    /// The sum of a field.
    Sum(&'static str, &'static str),
    /// The largest value of a number.
    Max(&'static str, &'static str),
    /// The newest value of a field.
    Last(&'static str, &'static str, Kind),
}

/// The type of a value that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A date.
    Date,
    /// A number.
    Number,
    /// A text.
    Text,
}

/// Groups of bars.
#[derive(Debug, Clone, Copy)]
pub enum Groups {
    /// A bar for each value.
    Terms(Terms),
    /// A bar for each condition, in this order.
    Filters(&'static str, &'static [(&'static str, Condition)]),
}

/// Groups by the values of a field.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// What it is called.
    pub label: &'static str,
    /// The field.
    pub field: &'static str,
    /// So many of them.
    pub size: u32,
    /// How documents without it are called, where they have a group.
    pub missing: bool,
}

/// The colour of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// As it comes.
    Plain,
    /// Something is to be done.
    Red,
}

/// Groups by the most common values of a field.
pub const fn top(label: &'static str, field: &'static str, size: u32) -> Terms {
    Terms { label, field, size, missing: false }
}

impl Panel {
    /// All fields that it names.
    pub fn fields(&self) -> Vec<&'static str> {
        let mut fields: Vec<&'static str> = self.condition.iter().flat_map(Condition::fields).collect();
        match &self.shape {
            Shape::Metric(measure, _) => fields.extend(measure.field()),
            Shape::Share(_, condition) => fields.extend(condition.fields()),
            Shape::Bars(groups, measure, split) => {
                fields.extend(groups.fields());
                fields.extend(measure.field());
                fields.extend(split.map(|terms| terms.field));
            }
            Shape::OverTime(time, measure, split) => {
                fields.push(time);
                fields.extend(measure.field());
                fields.extend(split.map(|terms| terms.field));
            }
            Shape::Donut(terms, measure) => {
                fields.push(terms.field);
                fields.extend(measure.field());
            }
            Shape::Table(rows, measures) => {
                fields.extend(rows.iter().map(|terms| terms.field));
                fields.extend(measures.iter().filter_map(|(_, measure)| measure.field()));
            }
            Shape::Search(_) | Shape::Text(_) => (),
        }
        fields
    }
}

impl Measure {
    /// The field that it looks at.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Count(_) => None,
            Self::Distinct(_, field) | Self::Sum(_, field) | Self::Max(_, field) | Self::Last(_, field, _) => Some(field),
        }
    }
}

impl Groups {
    fn fields(&self) -> Vec<&'static str> {
        match self {
            Self::Terms(terms) => vec![terms.field],
            Self::Filters(_, filters) => filters.iter().flat_map(|(_, condition)| condition.fields()).collect(),
        }
    }
}
