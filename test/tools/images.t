#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# What must be true of the files that ship, looked at from outside.
# shellcheck disable=SC2317 # checks are called by name
. "$(dirname "$0")/tap.sh"
drivers=("$O"/win-*/*.sys)
libraries=("$O"/win-*/*.dll)
programs=("$O"/win-x64/warren.exe "$O"/win-arm64/warren.exe)
images=("${drivers[@]}" "${libraries[@]}" "${programs[@]}")

both_machines() { [ ${#drivers[@]} -eq 2 ] && [ ${#libraries[@]} -eq 2 ] && [ -s "${drivers[1]}" ] && [ -s "${libraries[1]}" ] &&
    [ -s "${programs[0]}" ] && [ -s "${programs[1]}" ]; }

# Windows unwinds by tables only, through every function that is not a leaf.
unwindable() {
    local image begin
    for image in "${images[@]}"; do
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

check everything_is_built_for_both_machines both_machines
check driver_imports_only_what_is_listed tools/check-imports driver/imports.txt "${drivers[@]}"
check library_imports_only_from_listed_modules tools/check-imports lib/imports.txt "${libraries[@]}"
check program_imports_only_from_listed_modules tools/check-imports cli/imports.txt "${programs[@]}"
check library_exports_exactly_the_listed_functions exports
check driver_has_no_privileged_instructions tools/check-disasm "$O"/win-x64/*.sys
check headers_sections_and_hardening_are_right tools/check_images.py headers "${images[@]}"
check windows_10_1809_has_all_that_is_imported tools/check_images.py since "${images[@]}"
check every_function_can_be_unwound unwindable
check checksums_are_right tools/check-checksums "${images[@]}"
check images_carry_one_version_and_their_names tools/check_images.py version "${images[@]}"
check symbols_are_of_the_same_build tools/check_images.py symbols "${images[@]}"
check no_image_has_a_path_in_it tools/check_images.py paths "${images[@]}"
check every_damage_is_named test/tools/image_damage.py "${drivers[1]}"
check no_output_names_the_build_folder tools/check-paths "${drivers[@]}" "${libraries[@]}" "$O"/win-*/*.pdb "$O"/win-*/*.lib "$O"/win-*/*.exe "$O/host/warren-host"
check driver_is_small tools/check-size
check dependencies_run_one_way tools/check-deps
finish
