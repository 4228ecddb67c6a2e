#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# The cabinet that Microsoft's attestation signing takes: cabinet.sh OUT.CAB PACKAGE-FOLDER [FILE...]. The driver package,
# and the files, which are its symbols, in one folder, never at the top; one machine to a cabinet. The same input gives
# the same cabinet: its times are SOURCE_DATE_EPOCH's, or the beginning of DOS' calendar.
set -euo pipefail
[ $# -ge 2 ] || { echo "cabinet.sh OUT.CAB PACKAGE-FOLDER [FILE...]" >&2; exit 2; }
out=$(realpath -m "$1") folder=$2
shift 2
inf=("$folder"/*.inf)
[ ${#inf[@]} -eq 1 ] && [ -s "${inf[0]}" ] || { echo "cabinet.sh: $folder has no INF, or several" >&2; exit 1; }
name=$(basename "${inf[0]}" .inf)
machine=$(sed -nE 's/^\[Models\.NT(amd64|ARM64).*/\L\1/p' "${inf[0]}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/$name-$machine"
cp "$folder/$name".{inf,sys,cat} "$@" "$work/$name-$machine/"
export TZ=UTC LC_ALL=C
touch -d "@${SOURCE_DATE_EPOCH:-315532800}" "$work/$name-$machine"/*
rm -f "$out"
cd "$work"
gcab -c -z "$out" "$name-$machine"/*
