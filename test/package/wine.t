#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# What Wine's setupapi and wintrust, which are not ours, make of the signed package. Its C: drive is made for this and
# goes afterwards.
#
# Wine 8 knows no decorations beyond the machine, nor the driver store: devices are installed from a copy of the INF that
# is decorated for the machine alone, and the driver lands in another folder than it would on Windows. It reads no members
# of catalogs made with SHA-256; it verifies their signature, and those of images with their digests.
# shellcheck disable=SC2317 # checks are called by name
. "$(dirname "$0")/../tools/tap.sh"
work=$(mktemp -d) || exit 2
export WINEPREFIX=$work/prefix WINEDEBUG=-all WINEDLLOVERRIDES='mscoree=;mshtml=;winemenubuilder.exe=d;winedbg.exe=d'
export SIGN_FOLDER=$work/certificate HOME=$work
unset DISPLAY
wine=/usr/lib/wine/wine64 server=/usr/lib/wine/wineserver64
end() {
    # Only this prefix's server.
    timeout 20 "$server" -k
    rm -rf "$work"
}
trap end EXIT

# run COMMAND...: bounded, and with no pipe that services of Wine could hold open
run() { timeout 120 "$wine" "$@" >"$work/out" 2>"$work/err" </dev/null; }

[ -x "$wine" ] || bail "Wine is not here"
compile=(x86_64-w64-mingw32-gcc -std=gnu11 -O2 -Wall -Wextra -Werror -municode)
"${compile[@]}" test/package/setup.c -o "$work/setup.exe" -lsetupapi && "${compile[@]}" test/package/trust.c -o "$work/trust.exe" -lwintrust ||
    bail "the programs do not compile"
timeout 240 "$wine" wineboot -i >"$work/out" 2>&1 </dev/null || bail "no prefix: $(tail -n 3 "$work/out")"
run reg add 'HKCU\Software\Wine' /v Version /d win10 /f && run regsvr32 /s wintrust.dll || bail "the prefix cannot be prepared"
tools/sign.sh certificate "$SIGN_FOLDER" || bail "no certificate"

# package NAME INF SYS: one as it ships, and one that Wine installs
package() {
    mkdir "$work/$1" "$work/$1-plain"
    cp "$2" "$3" "$work/$1/" && tools/sign.sh package "$work/$1" && cp "$work/$1"/* "$work/$1-plain/" &&
        sed -E 's/NT(amd64|ARM64)\.10\.0\.\.\.17763/NTamd64/' "$2" >"$work/$1-plain/$(basename "$2")"
}
package amd64 "$O/win-x64/warren.inf" "$O/win-x64/warren.sys" && package arm64 "$O/win-arm64/warren.inf" "$O/win-arm64/warren.sys" &&
    package second "$O/second/win-x64/second.inf" "$O/second/win-x64/second.sys" || bail "no packages"

# parsed INF COMPANY VERSION
parsed() {
    run "$work/setup.exe" parse "Z:$1"
    diff <(tr -d '\r' <"$work/out") - <<END
lines Version=7
lines Manufacturer=1
lines Install=6
lines Install.Services=1
lines Strings=3
manufacturer=$2
version=$3
stored=1
uninstalled=1
END
}

# installed INF HARDWARE-ID SERVICE FILE DESCRIPTION COMPANY
installed() {
    run "$work/setup.exe" install "Z:$1" "$2" "$3"
    diff <(tr -d '\r' <"$work/out") - <<END
driver=$5
provider=$6
Service=$3
UpperRange=ndis5
LowerRange=nolower
start=3
file=$4
same=1
END
}
version=$(sed -n 's/^VERSION_[A-Z]* := //p' brand.mk | paste -sd.).0

# trusted ANSWER FILE...
trusted() {
    local answer=$1 file
    shift
    for file in "$@"; do
        run "$work/trust.exe" "Z:$file"
        [ "$(tr -d '\r' <"$work/out")" = "$answer" ] || { echo "$file: $(cat "$work/out"), not $answer"; return 1; }
    done
}
damaged() {
    cp "$work/amd64/warren.sys" "$work/damaged.sys"
    printf '\125' | dd of="$work/damaged.sys" bs=1 seek=3000 conv=notrunc status=none
    trusted 80096010 "$work/damaged.sys" # TRUST_E_BAD_DIGEST
}

check package_for_x64_is_parsed_and_stored parsed "$work/amd64/warren.inf" 'The Warren Authors' "$version"
check package_for_arm64_is_parsed_and_stored parsed "$work/arm64/warren.inf" 'The Warren Authors' "$version"
check package_of_the_second_brand_is_parsed_and_stored parsed "$work/second/second.inf" 'Second & Sons' "$version"
check a_device_gets_the_driver_its_service_and_its_keys installed "$work/amd64-plain/warren.inf" Warren Warren warren.sys \
    'Warren Layer-3 Tunnel' 'The Warren Authors'
check a_device_of_the_second_brand_gets_its_own installed "$work/second-plain/second.inf" SecondTun SecondTun second.sys \
    'Second Tunnel' 'Second & Sons'
check signatures_are_trusted trusted 00000000 "$work"/{amd64,arm64}/warren.{sys,cat} "$work"/second/second.{sys,cat}
check a_damaged_driver_is_not damaged
check what_is_not_signed_is_not trusted 800b0100 "$(realpath "$O")/win-x64/warren.sys" # TRUST_E_NOSIGNATURE
finish
