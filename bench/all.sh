#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# What ./run bench does, inside a network namespace: all parts, or those named, of build/host/bench, and tcp (tcp.sh) and
# wireguard (wireguard.sh).
# Options go to build/host/bench.
set -eu -o pipefail
cd "$(dirname "$0")/.."
O=${O:-build}
options=() parts=() tcp='' wireguard=''
while [ $# -gt 0 ]; do
    case $1 in
    --*=*) options+=("$1") ;;
    --*) options+=("$1" "${2:?a value for $1}") && shift ;;
    tcp) tcp=1 ;;
    wireguard) wireguard=1 ;;
    *) parts+=("$1") ;;
    esac
    shift
done
all=''
[ ${#parts[@]} -gt 0 ] || [ -n "$tcp$wireguard" ] || all=1
if [ -n "$all" ] || [ ${#parts[@]} -gt 0 ]; then
    "$O/host/bench" --null "$O/win-x64/bench/null.sys" --driver "$O/win-x64/warren.sys" --library "$O/win-x64/warren.dll" \
        "${options[@]}" "${parts[@]}"
fi
if [ -n "$all$tcp" ]; then
    echo tcp >&2
    O=$O bench/tcp.sh
fi
if [ -n "$all$wireguard" ]; then
    echo wireguard >&2
    # wireguard-go keeps its socket in /run, ours in one that goes with this.
    O=$O unshare --mount sh -c 'mount -t tmpfs none /run && exec bench/wireguard.sh'
fi
