#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Shows the pipe with real packets: the shipped driver and library in the host, an adapter in a network namespace of its
# own, ping, then a bulk run. `./run demo` builds what this needs first. O is the build folder.
#
# Everything happens in an anonymous namespace that dies with its last process, and in children of this script: there is
# nothing to clean up elsewhere.
set -u -o pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
O=${O:-$here/build}
count=${COUNT:-1000000}
size=${SIZE:-1024}
deadline=${DEADLINE:-40}

bold='' dim='' red='' green='' plain=''
if [ -t 1 ]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
fi

fail() {
    printf '%sdemo: %s%s\n' "$red" "$1" "$plain" >&2
    exit 1
}

title() {
    printf '\n%s%s%s\n' "$bold" "$1" "$plain"
}

host=$O/host/warren-host driver=$O/win-x64/warren.sys library=$O/win-x64/warren.dll
program=$O/host/examples/echo.so load=$O/host/udp_load
for file in "$host" "$driver" "$library" "$program" "$load"; do
    [ -e "$file" ] || fail "$file is missing: build it first (./run demo does)"
done
for tool in ip ping unshare; do
    command -v "$tool" >/dev/null || fail "the program $tool is missing (packages iproute2, iputils-ping, util-linux)"
done

# Once more in a namespace of our own.
if [ -z "${WARREN_DEMO_NAMESPACE:-}" ]; then
    export WARREN_DEMO_NAMESPACE=1 O
    if [ "$(id -u)" = 0 ]; then
        exec unshare --net -- "$0" "$@"
    fi
    exec unshare --user --map-root-user --net -- "$0" "$@"
fi

host_pid='' scratch=$(mktemp -d) || exit 1
# shellcheck disable=SC2317 # called by the trap
cleanup() {
    trap - EXIT INT TERM
    if [ -n "$host_pid" ]; then
        kill -KILL "$host_pid" 2>/dev/null
        wait "$host_pid" 2>/dev/null
    fi
    rm -rf "$scratch"
}
trap cleanup EXIT
trap 'printf "\n"; exit 130' INT
trap 'exit 143' TERM

# --- the adapter -----------------------------------------------------------------------------------------------------

title 'An adapter: Windows driver and library, running on Linux'
mkfifo "$scratch/out" || exit 1
"$host" --quiet --summary --driver "$driver" --library "$library" --stack tun "$program" -n Demo \
    >"$scratch/out" 2>"$scratch/err" </dev/null &
host_pid=$!
exec {out}<"$scratch/out"

# The program says when it is ready; the pipe ends when it is no more.
ready=''
while IFS= read -r -t 20 -u "$out" line; do
    printf '  %s\n' "$line"
    case $line in ready:*)
        ready=1
        break
        ;;
    esac
done
if [ -z "$ready" ]; then
    sed 's/^/  /' "$scratch/err" >&2
    fail 'the adapter did not come up'
fi
ip -brief -color=auto address show up | sed 's/^/  /'

# --- packets ---------------------------------------------------------------------------------------------------------

status=0
for peer in 10.66.0.2 fd66::2; do
    title "ping $peer"
    if ! ping -n -c 5 -i 0.2 -W 2 "$peer" >"$scratch/ping" 2>&1 || ! grep -q ' 0% packet loss' "$scratch/ping"; then
        status=1
    fi
    sed 's/^/  /' "$scratch/ping"
done

# Half of it each way of addressing; every datagram goes through the pipe twice, there and back.
for peer in 10.66.0.2 fd66::2; do
    title "UDP echo with $peer: $((count / 2)) datagrams of $size bytes, each there and back"
    "$load" --count $((count / 2)) --size "$size" --deadline "$deadline" "$peer" || status=1
done

# --- what it was -----------------------------------------------------------------------------------------------------

title 'What the packets went through'
kill -INT "$host_pid"
while IFS= read -r -t 20 -u "$out" line; do
    printf '  %s%s%s\n' "$dim" "$line" "$plain"
done
wait "$host_pid"
code=$?
host_pid=''
if [ "$code" != 0 ]; then
    status=1
    printf '  the host ended with %s\n' "$code"
fi
if [ -s "$scratch/err" ]; then
    title 'Said on the way'
    tail -n 40 "$scratch/err" | sed 's/^/  /'
fi

if [ "$status" = 0 ]; then
    printf '\n%sNothing was lost.%s\n' "$green" "$plain"
else
    printf '\n%sSomething went wrong: see above.%s\n' "$red" "$plain"
fi
exit "$status"
