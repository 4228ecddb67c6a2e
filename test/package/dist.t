#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# The release: what is in it, that it comes out the same elsewhere and at another time, and that programs can be built
# with it, which then run under Wine.
# shellcheck disable=SC2317 # checks are called by name
. "$(dirname "$0")/../tools/tap.sh"
work=$(mktemp -d) || exit 2
export HOME=$work WINEPREFIX=$work/prefix WINEDEBUG=-all WINEDLLOVERRIDES='mscoree=;mshtml=;winemenubuilder.exe=d;winedbg.exe=d'
unset DISPLAY SIGN_FOLDER SIGN_ARGS SOURCE_DATE_EPOCH
end() {
    [ ! -d "$WINEPREFIX" ] || timeout 20 /usr/lib/wine/wineserver64 -k
    rm -rf "$work"
}
trap end EXIT

version=$(sed -n 's/^VERSION_[A-Z]* := //p' brand.mk | paste -sd.)
name=warren-$version here=$work/here there=$work/another/place
tools/dist.sh --out "$here" >"$work/log" 2>&1 || bail "no release: $(tail -n 5 "$work/log")"

has_all_of_it() {
    local machine
    for machine in amd64 arm64; do
        diff <(cd "$here/$name/$machine" && find . -type f -printf '%P\n' | LC_ALL=C sort) - <<END || return 1
CHANGELOG.md
LICENSES/GPL-2.0-only.txt
LICENSES/MIT.txt
README.md
SHA256SUMS
bin/warren.dll
bin/warren.exe
driver/warren.cat
driver/warren.inf
driver/warren.sys
include/warren.h
include/wintun.h
lib/cmake/Warren/WarrenConfig.cmake
lib/cmake/Warren/WarrenConfigVersion.cmake
lib/warren.lib
symbols/warren.dll.pdb
symbols/warren.exe.pdb
symbols/warren.sys.pdb
warren.spdx.json
END
        grep -rE '@[A-Z]+@' "$here/$name" --include='*.md' --include='*.cmake' --include='*.json' --include=usage && return 1
    done
    [ ${#archives[@]} -eq 5 ] || { printf "%s\n" "${archives[@]}"; return 1; }
}
archives=("$here/$name"[-.]*.*)
sums_are_right() {
    (cd "$here" && sha256sum --quiet -c "$name.sha256") && (cd "$here/$name/amd64" && sha256sum --quiet -c SHA256SUMS) &&
        (cd "$here/$name/arm64" && sha256sum --quiet -c SHA256SUMS && [ "$(wc -l <SHA256SUMS)" = 18 ])
}
zips_hold_the_folders() {
    local machine
    for machine in amd64 arm64; do
        unzip -q "$here/$name-$machine.zip" -d "$work/zip-$machine" && diff -r "$work/zip-$machine/$name/$machine" "$here/$name/$machine" || return 1
    done
}
bill_of_materials() {
    python3 - "$here/$name/$1" <<'END'
import hashlib, json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
bill = json.loads((folder / "warren.spdx.json").read_text())
known = {"SPDXRef-DOCUMENT"} | {e["SPDXID"] for e in bill["files"] + bill["packages"]}
for relation in bill["relationships"]:
    assert {relation["spdxElementId"], relation["relatedSpdxElement"]} <= known, relation
listed = {f["fileName"][2:]: f for f in bill["files"]}
assert len(known) == 1 + len(listed) + len(bill["packages"]), "an identifier is there twice"
there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {"warren.spdx.json", "SHA256SUMS"}
assert there == set(listed), there ^ set(listed)
for name, file in listed.items():
    sums = {c["algorithm"]: c["checksumValue"] for c in file["checksums"]}
    assert sums["SHA256"] == hashlib.sha256((folder / name).read_bytes()).hexdigest(), name
licences = {name: file["licenseConcluded"] for name, file in listed.items()}
assert licences["driver/warren.sys"] == "GPL-2.0-only" and licences["include/wintun.h"] == "MIT", licences
END
}

# In another folder, by another name, on another day, from the release's own source.
again() {
    mkdir -p "$there" && tar -xzf "$here/$name-source.tar.gz" --strip-components=1 -C "$there" || return 1
    (
        cd "$there" || exit
        unset O MAKEFLAGS CCACHE_BASEDIR
        faketime -f '+500d' bash -c 'make --no-print-directory -s -j"$(nproc)" O=build win && O=build tools/dist.sh --out ../out'
    ) >"$work/log" 2>&1 || { tail -n 20 "$work/log"; return 1; }
    [ "$(cd "$there" && faketime -f '+500d' date +%Y)" != "$(date +%Y)" ] && diff -r "$here" "$work/another/out" &&
        [ "$(find "$work/another/out" -type f | wc -l)" -gt 40 ]
}

# The one for machines in test mode: all of it signed, and the signed driver in the library.
test_signed() {
    local to=$work/signed/$name-test-signed machine
    tools/dist.sh --out "$work/signed" --test-sign || return 1
    for machine in amd64 arm64; do
        openssl x509 -inform DER -in "$to/$machine/certificates/root.cer" -out "$work/root.pem" &&
            tools/sign.sh verify "$work/root.pem" "$to/$machine"/{driver/warren.sys,driver/warren.cat,bin/warren.dll,bin/warren.exe} &&
            python3 -c 'import sys; sys.exit(open(sys.argv[2], "rb").read() not in open(sys.argv[1], "rb").read())' \
                "$to/$machine/bin/warren.dll" "$to/$machine/driver/warren.sys" && tools/check-checksums "$to/$machine"/bin/warren.* || return 1
    done
    # The release beside it is not touched, and what was built stays unsigned.
    cmp "$here/$name/amd64/bin/warren.dll" "$O/win-x64/warren.dll"
}
half_a_package() {
    mkdir -p "$work/half/amd64" && cp "$here/$name"/amd64/driver/* "$work/half/amd64/"
    ! tools/dist.sh --out "$work/none" --package "$work/half" 2>"$work/said" && grep -q 'arm64/warren.inf is missing' "$work/said"
}

# --- programs that use it ---------------------------------------------------------------------------------------------
unpacked=$work/zip-amd64/$name/amd64
windows=(-DCMAKE_SYSTEM_NAME=Windows -DCMAKE_SYSTEM_PROCESSOR=AMD64 -DCMAKE_RC_COMPILER=x86_64-w64-mingw32-windres -DCMAKE_C_FLAGS='-Wall -Wextra -Werror')
gcc=(-DCMAKE_C_COMPILER=x86_64-w64-mingw32-gcc)
clang=(-DCMAKE_C_COMPILER=clang-19 -DCMAKE_C_COMPILER_TARGET=x86_64-w64-mingw32)

# built FOLDER PREFIX ARGUMENTS...
built() {
    local folder=$work/$1 prefix=$2
    shift 2
    cmake -S examples/cmake -B "$folder" "${windows[@]}" "$@" -DCMAKE_PREFIX_PATH="$prefix" && cmake --build "$folder" &&
        [ -s "$folder/linked.exe" ] && [ -s "$folder/loaded.exe" ] && cmp "$folder/warren.dll" "$unpacked/bin/warren.dll" &&
        llvm-readobj-19 --coff-imports "$folder/linked.exe" | grep -q 'Name: warren.dll' &&
        ! llvm-readobj-19 --coff-imports "$folder/loaded.exe" | grep -q 'Name: warren.dll'
}
refused() {
    ! cmake -S examples/cmake -B "$work/refused" "${windows[@]}" "${gcc[@]}" "$@" >"$work/said" 2>&1 && grep -qi 'not find a configuration' <(tr -s '\n ' ' ' <"$work/said")
}
wrong_machine() { refused -DCMAKE_PREFIX_PATH="$work/zip-arm64/$name/arm64"; }
# wanted VERSION: the example, if it asked for that one
wanted() {
    mkdir -p "$work/wanted" && cp examples/cmake/*.c "$work/wanted/" && rm -rf "$work/wanted/build" &&
        sed "s/find_package(Warren /&$1 /" examples/cmake/CMakeLists.txt >"$work/wanted/CMakeLists.txt" &&
        cmake -S "$work/wanted" -B "$work/wanted/build" "${windows[@]}" "${gcc[@]}" -DCMAKE_PREFIX_PATH="$unpacked"
}
too_new() { ! wanted "$((${version%%.*} + 1)).0" && ! wanted "$version.1"; }
same_series() { wanted "${version%.*}" && wanted "$version" && wanted "$version EXACT"; }
# vcpkg runs the port with these variables; what must come out is the tree that it installs.
port() {
    local to=$work/vcpkg
    cmake -DVCPKG_TARGET_ARCHITECTURE=x64 -DVCPKG_LIBRARY_LINKAGE=dynamic -DPORT=warren -DCURRENT_PACKAGES_DIR="$to" \
        -P "$work/zip-amd64/$name/vcpkg/warren/portfile.cmake" && [ -s "$to/share/warren/copyright" ] &&
        python3 -m json.tool "$work/zip-amd64/$name/vcpkg/warren/vcpkg.json" >"$work/said" && built through-vcpkg "$to" "${gcc[@]}"
}
port_is_for_two_machines() { ! cmake -DVCPKG_TARGET_ARCHITECTURE=x86 -DPORT=warren -DCURRENT_PACKAGES_DIR="$work/none" -P "$work/zip-amd64/$name/vcpkg/warren/portfile.cmake"; }

# No driver is there under Wine (ERROR_FILE_NOT_FOUND), which the library finds out by calls of its own.
runs() {
    [ -d "$WINEPREFIX" ] || timeout 240 /usr/lib/wine/wine64 wineboot -i >"$work/said" 2>&1 </dev/null || { cat "$work/said"; return 1; }
    timeout 60 /usr/lib/wine/wine64 "$1" >"$work/said" 2>"$work/errors" </dev/null
    tr -d '\r' <"$work/said" | diff - <(echo 'no driver: 2') || { cat "$work/errors"; return 1; }
}

check release_has_all_of_it has_all_of_it
check sums_are_right sums_are_right
check zips_hold_the_folders zips_hold_the_folders
check bill_of_materials_for_x64_names_every_file bill_of_materials amd64
check bill_of_materials_for_arm64_names_every_file bill_of_materials arm64
check release_is_the_same_in_another_folder_on_another_day again
check release_for_test_mode_is_signed_throughout test_signed
check half_a_signed_package_is_refused half_a_package
check gcc_builds_programs_with_it built gcc "$unpacked" "${gcc[@]}"
check clang_builds_programs_with_it built clang "$unpacked" "${clang[@]}"
check a_release_for_another_machine_is_not_taken wrong_machine
check a_later_version_than_there_is_is_not_found too_new
check the_version_that_is_there_is_found same_series
check vcpkg_s_port_installs_it port
check vcpkg_s_port_is_for_two_machines port_is_for_two_machines
check what_gcc_linked_runs runs "$work/gcc/linked.exe"
check what_clang_linked_runs runs "$work/clang/linked.exe"
check a_program_that_loads_the_library_runs runs "$work/clang/loaded.exe"
finish
