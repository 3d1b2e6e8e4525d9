//! The contract's bindings, made from `wit/input.wit`. Arguments are borrowed, so that no body is copied twice.

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "input-plugin",
    ownership: Borrowing { duplicate_if_necessary: true },
});
