#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Drivers with one rule broken each: the verifier must name that rule, and the driver. A file test/planted/RULE__HOW.c breaks
# the rule of that name with dashes; well_behaved*.c break none.
set -u
cd "$(dirname "$0")/../.." || exit 2
O=${O:-build}
number=0
status=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

result() { # good? SENTENCE
    number=$((number + 1))
    if [ "$1" = 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        tail -n 25 "$log" | sed 's/^/# /'
        status=1
    fi
}

# A crime ends in abort(): no core files, please.
ulimit -c 0
for source in test/planted/*.c; do
    name=$(basename "$source" .c)
    seed=()
    if grep -q 'under the scheduler' "$source"; then seed=(--seed 1); fi
    code=$(timeout 60 "$O/host/warren-host" "${seed[@]}" --exercise "$O/win-x64/planted/$name.sys" >"$log" 2>&1; echo $?) 2>/dev/null
    first=$(sed -n 's/^.*VERIFIER: \([a-z0-9-]*\): .*/\1/p' "$log" | head -n 1)
    case $name in
    well_behaved*)
        [ $code = 0 ] && [ -z "$first" ] && grep -q '^exercise: all went well$' "$log"
        result $? "$name: a driver that breaks no rule goes through its whole life"
        ;;
    *)
        rule=${name%%__*}
        rule=${rule//_/-}
        [ $code -ge 128 ] && [ "$first" = "$rule" ] && grep -q "$name\.sys+0x" "$log"
        result $? "$name: the verifier names the rule, and the driver (got ${first:-nothing})"
        ;;
    esac
done
echo "1..$number"
exit $status
