#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Catalogs and signatures, made here with a certificate of this hour and read by others than those that wrote them.
# shellcheck disable=SC2317 # checks are called by name
. "$(dirname "$0")/../tools/tap.sh"
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
export SIGN_FOLDER=$work/certificate

tools/sign.sh certificate "$SIGN_FOLDER" || bail "no certificate"
tools/sign.sh certificate "$work/other" || bail "no other certificate"
for machine in x64 arm64; do
    mkdir "$work/$machine"
    cp "$O/win-$machine"/warren.{inf,sys} "$work/$machine/" || bail "not built"
    tools/sign.sh package "$work/$machine" || bail "$machine: not signed"
done
package=$work/x64

verifies() { tools/sign.sh verify "$SIGN_FOLDER/root.pem" "$@"; }
refused() { ! verifies "$@"; }
# The catalog and its driver when one byte of one of them is another.
damaged() {
    local file=$1 at=$2
    mkdir -p "$work/damaged"
    cp "$package"/* "$work/damaged/"
    printf '\125' | dd of="$work/damaged/$file" bs=1 seek="$at" conv=notrunc status=none
    ! cmp -s "$package/$file" "$work/damaged/$file" && refused "$work/damaged/$file"
}
other_driver() { cp "$work/arm64/warren.sys" "$work/damaged/" && cp "$package/warren.cat" "$work/damaged/" && refused "$work/damaged/warren.sys"; }
strangers() { ! tools/sign.sh verify "$work/other/root.pem" "$package/warren.sys"; }

# members MACHINE LINE...: the catalog has these, and no others
members() {
    local machine=$1 inf=$work/$1/warren.inf sys
    [ -s "$inf" ] && test/package/members.py "$work/$machine/warren.cat" >"$work/members" || return 1
    sys=$(sed -n 's/^32 \([0-9a-f]*\) .*File=warren.sys OSAttr=2:10.0$/\1/p' "$work/members")
    [ ${#sys} = 64 ] || { echo "no driver in the catalog"; return 1; }
    # In the order of their identifiers, as Windows searches them.
    diff "$work/members" - <<END
$(LC_ALL=C sort -k2,2 <<LINES
20 $(sha1sum <"$inf" | cut -d' ' -f1) - File=warren.inf OSAttr=2:10.0
$(grep '^20 .*File=warren.sys' "$work/members")
32 $(sum "$inf") $(sum "$inf") File=warren.inf OSAttr=2:10.0
32 $sys $sys File=warren.sys OSAttr=2:10.0
LINES
)
OS=_v100_$2
HWID1=warren
signers=1
END
}
sum() { sha256sum <"$1" | cut -d' ' -f1; }

# A signature is added to a driver: nothing else of it changes, but for the checksum and where the signature is.
same_hash() {
    tools/catalog.py --out "$work/before.cat" "$O/win-x64/warren.inf" "$O/win-x64/warren.sys" &&
        tools/catalog.py --out "$work/after.cat" "$package/warren.inf" "$package/warren.sys" && cmp "$work/before.cat" "$work/after.cat"
}
checksum() { tools/check-checksums "$package/warren.sys" "$work/arm64/warren.sys"; }

library() {
    make --no-print-directory -s O="$work/signed" PACKAGE_x64="$package" "$work/signed/win-x64/warren.dll" >/dev/null &&
        tools/sign.sh files "$work/signed/win-x64/warren.dll" && verifies "$work/signed/win-x64/warren.dll" || return 1
    # The three files are in it as they are, one after the other in resources.
    python3 - "$work/signed/win-x64/warren.dll" "$package"/warren.{inf,sys,cat} <<'END'
import sys
library = open(sys.argv[1], "rb").read()
sys.exit([name + " is not in the library" for name in sys.argv[2:] if open(name, "rb").read() not in library] or None)
END
}

catalogs_in() { llvm-readobj-19 --coff-resources "$1" | grep -c '^ *Name: (ID 3)'; }
unsigned_library() { [ "$(catalogs_in "$O/win-x64/warren.dll") $(catalogs_in "$work/signed/win-x64/warren.dll")" = '0 1' ]; }

cabinet() {
    local cab=$work/warren.cab
    tools/cabinet.sh "$cab" "$package" "$O/win-x64/warren.sys.pdb" && tools/sign.sh files "$cab" && verifies "$cab" || return 1
    diff <(gcab -t "$cab" | LC_ALL=C sort) <(printf 'warren-amd64\\%s\n' warren.cat warren.inf warren.sys warren.sys.pdb)
}
nothing_to_sign_with() { ! SIGN_FOLDER='' tools/sign.sh files "$package/warren.sys" 2>"$work/said" && grep -q 'neither SIGN_FOLDER nor SIGN_ARGS' "$work/said"; }
no_package() { ! tools/sign.sh package "$work/certificate" 2>"$work/said" && grep -q 'no driver package' "$work/said"; }
no_secrets() { [ ! -e "$SIGN_FOLDER/root.key" ] && [ "$(stat -c %a "$SIGN_FOLDER/key.pem")" = 600 ]; }

check driver_and_catalog_verify verifies "$package/warren.sys" "$package/warren.cat"
check driver_and_catalog_for_arm64_verify verifies "$work/arm64/warren.sys" "$work/arm64/warren.cat"
check catalog_has_inf_and_driver_for_x64 members x64 X64
check catalog_has_inf_and_driver_for_arm64 members arm64 ARM64
check a_signature_leaves_the_hash_of_a_driver_alone same_hash
check checksums_are_right_after_signing checksum
check a_damaged_driver_is_refused damaged warren.sys 3000
check a_damaged_catalog_is_refused damaged warren.cat 500
check a_driver_that_is_not_in_the_catalog_is_refused other_driver
check signatures_of_strangers_are_refused strangers
check library_carries_the_signed_package library
check library_that_was_built_without_carries_no_catalog unsigned_library
check cabinet_for_attestation_has_its_layout_and_symbols cabinet
check without_a_key_nothing_is_signed nothing_to_sign_with
check a_folder_that_is_no_package_is_refused no_package
check the_root_s_key_is_not_kept no_secrets
finish
