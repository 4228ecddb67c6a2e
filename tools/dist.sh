#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Makes the release of what is built in O: dist.sh [--out FOLDER] [--package FOLDER | --test-sign]
#
# Into FOLDER (dist/): warren-VERSION/{amd64,arm64}/, a zip and a cabinet for attestation for each, the source, and sums.
# Without signatures it depends on nothing but the source: every time in it is brand.mk's date. --package takes signed driver
# packages, FOLDER/amd64 and FOLDER/arm64, in place of what was built; --test-sign makes them, with a certificate of its own,
# and signs library and program, too (docs/signing.md).
set -euo pipefail
cd "$(dirname "$0")/.."
O=${O:-build}
out=dist packages='' sign=''
while [ $# -gt 0 ]; do
    case $1 in
    --out) out=${2:?--out needs a folder} && shift ;;
    --package) packages=$(realpath "${2:?--package needs a folder}") && shift ;;
    --test-sign) sign=1 ;;
    *)
        echo "dist: there is no '$1'; --out FOLDER, --package FOLDER, --test-sign" >&2
        exit 2
        ;;
    esac
    shift
done
umask 022
export LC_ALL=C TZ=UTC

# Names, as make has them, whatever brand file it was given.
eval "$(make --no-print-directory -s O="$O" print-brand)"
version=$VERSION_MAJOR.$VERSION_MINOR.$VERSION_PATCH
SOURCE_DATE_EPOCH=$(date -d "${BRAND_DRIVER_DATE:6:4}-${BRAND_DRIVER_DATE:0:2}-${BRAND_DRIVER_DATE:3:2}" +%s)
export SOURCE_DATE_EPOCH
name=$BRAND_FILE-$version
[ -z "$sign" ] || name=$name-test-signed
machine_of() { if [ "$1" = amd64 ]; then echo x64; else echo arm64; fi; }

# fill FILE MACHINE SIGNATURES: a template
fill() {
    local text processors=amd64\|x86_64\|x64 series=$VERSION_MAJOR port=${BRAND_FILE,,}
    [ "$2" = amd64 ] || processors=arm64\|aarch64
    [ "$VERSION_MAJOR" != 0 ] || series=0.$VERSION_MINOR
    text=$(cat "$1")
    text=${text//@BRAND@/$BRAND} text=${text//@FILE@/$BRAND_FILE} text=${text//@VERSION@/$version} text=${text//@MACHINE@/$2}
    text=${text//@SERIES@/$series} text=${text//@PROCESSORS@/$processors} text=${text//@PORT@/${port//[^a-z0-9]/-}}
    text=${text//@DESCRIPTION@/$BRAND_DESCRIPTION} text=${text//@SIGNATURES@/${3:-}} text=${text//@UP@/../../..}
    printf '%s\n' "$text"
}

same_times() { find "$@" -exec touch --no-dereference -d "@$SOURCE_DATE_EPOCH" {} +; }

archives=("$name"-{amd64,arm64}.zip)
# Signatures make no new source, and Microsoft has its cabinet already.
[ -n "$packages$sign" ] || archives+=("$name"-{amd64,arm64}.cab "$name-source.tar.gz")
rm -rf "${out:?}/$name" "${archives[@]/#/$out/}" "$out/$name.sha256"
mkdir -p "$out/$name"
out=$(realpath "$out")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- the driver packages, and the library that carries them -----------------------------------------------------------
signatures='Nothing in it is signed: see docs/signing.md of the source.'
if [ -n "$sign" ]; then
    export SIGN_FOLDER=$work/certificate
    tools/sign.sh certificate "$SIGN_FOLDER"
    packages=$work/packages
    for machine in amd64 arm64; do
        mkdir -p "$packages/$machine"
        cp "$O/win-$(machine_of $machine)/$BRAND_FILE".{inf,sys} "$packages/$machine/"
        tools/sign.sh package "$packages/$machine"
    done
    signatures='It is signed for machines in test mode: see tools/windows of the source.'
fi
built=$O
if [ -n "$packages" ]; then
    built=$O/packaged
    [ -n "$sign" ] || signatures='It carries a signed driver package.'
    for machine in x64 arm64; do
        folder=$packages/amd64
        [ $machine = x64 ] || folder=$packages/arm64
        for part in inf sys cat; do
            [ -s "$folder/$BRAND_FILE.$part" ] || { echo "dist: $folder/$BRAND_FILE.$part is missing" >&2; exit 1; }
        done
        # The catalog's folder may be another one each time, so this is always linked again.
        rm -f "$built/win-$machine/obj/lib/warren.res"
        make --no-print-directory -s O="$built" "PACKAGE_$machine=$folder" "$built/win-$machine/$BRAND_FILE".{dll,exe} >"$work/log" 2>&1 || {
            tail -n 20 "$work/log" >&2
            exit 1
        }
    done
fi

# --- a folder for each machine ----------------------------------------------------------------------------------------
compiler=$(clang-19 --version | head -n 1)
for machine in amd64 arm64; do
    win=$O/win-$(machine_of $machine) carrying=$built/win-$(machine_of $machine) to=$out/$name/$machine
    cmake=$to/lib/cmake/$BRAND
    mkdir -p "$to"/{bin,driver,include,symbols,LICENSES} "$cmake"
    if [ -n "$packages" ]; then
        cp "$packages/$machine/$BRAND_FILE".{inf,sys,cat} "$to/driver/"
    else
        cp "$win/$BRAND_FILE".{inf,sys} "$to/driver/"
        tools/catalog.py --out "$to/driver/$BRAND_FILE.cat" "$to/driver/$BRAND_FILE".{inf,sys}
    fi
    cp "$carrying/$BRAND_FILE".{dll,exe} "$to/bin/"
    [ -z "$sign" ] || tools/sign.sh files "$to/bin/$BRAND_FILE".{dll,exe}
    [ -z "$sign" ] || install -m 644 -D -t "$to/certificates" "$SIGN_FOLDER"/{root,publisher}.cer
    cp "$win/$BRAND_FILE.lib" "$to/lib/"
    cp "$win/$BRAND_FILE.sys.pdb" "$carrying/$BRAND_FILE".{dll,exe}.pdb "$to/symbols/"
    cp include/{wintun,warren}.h "$to/include/"
    cp LICENSES/{MIT,GPL-2.0-only}.txt "$to/LICENSES/"
    cp CHANGELOG.md "$to/"
    fill packaging/README.md.in $machine "$signatures" >"$to/README.md"
    fill packaging/cmake/Config.cmake.in $machine >"$cmake/${BRAND}Config.cmake"
    fill packaging/cmake/ConfigVersion.cmake.in $machine >"$cmake/${BRAND}ConfigVersion.cmake"
    find "$to" -type f -exec chmod 644 {} +
    tools/sbom.py --machine $machine --compiler "$compiler" "$to" >"$work/sbom"
    mv "$work/sbom" "$to/$BRAND_FILE.spdx.json"
    (cd "$to" && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort | xargs sha256sum >"$work/sums" && mv "$work/sums" SHA256SUMS)
    [ -n "$packages" ] || tools/cabinet.sh "$out/$name-$machine.cab" "$to/driver" "$to/symbols/$BRAND_FILE.sys.pdb"
done
port=$out/$name/vcpkg/$(tr '[:upper:]' '[:lower:]' <<<"$BRAND_FILE")
mkdir -p "$port"
for file in portfile.cmake vcpkg.json usage; do fill packaging/vcpkg/$file.in amd64 >"$port/$file"; done

# --- archives: members in order, times all the same, nobody's name in them --------------------------------------------
same_times "$out/$name"
for machine in amd64 arm64; do
    (cd "$out" && find "$name/$machine" "$name/vcpkg" | sort | zip -X -9 -q "$name-$machine.zip" -@)
done
# The driver's licence asks for the source beside the binaries.
if [ -z "$packages" ]; then
    tools/list-sources | sort -z | tar --create --no-recursion --null --transform "s,^,$name/," --owner=0 --group=0 --numeric-owner \
        --mode=u+rwX,go+rX-w --mtime="@$SOURCE_DATE_EPOCH" --format=ustar --files-from=- | gzip -9n >"$out/$name-source.tar.gz"
fi
(cd "$out" && sha256sum "${archives[@]}" >"$name.sha256")
echo "$out/$name"
