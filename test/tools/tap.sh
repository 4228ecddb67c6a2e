# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# TAP for shell tests; sourced, never run.
# shellcheck shell=bash
set -u -o pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
O=${O:-build}
export O
number=0 failures=0

# check SENTENCE COMMAND...: passes when the command does; what it says is shown when it does not
check() {
    local sentence=$1 text
    shift
    number=$((number + 1))
    if text=$("$@" 2>&1); then
        echo "ok $number - $sentence"
    else
        echo "not ok $number - $sentence"
        printf '%s\n' "$text" | tail -n 40 | sed 's/^/# /'
        failures=$((failures + 1))
        return 1
    fi
}

bail() {
    echo "Bail out! $*"
    exit 1
}

finish() {
    echo "1..$number"
    [ "$failures" = 0 ]
    exit
}
