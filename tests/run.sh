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
run cargo test --locked --profile host -p host-sim -p host-sim-runtime -p host-sim-workbench -p host-sim-live -p tests -p benchmarks -- --nocapture

# Lines that a test printed may stand before its result.
awk '
/SKIPPED:/ { skipped[$0] = 1 }
/^test result:/ { passed += $4; failures += $6; next }
match($0, /test [a-zA-Z0-9_:]+ \.\.\. /) || match($0, /test [a-zA-Z0-9_:]+ - should panic \.\.\. /) {
    name = substr($0, RSTART + 5, RLENGTH - 10); sub(/.*::/, "", name)
    if (match(name, /^[refm][0-9]+_/)) covered[toupper(substr(name, 1, RLENGTH - 1))]++
}
END {
    n = split("R1 R2 R3 R4 R5 R6 R7 R8 R9 R10 R11 R12 R13 R14 R15 R16 R17 R18 R19 R20 E1 E2 E3 E4 E5 E6 E7 E8 E9 E10 E11 E12 E13 E14 M2 M3 M4 M5 M6 M7 M8 M9 M10 M11 M12 M13 F1 F2 F3 F4 F5 F6", ids, " ")
    for (id in covered) { plain = id; letter = substr(id, 1, 1); number = substr(id, 2) + 0; count[letter number] += covered[id] }
    for (i = 1; i <= n; i++) if (ids[i] in count) yes = yes " " ids[i]; else no = no " " ids[i]
    print ""
    print "cases of the catalogue with a test:" yes
    print "without:" no
    for (line in skipped) print line
    print passed + 0 " passed, " failures + 0 " failed"
}' "$log"
exit "$failed"
