# Counts what the log of a run of all tests holds. The last line is that of the counts, alone.
# Lines that a test printed may stand before its result.
/SKIPPED:/ { skipped[$0] = 1 }
/SKIPPED:.*reference data/ { partly = 1 }
/^test result:/ { passed += $4; failures += $6; next }
match($0, /(event|assessment): [0-9]+ of [0-9]+ (equal|met)/) {
    split(substr($0, RSTART, RLENGTH), words, " ")
    as_wanted += words[2]; compared += words[4]
}
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
    # Without the data of the reference the same tests pass, and compare nothing.
    if (!compared) print "parity with the reference: NOT RUN"
    else print "parity with the reference: " as_wanted + 0 " of " compared " comparisons as wanted" (partly ? ", and not all were made" : "")
    print passed + 0 " passed, " failures + 0 " failed"
}
