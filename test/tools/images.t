#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# What must be true of the files that ship, looked at from outside.
set -u
cd "$(dirname "$0")/../.." || exit 2
O=${O:-build}
export O
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
        printf '%s\n' "$text" | sed 's/^/# /'
        status=1
    fi
}

drivers=("$O"/win-*/*.sys)
libraries=("$O"/win-*/*.dll)
programs=("$O"/win-x64/warren.exe "$O"/win-arm64/warren.exe)

both_machines() { [ ${#drivers[@]} -eq 2 ] && [ ${#libraries[@]} -eq 2 ] && [ -s "${drivers[1]}" ] && [ -s "${libraries[1]}" ] &&
    [ -s "${programs[0]}" ] && [ -s "${programs[1]}" ]; }

hardened() {
    local image headers flag
    for image in "${drivers[@]}" "${libraries[@]}" "${programs[@]}"; do
        headers=$(llvm-readobj-19 --file-headers --sections --coff-load-config "$image")
        for flag in NX_COMPAT DYNAMIC_BASE HIGH_ENTROPY_VA GUARD_CF CF_INSTRUMENTED CF_FUNCTION_TABLE_PRESENT; do
            [[ $headers == *"$flag"* ]] || { echo "$image: no $flag"; return 1; }
        done
        awk '/Section \{/ { w = x = 0 } /MEM_WRITE/ { w = 1 } /MEM_EXECUTE/ { x = 1 } w && x { exit 1 }' <<<"$headers" ||
            { echo "$image: a section is writable and executable"; return 1; }
    done
}

# Windows unwinds by tables only, through every function that is not a leaf.
unwindable() {
    local image begin
    for image in "${drivers[@]}" "${libraries[@]}" "${programs[@]}"; do
        begin=$(llvm-readobj-19 --unwind "$image" | grep -cE '^ *(StartAddress|Function):')
        [ "$begin" -ge 20 ] || { echo "$image: unwind data for $begin functions"; return 1; }
    done
}

exports() {
    local image
    for image in "${libraries[@]}"; do
        diff <(sed -n '/^EXPORTS/,$s/^ \+\([A-Za-z]*\).*/\1/p' lib/exports.def | LC_ALL=C sort) \
            <(llvm-readobj-19 --coff-exports "$image" | sed -n 's/^ *Name: //p' | LC_ALL=C sort) || return 1
    done
}

versions() {
    local image
    for image in "${drivers[@]}" "${libraries[@]}" "${programs[@]}"; do
        tr -d '\000' <"$image" | grep -qa OriginalFilename || { echo "$image: no version resource"; return 1; }
    done
}

check everything_is_built_for_both_machines both_machines
check driver_imports_only_what_is_listed tools/check-imports driver/imports.txt "${drivers[@]}"
check library_imports_only_from_listed_modules tools/check-imports lib/imports.txt "${libraries[@]}"
check program_imports_only_from_listed_modules tools/check-imports cli/imports.txt "${programs[@]}"
check library_exports_exactly_the_listed_functions exports
check driver_has_no_privileged_instructions tools/check-disasm "$O"/win-x64/*.sys
check images_are_hardened hardened
check every_function_can_be_unwound unwindable
check checksums_are_right tools/check-checksums "${drivers[@]}" "${libraries[@]}" "${programs[@]}"
check images_carry_their_version versions
check no_output_names_the_build_folder tools/check-paths "${drivers[@]}" "${libraries[@]}" "$O"/win-*/*.pdb "$O"/win-*/*.lib "$O"/win-*/*.exe "$O/host/warren-host"
check driver_is_small tools/check-size
check dependencies_run_one_way tools/check-deps
echo "1..$number"
exit $status
