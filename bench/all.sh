#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# What ./run bench does, inside a network namespace: all parts, or those named, of build/host/bench, and tcp (tcp.sh).
# Options go to build/host/bench.
set -eu -o pipefail
cd "$(dirname "$0")/.."
O=${O:-build}
options=() parts=() tcp=''
while [ $# -gt 0 ]; do
    case $1 in
    --*=*) options+=("$1") ;;
    --*) options+=("$1" "${2:?a value for $1}") && shift ;;
    tcp) tcp=1 ;;
    *) parts+=("$1") ;;
    esac
    shift
done
if [ ${#parts[@]} -gt 0 ] || [ -z "$tcp" ]; then
    "$O/host/bench" --null "$O/win-x64/bench/null.sys" --driver "$O/win-x64/warren.sys" --library "$O/win-x64/warren.dll" \
        "${options[@]}" "${parts[@]}"
fi
if [ -n "$tcp" ] || [ ${#parts[@]} -eq 0 ]; then
    echo tcp >&2
    O=$O bench/tcp.sh
fi
