#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# The export table's documents are those of the host that was built.
set -u
cd "$(dirname "$0")/../.." || exit 2
O=${O:-build}
number=0
status=0

# check SENTENCE COMMAND...
check() {
    local sentence=$1 text
    shift
    number=$((number + 1))
    if text=$("$@" 2>&1); then
        echo "ok $number - $sentence"
    else
        echo "not ok $number - $sentence"
        printf '%s\n' "$text" | head -n 40 | sed 's/^/# /'
        status=1
    fi
}

document() {
    diff docs/exports.md <("$O/host/warren-host" --list-exports --markdown) && return
    echo "run: $O/host/warren-host --list-exports --markdown > docs/exports.md"
    return 1
}

# The last column is the page.
pages() {
    "$O/host/warren-host" --list-exports |
        awk '$1 ~ /^(ntoskrnl|hal|ndis|netio|fwpkclnt|cng)$/ && $NF !~ /^https:/ { print; bad = 1 } { n++ } END { exit bad || n < 200 }'
}

check document_of_exports_is_what_the_host_lists document
check every_kernel_export_has_a_documentation_page pages
if command -v python3 >/dev/null; then
    check pages_are_what_the_tool_writes_and_irqls_are_the_documented_ones tools/gen_export_pages.py --check
else
    number=$((number + 1))
    echo "ok $number - pages_are_what_the_tool_writes_and_irqls_are_the_documented_ones # SKIP no python3"
fi
echo "1..$number"
exit $status
