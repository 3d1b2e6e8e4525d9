//! The component with its instructions counted, which says the same on every machine, however busy.

use tests::component;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Store};

#[allow(missing_docs)]
mod bindings {
    wasmtime::component::bindgen!({ path: "../wit", world: "input-plugin" });
}

use bindings::InputPlugin;
use bindings::exports::agent::input::decoder::Message;

/// An instance that counts.
pub struct Metered {
    store: Store<()>,
    plugin: InputPlugin,
}

impl Metered {
    /// A fresh one.
    pub fn new() -> Self {
        let mut config = Config::new();
        config.consume_fuel(true);
        let engine = Engine::new(&config).expect("the runtime starts");
        let compiled = Component::from_file(&engine, component()).expect("it compiles");
        let mut store = Store::new(&engine, ());
        store.set_fuel(u64::MAX).expect("fuel is on");
        let plugin = InputPlugin::instantiate(&mut store, &compiled, &Linker::new(&engine)).expect("it starts");
        Self { store, plugin }
    }

    /// How many instructions a message takes.
    pub fn decode(&mut self, dataset: u32, message: &str) -> u64 {
        self.decode_all(dataset, &[message])
    }

    /// How many instructions messages take together.
    pub fn decode_all(&mut self, dataset: u32, messages: &[&str]) -> u64 {
        let messages: Vec<Message> = messages.iter().map(|message| Message { body: message.as_bytes().to_vec(), position: None }).collect();
        self.store.set_fuel(u64::MAX).expect("fuel is on");
        let decoded = self.plugin.agent_input_decoder().call_decode(&mut self.store, 0, dataset, &messages).expect("it answers");
        assert!(decoded.documents.len() >= messages.len());
        u64::MAX - self.store.get_fuel().expect("fuel is on")
    }
}
