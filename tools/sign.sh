#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Signs with osslsigncode (docs/signing.md):
#
#   sign.sh certificate FOLDER    makes one for tests: key.pem, chain.pem; root.cer and publisher.cer for Windows' stores
#   sign.sh files FILE...         signs images, catalogs and cabinets in place
#   sign.sh package FOLDER        signs the one driver in it, makes the catalog anew, signs that
#   sign.sh verify ROOT.PEM FILE...
#
# What to sign with: SIGN_FOLDER, a folder as `certificate` makes it; or SIGN_ARGS, osslsigncode's own arguments, as for a
# token: "-pkcs11module /usr/lib/... -pkcs11cert ... -key ...". SIGN_TIMESTAMP, if set, is the address of an RFC 3161 server.
set -euo pipefail
tools=$(cd "$(dirname "$0")" && pwd)

die() {
    echo "sign.sh: $*" >&2
    exit 1
}

# For a day longer than a year: machines in test mode are few, and forgotten.
certificate() {
    local folder=$1 days=366
    mkdir -p "$folder"
    (
        cd "$folder"
        umask 077
        openssl req -x509 -newkey rsa:3072 -sha256 -nodes -keyout root.key -out root.pem -days $days -subj "/CN=Test root, not to be trusted" \
            -addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign
        openssl req -newkey rsa:3072 -sha256 -nodes -keyout key.pem -out request.pem -subj "/CN=Test publisher, not to be trusted"
        printf '%s\n' basicConstraints=critical,CA:false keyUsage=critical,digitalSignature extendedKeyUsage=critical,codeSigning \
            subjectKeyIdentifier=hash authorityKeyIdentifier=keyid >extensions
        openssl x509 -req -sha256 -in request.pem -CA root.pem -CAkey root.key -set_serial "0x$(openssl rand -hex 16)" -days $days \
            -extfile extensions -out publisher.pem
        cat publisher.pem root.pem >chain.pem
        openssl x509 -in root.pem -outform DER -out root.cer
        openssl x509 -in publisher.pem -outform DER -out publisher.cer
        # Nothing else is to be signed by it, ever.
        rm -f root.key request.pem extensions publisher.pem
    ) >"$folder/log" 2>&1 || { cat "$folder/log" >&2; die "no certificate could be made in $folder"; }
    rm -f "$folder/log"
}

files() {
    local with file
    if [ -n "${SIGN_ARGS:-}" ]; then
        read -ra with <<<"$SIGN_ARGS"
    elif [ -n "${SIGN_FOLDER:-}" ]; then
        [ -r "$SIGN_FOLDER/key.pem" ] || die "$SIGN_FOLDER has no key.pem: sign.sh certificate makes one for tests"
        with=(-certs "$SIGN_FOLDER/chain.pem" -key "$SIGN_FOLDER/key.pem")
    else
        die "neither SIGN_FOLDER nor SIGN_ARGS says with what to sign"
    fi
    [ -z "${SIGN_TIMESTAMP:-}" ] || with+=(-ts "$SIGN_TIMESTAMP")
    for file in "$@"; do
        [ -s "$file" ] || die "$file is missing"
        rm -f "$file.signed"
        osslsigncode sign "${with[@]}" -h sha256 -in "$file" -out "$file.signed" >"$file.log" 2>&1 || {
            cat "$file.log" >&2
            rm -f "$file.signed" "$file.log"
            die "$file could not be signed"
        }
        chmod --reference="$file" "$file.signed"
        mv "$file.signed" "$file"
        rm -f "$file.log"
    done
}

package() {
    local folder=$1 inf=("$1"/*.inf) sys=("$1"/*.sys)
    [ ${#inf[@]} -eq 1 ] && [ ${#sys[@]} -eq 1 ] && [ -s "${inf[0]}" ] && [ -s "${sys[0]}" ] || die "$folder is no driver package: one .inf, one .sys"
    files "${sys[0]}"
    "$tools/catalog.py" --out "${inf[0]%.inf}.cat" "${inf[0]}" "${sys[0]}"
    files "${inf[0]%.inf}.cat"
}

verify() {
    local root=$1 file
    shift
    for file in "$@"; do
        osslsigncode verify -CAfile "$root" -in "$file" >/dev/null 2>&1 || die "$file: no signature that $root vouches for"
        # Images of a package are in its catalog, too.
        case $file in *.sys)
            osslsigncode verify -CAfile "$root" -catalog "${file%.sys}.cat" -in "$file" >/dev/null 2>&1 || die "$file is not in ${file%.sys}.cat"
            ;;
        esac
    done
}

[ $# -ge 2 ] || die "certificate FOLDER | files FILE... | package FOLDER | verify ROOT.PEM FILE..."
verb=$1
shift
case $verb in
certificate | files | package | verify) "$verb" "$@" ;;
*) die "there is no '$verb'" ;;
esac
