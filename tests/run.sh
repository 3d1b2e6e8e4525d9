#!/usr/bin/env bash
# Runs all tests, shows which cases of the catalogue they cover, and ends with a line of counts.
set -u
cd "$(dirname "$0")/.."
mkdir -p target
log=target/test.log
: >"$log"
failed=0

run() {
    echo "== $*"
    "$@" 2>&1 | tee -a "$log"
    [ "${PIPESTATUS[0]}" -eq 0 ] || failed=1
}

run cargo test --locked -p microsoft_defender_cloud -p properties -- --nocapture
run cargo test --locked --profile host -p host-sim -p host-sim-runtime -p host-sim-workbench -p host-sim-live -p host-sim-elastic -p event-hub-broker -p tests -p benchmarks -- --nocapture

awk -f tests/counts.awk "$log"
exit "$failed"
