//! The published file: what it needs, what it offers, and that both are what `wit/` says.

use wit_component::DecodedWasm;
use wit_parser::{InterfaceId, Resolve, TypeDefKind, WorldItem};

fn decoded() -> (Resolve, wit_parser::WorldId) {
    let bytes = std::fs::read(tests::component()).expect("the component can be read");
    match wit_component::decode(&bytes).expect("it is a component") {
        DecodedWasm::Component(resolve, world) => (resolve, world),
        DecodedWasm::WitPackage(..) => panic!("it is a package of WIT"),
    }
}

#[test]
fn the_component_imports_nothing() {
    let (resolve, world) = decoded();
    let imports: Vec<_> = resolve.worlds[world].imports.keys().map(|key| resolve.name_world_key(key)).collect();
    assert!(imports.is_empty(), "it imports {imports:?}");
}

#[test]
fn the_component_offers_what_the_contract_says() {
    let (ours, world) = decoded();
    let mut theirs = Resolve::default();
    let (package, _) = theirs.push_dir(tests::workspace().join("wit")).expect("the contract can be read");
    let contract = theirs.select_world(&[package], Some("input-plugin")).expect("the contract has one world");
    let exports = |resolve: &Resolve, world| -> Vec<(String, Vec<String>)> {
        let world: &wit_parser::World = &resolve.worlds[world];
        world
            .exports
            .iter()
            .map(|(key, item)| {
                let WorldItem::Interface { id, .. } = item else { panic!("{} is no interface", resolve.name_world_key(key)) };
                (resolve.name_world_key(key), items(resolve, *id))
            })
            .collect()
    };
    let (ours, theirs) = (exports(&ours, world), exports(&theirs, contract));
    assert_eq!(ours.len(), 4);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours.0, theirs.0);
        assert_eq!(ours.1, theirs.1, "{}", ours.0);
    }
}

/// The types and functions of an interface, as text without comments.
fn items(resolve: &Resolve, id: InterfaceId) -> Vec<String> {
    let interface = &resolve.interfaces[id];
    let types = interface.types.iter().map(|(name, id)| format!("type {name}: {}", definition(resolve, &resolve.types[*id].kind)));
    let functions = interface.functions.values().map(|function| {
        let parameters: Vec<_> = function.params.iter().map(|parameter| format!("{}: {}", parameter.name, type_text(resolve, &parameter.ty))).collect();
        let result = function.result.as_ref().map_or_else(String::new, |result| type_text(resolve, result));
        format!("func {}({}) -> {result}", function.name, parameters.join(", "))
    });
    types.chain(functions).collect()
}

fn definition(resolve: &Resolve, kind: &TypeDefKind) -> String {
    match kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| format!("{}: {}; ", field.name, type_text(resolve, &field.ty))).collect(),
        TypeDefKind::Enum(cases) => cases.cases.iter().map(|case| format!("{}; ", case.name)).collect(),
        TypeDefKind::Variant(variant) => {
            let case = |case: &wit_parser::Case| format!("{}({}); ", case.name, case.ty.map_or_else(String::new, |ty| type_text(resolve, &ty)));
            variant.cases.iter().map(case).collect()
        }
        TypeDefKind::List(ty) => format!("list<{}>", type_text(resolve, ty)),
        TypeDefKind::Option(ty) => format!("option<{}>", type_text(resolve, ty)),
        TypeDefKind::Tuple(tuple) => format!("tuple<{}>", tuple.types.iter().map(|ty| type_text(resolve, ty)).collect::<Vec<_>>().join(", ")),
        TypeDefKind::Result(result) => {
            let side = |ty: &Option<wit_parser::Type>| ty.map_or_else(|| "_".to_owned(), |ty| type_text(resolve, &ty));
            format!("result<{}, {}>", side(&result.ok), side(&result.err))
        }
        TypeDefKind::Type(ty) => type_text(resolve, ty),
        other => panic!("the contract has no {}", other.as_str()),
    }
}

fn type_text(resolve: &Resolve, ty: &wit_parser::Type) -> String {
    match ty {
        wit_parser::Type::Id(id) => match &resolve.types[*id] {
            wit_parser::TypeDef { name: Some(name), kind: TypeDefKind::Record(_) | TypeDefKind::Enum(_) | TypeDefKind::Variant(_), .. } => name.clone(),
            other => definition(resolve, &other.kind),
        },
        primitive => format!("{primitive:?}"),
    }
}
