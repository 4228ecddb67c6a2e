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
    make --no-print-directory --silent O="$O" check-format 2>&1 |
        grep -E ' error: ' | cut -d: -f1 | sort | uniq -c | awk '
            { print "  " $2 ": " $1 " places" } END { if (NR) { print "  `make format` would change them"; exit 1 } }'
}

# Shell scripts, wherever they are.
scripts() {
    grep -rlE '^#!.*\b(ba)?sh\b' run .ci tools test | grep -vE '\.(c|h)$' | xargs shellcheck -x -S warning
    { perl -c tools/test.pl && perl -c tools/check-checksums; } 2>&1 | grep -v "syntax OK"
    return "${PIPESTATUS[0]}"
}

licences() {
    reuse lint >"$O/reuse.log" || { cat "$O/reuse.log"; return 1; }
    # Which one is where is decided, too. (The tag is put together, so that reuse does not read this line as ours.)
    local tag='SPDX-License''-Identifier:' wrong
    wrong=$(
        grep -rL "$tag GPL-2.0-only" driver
        grep -rl "$tag GPL" core nt lib cli host include examples test tools 2>/dev/null
    )
    [ -z "$wrong" ] || { printf 'not the licence of its folder: %s\n' $wrong; return 1; }
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
