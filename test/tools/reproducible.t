#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Builds once more, elsewhere, and compares with what is in O.
set -u
cd "$(dirname "$0")/../.." || exit 2
O=${O:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
copy=$work/another/place
mkdir -p "$copy"
tar -c --exclude=./build --exclude=./.git --exclude="./$O" . | tar -x -C "$copy"
if ! make -C "$copy" -j"$(nproc)" O=out win host >"$work/log" 2>&1; then
    sed 's/^/# /' "$work/log" | tail -n 20
    echo 'Bail out! the second build failed'
    exit 1
fi

number=0
status=0
for file in "$O"/win-*/*.* "$O/host/warren-host" "$O"/host/*/*.so; do
    number=$((number + 1))
    name=${file#"$O"/}
    if cmp "$file" "$copy/out/$name" >&2; then
        echo "ok $number - ${name}_is_the_same_in_another_folder"
    else
        echo "not ok $number - ${name}_is_the_same_in_another_folder"
        status=1
    fi
done
echo "1..$number"
exit $status
