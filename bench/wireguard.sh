#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# iperf3 through a WireGuard tunnel whose near end is wireguard-go.exe, unmodified, under Wine with the shipped library and
# driver; in turns with Linux's wireguard-go over Linux's own TUN device. The far end is Linux's in both. Prints lines of
# comma-separated values for bench/report.py: wireguard, near end, direction, round, bits per second, processor seconds of
# the near end.
#
#   bench/wireguard.sh [ROUNDS [SECONDS]]      in a network namespace of the caller's own, as root there
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 2
export O=${O:-build}
O=$(realpath "$O")
rounds=${1:-3} seconds=${2:-3}
# shellcheck source=tools/wine.sh
. tools/wine.sh
scratch=$(mktemp -d)
near=''
# shellcheck disable=SC2317 # called by the trap
cleanup() {
    trap - EXIT INT TERM
    [ -z "$near" ] || kill "$near" 2>/dev/null
    wine_stop
    wireguard_peer_stop
    peer_stop
    rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
fail() {
    echo "wireguard.sh: $1" >&2
    exit 1
}

windows_start() {
    { wine_host "$scratch/said" 'UAPI listener started' wireguard-go.exe wg1 >&2 && wireguard_configure wg1 >/dev/null; } ||
        fail "wireguard-go.exe does not come up"
    wireguard_addresses || fail "its adapter cannot be set up"
    near=$(wine_pid wireguard-go.exe)
}
windows_stop() {
    near=''
    wine_host_end INT wireguard-go.exe >&2 || true
}

linux_start() {
    printf '%s\n' "$own_key" >"$scratch/own.key"
    LOG_LEVEL=error WG_PROCESS_FOREGROUND=1 wireguard-go --foreground wg1 >"$scratch/linux.log" 2>&1 &
    near=$!
    until [ -S /run/wireguard/wg1.sock ]; do
        kill -0 "$near" 2>/dev/null || fail "wireguard-go does not come up: $(cat "$scratch/linux.log")"
        read -r -t 0.05 <> <(:)
    done
    wg set wg1 private-key "$scratch/own.key" listen-port 51821 peer "$peer_public" endpoint 192.0.2.2:51820 \
        allowed-ips 10.9.0.2/32,fd09::2/128 || fail "wireguard-go cannot be set up"
    wireguard_addresses || fail "its device cannot be set up"
}
linux_stop() {
    kill "$near"
    wait "$near" 2>/dev/null
    near=''
}

ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$near/stat"; }

# run WHO DIRECTION ROUND IPERF...
run() {
    local who=$1 direction=$2 round=$3 line before rate
    shift 3
    exec {server_out}< <(exec nsenter --target "$peer_pid" --net --mount -- timeout 60 iperf3 --server --one-off --forceflush 2>&1)
    while IFS= read -r -t 10 -u "$server_out" line; do [[ $line != *listening* ]] || break; done
    before=$(ticks)
    timeout 60 iperf3 --json --client 10.9.0.2 --time "$seconds" "$@" >"$scratch/iperf" || fail "iperf3: $(tail -n 3 "$scratch/iperf")"
    exec {server_out}<&-
    rate=$(python3 -c 'import json, sys; print(int(json.load(open(sys.argv[1]))["end"]["sum_received"]["bits_per_second"]))' "$scratch/iperf")
    printf 'wireguard,%s,%s,%s,%s,%s\n' "$who" "$direction" "$round" "$rate" \
        "$(awk -v t=$(($(ticks) - before)) -v per="$(getconf CLK_TCK)" 'BEGIN { printf "%.2f", t / per }')"
}

mkdir -p /run/wireguard
wine_start "$scratch/prefix" >&2 || fail "Wine does not start"
{ peer_start "$scratch" && wireguard_peer "$scratch"; } >&2 || fail "the far end does not come up"
for round in $(seq 0 $((rounds - 1))); do
    for who in windows linux; do
        "${who}_start"
        run $who there "$round"
        run $who back "$round" --reverse
        "${who}_stop"
    done
done
