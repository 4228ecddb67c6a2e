#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# The model of the wake-up protocol, checked exhaustively; and proof that the check can fail.
set -eu
model=$(cd "$(dirname "$0")/../unit" && pwd)/ring.pml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# errors FLAGS...: how many the exhaustive search finds
errors() {
    spin "$@" -a "$model" >/dev/null
    cc -O1 -DSAFETY -o pan pan.c
    ./pan | sed -n 's/.*errors: \([0-9]*\).*/\1/p'
}

number=0
check() {
    number=$((number + 1))
    if test "$2" "$3" "$4"; then echo "ok $number - $1"; else echo "not ok $number - $1 ($2)"; fi
}

echo 1..3
check "with both fences no wake-up is lost" "$(errors)" -eq 0
check "without the producer's fence the model checker finds a lost one" "$(errors -DNO_PRODUCER_FENCE)" -gt 0
check "without the consumer's fence the model checker finds a lost one" "$(errors -DNO_CONSUMER_FENCE)" -gt 0
