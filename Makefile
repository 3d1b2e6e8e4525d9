# Everything there is to do here. `make help` says what.

CARGO_HOME ?= $(HOME)/.cargo
CARGO := cargo
TARGET := wasm32-unknown-unknown
COMPONENT := dist/microsoft_defender_cloud.wasm
HOST := dist/host-sim
BUILD_FOLDER := $(or $(CARGO_TARGET_DIR),target)
BUILT := $(BUILD_FOLDER)/$(TARGET)/release/microsoft_defender_cloud.wasm

# The published bytes must not tell where they were built.
REMAP := --remap-path-prefix=$(CARGO_HOME)/registry/src=/registry --remap-path-prefix=$(CURDIR)=/src --remap-path-prefix=$(shell rustc --print sysroot 2>/dev/null)=/rust
# Added to the flags in `.cargo/config.toml`, which `RUSTFLAGS` would replace.
FLAGS := env -u RUSTFLAGS CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$(REMAP)"

# Pinned, because it must give the same bytes.
CARGO_COMPONENT_VERSION := 0.21.1
CARGO_COMPONENT := target/tools/bin/cargo-component

CARGO_FUZZ_VERSION := 0.13.2
CARGO_FUZZ := target/tools/bin/cargo-fuzz
SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help toolchain build component dist run live test test-reproducible embedding bench bench-live soak quick lint bless fuzz cargo-component

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

toolchain: ## install the pinned Rust and its wasm target, where they are missing
	@test -d "$$(rustc --print target-libdir --target $(TARGET) 2>/dev/null)" || rustup toolchain install

build: component ## the component and host-sim, into dist/
	$(CARGO) build --profile host --locked -p host-sim
	@cp $(BUILD_FOLDER)/host/host-sim $(HOST)

component: toolchain ## the component alone
	@mkdir -p dist
	$(FLAGS) $(CARGO) build --release --locked --target $(TARGET) -p microsoft_defender_cloud
	@cp $(BUILT) $(COMPONENT)

dist: build ## what is published, into dist/: component and host, bills of materials, licences, packages for Elastic's Fleet, checksums, an OCI layout
	$(CARGO) run --quiet --profile host --locked -p tests --bin dist -- dist

run: build ## replay the shipped recordings of both data sets into out/, and show what happened
	$(HOST) replay $(COMPONENT) tests/fixtures/tenant --out out
	@echo
	@echo "Documents are in out/, one a line:"
	@wc -l out/*.ndjson | sed '$$d'

live: build ## what README.md's walk-through does, with a mock of Azure, an Event Hubs broker and a real Elasticsearch on this machine
	$(CARGO) run --quiet --profile host --locked -p tests --bin live

test: build ## all tests; ends with the cases of the catalogue that they cover
	@tests/run.sh

test-reproducible: build ## whether another folder and another home give the same component
	$(CARGO) test --profile host --locked -p tests --test reproducible

embedding: build ## the programs of docs/embedding.md, after installing what they need below target/embedding
	$(CARGO) test --profile host --locked -p tests --test embedding -- --nocapture

bench: build ## measure speed and memory, into out/bench.json; takes two minutes
	$(CARGO) run --quiet --profile host --locked -p benchmarks

soak: build ## a host for an hour with a run every two seconds and faults of all kinds, then two thousand kills
	$(CARGO) test --profile host --locked -p tests --test live -- --ignored --nocapture weeks_of_faults
	HOST_SIM_KILLS=1000 $(CARGO) test --profile host --locked -p tests --test live -- --nocapture killed_at_any_time
	EVENT_HUB_KILLS=1000 $(CARGO) test --profile host --locked -p host-sim-live --test event_hub -- --nocapture a_host_that_is_killed

bench-live: build ## measure a live host against a mock of Azure, an Event Hubs broker and a real Elasticsearch, into out/bench-live.json; takes some minutes
	$(CARGO) run --quiet --profile host --locked -p benchmarks -- --live --out out/bench-live.json

quick: toolchain ## the tests that need no component, seconds after a change
	$(CARGO) test --quiet --locked -p microsoft_defender_cloud

lint: toolchain ## formatting, clippy with warnings as errors, and what a merge may have left
	@! git grep -nE '^(<<<<<<<|>>>>>>>)( |$$)'
	$(CARGO) fmt --all --check
	@PATH="$$PATH:/usr/local/go/bin"; ill=$$(gofmt -l tests/go) && if test -n "$$ill"; then echo "gofmt: $$ill"; exit 1; fi
	$(CARGO) clippy --locked -p microsoft_defender_cloud -p properties --all-targets -- -D warnings
	$(CARGO) clippy --locked -p microsoft_defender_cloud --target $(TARGET) -- -D warnings
	$(CARGO) clippy --locked --profile host -p host-sim -p host-sim-runtime -p host-sim-workbench -p host-sim-live -p host-sim-elastic -p live-servers -p event-hub-broker -p tests -p embedding -p benchmarks --all-targets -- -D warnings

bless: build ## write generated pages and golden files again; read the diff
	BLESS=1 $(CARGO) test --quiet --locked -p microsoft_defender_cloud
	BLESS=1 $(CARGO) test --quiet --locked --profile host -p host-sim -p host-sim-runtime -p host-sim-workbench -p host-sim-live -p host-sim-elastic -p tests

fuzz: $(CARGO_FUZZ) ## every fuzz target for SECONDS each; needs a nightly Rust
	$(CARGO) run --quiet --locked -p properties --example seeds -- tests/fuzz/corpus
	for target in event assessment settings walk cursor recordings; do \
		PATH="$(CURDIR)/target/tools/bin:$$PATH" $(CARGO) +nightly fuzz run --fuzz-dir tests/fuzz $$target -- -max_total_time=$(SECONDS) || exit 1; \
	done

$(CARGO_FUZZ):
	$(CARGO) +nightly install cargo-fuzz --version $(CARGO_FUZZ_VERSION) --locked --root target/tools

cargo-component: component $(CARGO_COMPONENT) ## the same bytes through cargo-component, compared; installs it into target/tools, which takes minutes
	$(FLAGS) PATH="$(CURDIR)/target/tools/bin:$$PATH" CARGO_TARGET_DIR=$(BUILD_FOLDER)/cargo-component \
		$(CARGO) component build --release --locked --target $(TARGET) -p microsoft_defender_cloud
	cmp $(BUILD_FOLDER)/cargo-component/$(TARGET)/release/microsoft_defender_cloud.wasm $(COMPONENT)
	@echo "the same bytes"

$(CARGO_COMPONENT):
	$(CARGO) install cargo-component --version $(CARGO_COMPONENT_VERSION) --locked --root target/tools
