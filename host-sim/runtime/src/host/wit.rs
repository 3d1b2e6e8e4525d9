//! A component's type as WIT text.

use std::collections::BTreeMap;
use std::fmt::Write;

use wasmtime::component::Type;
use wasmtime::component::types::{Component, ComponentFunc, ComponentInstance, ComponentItem};

/// The world of a component, and the interfaces that it names.
pub(super) fn text(runtime: &wasmtime::Engine, component: &Component) -> String {
    let mut world = String::from("world root {\n");
    let mut packages: BTreeMap<String, Vec<Interface>> = BTreeMap::new();
    let imports = component.imports(runtime).map(|(name, item)| ("import", name, item));
    let exports = component.exports(runtime).map(|(name, item)| ("export", name, item));
    for (direction, name, item) in imports.chain(exports) {
        match item.ty {
            ComponentItem::ComponentInstance(instance) => {
                let _ = writeln!(world, "  {direction} {name};");
                if let Some((package, interface)) = split(name) {
                    packages.entry(package).or_default().push(Interface::new(runtime, interface, &instance));
                }
            }
            ComponentItem::ComponentFunc(function) => {
                let _ = writeln!(world, "  {direction} {name}: {};", signature(&function, &[]));
            }
            other => {
                let _ = writeln!(world, "  {direction} {name}; // {}", kind_of(&other));
            }
        }
    }
    world.push_str("}\n");
    for (package, interfaces) in &packages {
        let _ = write!(world, "\npackage {package} {{\n{}}}\n", interfaces_text(interfaces));
    }
    world
}

/// `agent:input/types@0.1.0` as `agent:input@0.1.0` and `types`.
fn split(name: &str) -> Option<(String, &str)> {
    let (package, rest) = name.split_once('/')?;
    match rest.split_once('@') {
        Some((interface, version)) => Some((format!("{package}@{version}"), interface)),
        None => Some((package.to_owned(), rest)),
    }
}

fn kind_of(item: &ComponentItem) -> &'static str {
    match item {
        ComponentItem::ComponentFunc(_) => "a function",
        ComponentItem::CoreFunc(_) => "a core function",
        ComponentItem::Module(_) => "a core module",
        ComponentItem::Component(_) => "a component",
        ComponentItem::ComponentInstance(_) => "an interface",
        ComponentItem::Type(_) => "a type",
        ComponentItem::Resource(_) => "a resource",
    }
}

/// Named types and functions of an interface, in the component's order.
struct Interface {
    name: String,
    types: Vec<(String, Type)>,
    functions: Vec<(String, ComponentFunc)>,
    others: Vec<(String, &'static str)>,
}

impl Interface {
    fn new(runtime: &wasmtime::Engine, name: &str, instance: &ComponentInstance) -> Self {
        let mut interface = Self { name: name.to_owned(), types: Vec::new(), functions: Vec::new(), others: Vec::new() };
        for (name, item) in instance.exports(runtime) {
            match item.ty {
                ComponentItem::Type(kind) => interface.types.push((name.to_owned(), kind)),
                ComponentItem::ComponentFunc(function) => interface.functions.push((name.to_owned(), function)),
                other => interface.others.push((name.to_owned(), kind_of(&other))),
            }
        }
        interface
    }
}

fn interfaces_text(interfaces: &[Interface]) -> String {
    let mut text = String::new();
    for (at, interface) in interfaces.iter().enumerate() {
        let earlier = interfaces.get(..at).unwrap_or_default();
        let _ = writeln!(text, "  interface {} {{", interface.name);
        text.push_str(&uses(interface, earlier));
        for (name, kind) in &interface.types {
            if owner(earlier, name, kind).is_none() {
                let _ = writeln!(text, "    {}", definition(name, kind, &interface.types));
            }
        }
        for (name, function) in &interface.functions {
            let _ = writeln!(text, "    {name}: {};", signature(function, &interface.types));
        }
        for (name, kind) in &interface.others {
            let _ = writeln!(text, "    {name}; // {kind}");
        }
        text.push_str("  }\n");
    }
    text
}

/// The earlier interface that has the same type under the same name, which a `use` takes it from.
fn owner<'a>(earlier: &'a [Interface], name: &str, kind: &Type) -> Option<&'a str> {
    let has = |interface: &&Interface| interface.types.iter().any(|(other, other_kind)| other == name && other_kind == kind);
    earlier.iter().find(has).map(|interface| interface.name.as_str())
}

fn uses(interface: &Interface, earlier: &[Interface]) -> String {
    let mut used: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, kind) in &interface.types {
        if let Some(owner) = owner(earlier, name, kind) {
            used.entry(owner).or_default().push(name);
        }
    }
    let mut text = String::new();
    for (owner, names) in used {
        let _ = writeln!(text, "    use {owner}.{{{}}};", names.join(", "));
    }
    text
}

fn signature(function: &ComponentFunc, names: &[(String, Type)]) -> String {
    let parameters: Vec<String> = function.params().map(|(name, kind)| format!("{name}: {}", reference(&kind, names))).collect();
    let results: Vec<String> = function.results().map(|kind| format!(" -> {}", reference(&kind, names))).collect();
    let kind = if function.async_() { "async func" } else { "func" };
    format!("{kind}({}){}", parameters.join(", "), results.concat())
}

fn definition(name: &str, kind: &Type, names: &[(String, Type)]) -> String {
    match kind {
        Type::Record(record) => {
            let fields: Vec<String> = record.fields().map(|field| format!("{}: {}", field.name, reference(&field.ty, names))).collect();
            format!("record {name} {{ {} }}", fields.join(", "))
        }
        Type::Variant(variant) => {
            let case = |ty: Option<Type>| ty.map(|ty| format!("({})", reference(&ty, names))).unwrap_or_default();
            let cases: Vec<String> = variant.cases().map(|one| format!("{}{}", one.name, case(one.ty))).collect();
            format!("variant {name} {{ {} }}", cases.join(", "))
        }
        Type::Enum(of) => format!("enum {name} {{ {} }}", of.names().collect::<Vec<_>>().join(", ")),
        Type::Flags(of) => format!("flags {name} {{ {} }}", of.names().collect::<Vec<_>>().join(", ")),
        other => format!("type {name} = {};", reference(other, &[])),
    }
}

/// A type where it is used: by its name if it has one.
fn reference(kind: &Type, names: &[(String, Type)]) -> String {
    let of = |inner: Type| reference(&inner, names);
    let optional = |inner: Option<Type>| inner.map_or_else(|| "_".to_owned(), of);
    match kind {
        Type::Record(_) | Type::Variant(_) | Type::Enum(_) | Type::Flags(_) => {
            names.iter().find(|(_, other)| other == kind).map_or_else(|| "/* unnamed */".to_owned(), |(name, _)| name.clone())
        }
        Type::List(list) => format!("list<{}>", of(list.ty())),
        Type::FixedLengthList(list) => format!("list<{}, {}>", of(list.ty()), list.len()),
        Type::Map(map) => format!("map<{}, {}>", of(map.key()), of(map.value())),
        Type::Tuple(tuple) => format!("tuple<{}>", tuple.types().map(of).collect::<Vec<_>>().join(", ")),
        Type::Option(option) => format!("option<{}>", of(option.ty())),
        Type::Result(result) => match (result.ok(), result.err()) {
            (None, None) => "result".to_owned(),
            (ok, None) => format!("result<{}>", optional(ok)),
            (ok, err) => format!("result<{}, {}>", optional(ok), optional(err)),
        },
        Type::Future(future) => future.ty().map_or_else(|| "future".to_owned(), |inner| format!("future<{}>", of(inner))),
        Type::Stream(stream) => stream.ty().map_or_else(|| "stream".to_owned(), |inner| format!("stream<{}>", of(inner))),
        Type::Own(_) => "/* resource */".to_owned(),
        Type::Borrow(_) => "borrow</* resource */>".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::S8 => "s8".to_owned(),
        Type::U8 => "u8".to_owned(),
        Type::S16 => "s16".to_owned(),
        Type::U16 => "u16".to_owned(),
        Type::S32 => "s32".to_owned(),
        Type::U32 => "u32".to_owned(),
        Type::S64 => "s64".to_owned(),
        Type::U64 => "u64".to_owned(),
        Type::Float32 => "f32".to_owned(),
        Type::Float64 => "f64".to_owned(),
        Type::Char => "char".to_owned(),
        Type::String => "string".to_owned(),
        Type::ErrorContext => "error-context".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_name_is_split_into_its_package_and_interface() {
        assert_eq!(split("agent:input/types@0.1.0"), Some(("agent:input@0.1.0".into(), "types")));
        assert_eq!(split("a:b/c"), Some(("a:b".into(), "c")));
        assert_eq!(split("plain"), None);
    }
}
