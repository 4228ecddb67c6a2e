#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# `./run demo --wireguard`: a WireGuard tunnel between two networks on this machine. At one end wireguard-go for Windows,
# unmodified, under Wine, with the shipped warren.dll beside it as wintun.dll and the shipped warren.sys in its process; at
# the other Linux's wireguard-go. Everything happens in namespaces and a folder that go with this script.
set -u -o pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
O=$(cd "${O:-$here/build}" && pwd) || exit 1
export O
seconds=${SECONDS_EACH:-5}

bold='' dim='' red='' green='' plain=''
if [ -t 1 ]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
fi
fail() {
    printf '%sdemo: %s%s\n' "$red" "$1" "$plain" >&2
    exit 1
}
title() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
indented() { sed 's/^/  /'; }

for file in warren-host.exe wireguard-go.exe wintun.dll pipe.exe; do
    [ -e "$O/wine/$file" ] || fail "$O/wine/$file is missing: build it first (./run demo --wireguard does)"
done

# Once more in a namespace of our own.
if [ -z "${WARREN_DEMO_NAMESPACE:-}" ]; then
    export WARREN_DEMO_NAMESPACE=1
    user=(--user --map-root-user)
    [ "$(id -u)" != 0 ] || user=()
    exec unshare "${user[@]}" --net -- "$0" "$@"
fi
# shellcheck source=tools/wine.sh
. "$here/tools/wine.sh"

scratch=$(mktemp -d) || exit 1
# shellcheck disable=SC2317 # called by the trap
cleanup() {
    trap - EXIT INT TERM
    wine_stop
    wireguard_peer_stop
    peer_stop
    rm -rf "$scratch"
}
trap cleanup EXIT
trap 'printf "\n"; exit 130' INT
trap 'exit 143' TERM
export TMPDIR=$scratch
said=$scratch/program

title 'Two ends'
ip link set lo up
printf '  %sWine makes a fresh prefix ...%s\n' "$dim" "$plain"
wine_start "$scratch/prefix" || fail 'Wine does not start'
peer_start "$scratch" || fail 'no second network'
wireguard_peer "$scratch" || fail "Linux's wireguard-go does not start"
wine_host "$said" 'UAPI listener started' wireguard-go.exe wg1 >"$scratch/why" || {
    tail -n 10 "$said" >&2
    fail 'wireguard-go.exe does not start'
}
wireguard_configure wg1 >"$scratch/set" || fail 'wireguard-go.exe does not take its configuration'
wireguard_addresses || fail 'no addresses for the adapter'
printf '  wireguard-go.exe  under Wine   192.0.2.1:51821  tunnel 10.9.0.1, fd09::1  adapter %s\n' "$(tun_devices)"
printf '  wireguard-go      on Linux     192.0.2.2:51820  tunnel 10.9.0.2, fd09::2\n'
printf '  driver and library: %s\n' "$(cd "$O/wine" && sha256sum wintun.dll | cut -c 1-16) (SHA-256 of wintun.dll begins so; it carries warren.sys)"

title 'Ping: handshake, IPv4, IPv6, and packets as large as the tunnel takes'
good=1
ping -n -c 3 -i 0.2 -W 5 10.9.0.2 | grep -E 'bytes from|loss' | indented || good=''
ping -n -c 3 -i 0.2 -W 5 fd09::2 | grep -E 'bytes from|loss' | indented || good=''
ping -n -c 2 -i 0.2 -W 5 -M 'do' -s 1392 10.9.0.2 | grep -E 'bytes from|loss' | indented || good=''
in_peer wg show wg0 | grep -E 'endpoint|handshake|transfer' | indented

# rate TITLE OPTIONS...
rate() {
    local line server
    title "$1"
    exec {server}< <(exec nsenter --target "$peer_pid" --net --mount -- timeout 60 iperf3 --server --one-off --forceflush 2>&1)
    while IFS= read -r -t 10 -u "$server" line; do
        case $line in *listening*) break ;; esac
    done
    iperf3 --client 10.9.0.2 --time "$seconds" --forceflush "${@:2}" 2>&1 |
        grep --line-buffered -E 'sec .*bits/sec' | sed -u -E 's/^\[ *[0-9]+\] +//; s/ +$//; s/^/  /' || good=''
    exec {server}<&-
}
rate 'TCP from Windows to Linux'
rate 'TCP from Linux to Windows' --reverse
rate 'UDP from Windows to Linux, 50 Mbit/s' --udp --bitrate 50M --length 1300

title 'The end'
wine_host_end INT wireguard-go.exe >"$scratch/end" || good=''
[ -z "$(tun_devices)" ] || good=''
in_peer wg show wg0 | grep -E 'transfer' | indented
if [ -n "$good" ]; then
    printf '  %sThe tunnel carried everything, and no adapter is left.%s\n' "$green" "$plain"
else
    tail -n 10 "$said" "$scratch/end" >&2
    fail 'not all went well'
fi
