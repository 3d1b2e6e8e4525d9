//! The table of ECS in host-sim is what two published versions say, and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Type, whether it is a list, and the values that it may have, as columns.
fn version(file: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(file).expect("the list is readable");
    let mut fields = BTreeMap::new();
    for line in text.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let column = |at: usize| columns.get(at).copied().unwrap_or_default();
        fields.insert(column(0).to_owned(), format!("{}\t{}\t{{version}}\t{}", column(1), column(2), column(4)));
    }
    fields
}

#[test]
fn the_table_is_made_of_both_versions() {
    let (Some(older), Some(newer)) = (tests::shared("ecs/ecs-flat-e811.tsv"), tests::shared("ecs/ecs-flat-e90.tsv")) else { return };
    let (older, newer) = (version(&older), version(&newer));
    let mut table =
        "# ECS 8.11.5 and 9.0.0: field, type, `array` where it is a list, the version where only one has it, the values that it may have.\n".to_owned();
    let all: BTreeMap<&String, &String> = older.iter().chain(&newer).collect();
    for (name, columns) in all {
        let only = match (older.contains_key(name), newer.contains_key(name)) {
            (true, false) => "8.11",
            (false, true) => "9.0",
            _ => "",
        };
        let line = format!("{name}\t{}", columns.replace("{version}", only));
        table.push_str(line.trim_end_matches('\t'));
        table.push('\n');
    }
    let file = tests::workspace().join("host-sim/workbench/src/ecs/table.tsv");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &table).expect("the table can be written");
    }
    assert!(fs::read_to_string(&file).expect("the table is there") == table, "`{}` is not what both versions say; `make bless` writes it", file.display());
}
