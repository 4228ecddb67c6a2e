#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# The models of the wake-up protocol, checked exhaustively; and proof that the checks can fail.
set -eu
models=$(cd "$(dirname "$0")/../unit" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# errors MODEL FLAGS...: how many the exhaustive search finds
errors() {
    local model=$1
    shift
    spin "$@" -a "$models/$model.pml" >/dev/null
    cc -O1 -DSAFETY -o pan pan.c
    ./pan | sed -n 's/.*errors: \([0-9]*\).*/\1/p'
}

number=0
check() {
    number=$((number + 1))
    if test "$2" "$3" "$4"; then echo "ok $number - $1"; else echo "not ok $number - $1 ($2)"; fi
}

echo 1..7
for model in ring ring_room; do
    check "$model: with both fences no wake-up is lost" "$(errors $model)" -eq 0
    check "$model: without the producer's fence one is" "$(errors $model -DNO_PRODUCER_FENCE)" -gt 0
    check "$model: without the consumer's fence one is" "$(errors $model -DNO_CONSUMER_FENCE)" -gt 0
done
check "ring_room: a consumer that never looks at the end loses one" "$(errors ring_room -DNEVER_LOOKS)" -gt 0
