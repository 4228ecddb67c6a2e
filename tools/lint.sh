#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# What ./run lint does after building: every check runs, then the failed ones are named.
set -u
cd "$(dirname "$0")/.." || exit 2
O=${O:-build}
export O
failed=()

check() {
    local name=$1
    shift
    echo "== $name"
    "$@" || failed+=("$name")
}

formatting() {
    find core nt driver lib cli host include examples test -name '*.[ch]' -exec clang-format-19 --dry-run -Werror {} + 2>&1 |
        grep -E ' error: ' | cut -d: -f1 | sort | uniq -c | awk '
            { print "  " $2 ": " $1 " places" } END { if (NR) { print "  `make format` would change them"; exit 1 } }'
}

# Shell scripts, wherever they are.
scripts() {
    grep -rlE '^#!.*\b(ba)?sh\b' run .ci tools test | grep -vE '\.(c|h)$' | xargs shellcheck -x -S warning
    perl -cq tools/test.pl 2>&1 | grep -v 'syntax OK'
    return "${PIPESTATUS[0]}"
}

licences() {
    reuse lint >"$O/reuse.log" || { cat "$O/reuse.log"; return 1; }
    # Which licence is where is decided, too.
    ! grep -rLE 'SPDX-License-Identifier: GPL-2.0-only' driver | sed 's/^/  not GPL-2.0-only: /' | grep . &&
        ! grep -rlE 'SPDX-License-Identifier: GPL' core nt lib cli host include examples test tools/*.c 2>/dev/null |
            sed 's/^/  not MIT: /' | grep .
}

tidy() {
    make --no-print-directory --keep-going -j"$(nproc)" O="$O" tidy
}

images() {
    bash test/tools/images.t | grep -v '^ok'
    [ "${PIPESTATUS[0]}" -eq 0 ]
}

check formatting formatting
check scripts scripts
check licences licences
check "dependency direction" tools/check-deps
check size tools/check-size
check images images
check clang-tidy tidy
if [ ${#failed[@]} -gt 0 ]; then
    printf 'lint: failed:'
    printf ' %s;' "${failed[@]}"
    printf '\n'
    exit 1
fi
echo 'lint: all is well'
