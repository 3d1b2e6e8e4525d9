//! What a contract offers, item by item, so that two versions of it can be compared.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{Function, InterfaceId, Resolve, Type, TypeDefKind, WorldId, WorldItem};

/// A contract's version, and each item of it by its name, comments aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Its package's version.
    pub version: String,
    /// Its imports by name.
    pub imports: Vec<String>,
    /// What each type and function of the exported interfaces is made of, by `interface.item`.
    pub items: BTreeMap<String, String>,
}

impl Contract {
    /// Reads a folder of WIT.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(folder)?;
        let world = resolve.select_world(&[package], None)?;
        Self::of(&resolve, world)
    }

    /// Reads what a component says that it keeps to.
    pub fn of_component(bytes: &[u8]) -> anyhow::Result<Self> {
        let DecodedWasm::Component(resolve, world) = decode(bytes)? else { anyhow::bail!("this is no component") };
        Self::of(&resolve, world)
    }

    fn of(resolve: &Resolve, world: WorldId) -> anyhow::Result<Self> {
        let world = resolve.worlds.get(world).context("no world")?;
        let mut contract =
            Self { version: String::new(), imports: world.imports.keys().map(|key| resolve.name_world_key(key)).collect(), items: BTreeMap::new() };
        for item in world.exports.values() {
            let WorldItem::Interface { id, .. } = item else { anyhow::bail!("a world of ours exports interfaces only") };
            contract.add(resolve, *id)?;
        }
        Ok(contract)
    }

    fn add(&mut self, resolve: &Resolve, interface: InterfaceId) -> anyhow::Result<()> {
        let interface = resolve.interfaces.get(interface).context("no interface")?;
        let package = interface.package.and_then(|package| resolve.packages.get(package)).context("an interface of no package")?;
        let name = format!("{}:{}/{}", package.name.namespace, package.name.name, interface.name.as_deref().unwrap_or_default());
        self.version = package.name.version.as_ref().map(ToString::to_string).unwrap_or_default();
        for (item, id) in &interface.types {
            self.items.insert(format!("{name}.{item}"), shape(resolve, Type::Id(*id)));
        }
        for (item, function) in &interface.functions {
            self.items.insert(format!("{name}.{item}"), signature(resolve, function));
        }
        Ok(())
    }

    /// What this one lacks, or has in another form, of an older one. Empty if whoever relies on the older one can rely on this one.
    pub fn breaks(&self, older: &Self) -> Vec<String> {
        let mut breaks: Vec<String> = self.imports.iter().map(|name| format!("`{name}` is imported")).collect();
        for (name, was) in &older.items {
            match self.items.get(name) {
                Some(is) if is == was => (),
                Some(is) => breaks.push(format!("`{name}` was `{was}` and is `{is}`")),
                None => breaks.push(format!("`{name}` is gone")),
            }
        }
        breaks
    }
}

fn signature(resolve: &Resolve, function: &Function) -> String {
    let parameters: Vec<String> = function.params.iter().map(|parameter| format!("{}: {}", parameter.name, shape(resolve, parameter.ty))).collect();
    format!("func({}) -> {}", parameters.join(", "), optional(resolve, function.result))
}

fn optional(resolve: &Resolve, of: Option<Type>) -> String {
    of.map_or_else(|| "_".to_owned(), |of| shape(resolve, of))
}

/// What a type is made of, down to the types that have no parts; that is all that two sides must agree on.
fn shape(resolve: &Resolve, of: Type) -> String {
    let Type::Id(id) = of else { return format!("{of:?}").to_lowercase() };
    match &resolve.types.get(id).expect("a type that is referred to is there").kind {
        TypeDefKind::Type(of) => shape(resolve, *of),
        TypeDefKind::List(of) => format!("list<{}>", shape(resolve, *of)),
        TypeDefKind::Option(of) => format!("option<{}>", shape(resolve, *of)),
        TypeDefKind::Result(result) => format!("result<{}, {}>", optional(resolve, result.ok), optional(resolve, result.err)),
        TypeDefKind::Tuple(tuple) => joined("tuple", tuple.types.iter().map(|of| shape(resolve, *of))),
        TypeDefKind::Record(record) => joined("record", record.fields.iter().map(|field| format!("{}: {}", field.name, shape(resolve, field.ty)))),
        TypeDefKind::Variant(variant) => joined("variant", variant.cases.iter().map(|case| format!("{}({})", case.name, optional(resolve, case.ty)))),
        TypeDefKind::Enum(of) => joined("enum", of.cases.iter().map(|case| case.name.clone())),
        TypeDefKind::Flags(flags) => joined("flags", flags.flags.iter().map(|flag| flag.name.clone())),
        other => panic!("a contract of ours has no {}: it could not be compared", other.as_str()),
    }
}

fn joined(kind: &str, parts: impl Iterator<Item = String>) -> String {
    format!("{kind} {{ {} }}", parts.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::Contract;

    fn contract(text: &str) -> Contract {
        let mut resolve = wit_parser::Resolve::default();
        let package = resolve.push_str("test.wit", text).expect("it is WIT");
        let world = resolve.select_world(&[package], None).expect("one world");
        Contract::of(&resolve, world).expect("a contract")
    }

    const OLD: &str = "package a:b@0.1.0; interface i { record r { x: u32 } enum e { p, q } f: func(r: r) -> option<e>; } world w { export i; }";

    #[track_caller]
    fn check(new: &str, expected: &[&str]) {
        assert_eq!(contract(new).breaks(&contract(OLD)), expected);
    }

    #[test]
    fn comments_names_of_aliases_and_additions_break_nothing() {
        check(OLD, &[]);
        check(
            "package a:b@0.1.1; interface j { g: func(); } interface i { /// A number.\n type n = u32; record r { x: n } enum e { p, q } \
             f: func(r: r) -> option<e>; g: func() -> r; } world w { export i; export j; }",
            &[],
        );
    }

    #[test]
    fn whatever_is_of_another_form_or_gone_breaks() {
        check(
            "package a:b@0.1.0; interface i { record r { x: u32, y: u32 } enum e { p, q } f: func(r: r) -> option<e>; } world w { export i; }",
            &[
                "`a:b/i.f` was `func(r: record { x: u32 }) -> option<enum { p, q }>` and is `func(r: record { x: u32, y: u32 }) -> option<enum { p, q }>`",
                "`a:b/i.r` was `record { x: u32 }` and is `record { x: u32, y: u32 }`",
            ],
        );
        check(
            "package a:b@0.1.0; interface k { g: func(); } interface i { record r { x: u32 } enum e { p, q } } world w { import k; export i; }",
            &["`a:b/k@0.1.0` is imported", "`a:b/i.f` is gone"],
        );
    }
}
