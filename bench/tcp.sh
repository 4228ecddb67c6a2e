#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# iperf3 between two network namespaces, through two adapters that a program joins: examples/forward.c over the shipped
# driver and library, in turns with the same over two of Linux's own TUN devices (bench/tool/forward_tun.c). Prints lines
# of comma-separated values, for bench/report.py: tcp, what joins, direction, round, bits per second, processor seconds of
# what joins, retransmissions or lost datagrams.
#
#   bench/tcp.sh [ROUNDS [SECONDS [MTU]]]      as root, or inside a user namespace
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 2
O=${O:-build} rounds=${1:-3} seconds=${2:-3} mtu=${3:-1420}
scratch=$(mktemp -d) pid='' server=''
# shellcheck disable=SC2317 # called by the trap
cleanup() {
    trap - EXIT INT TERM
    [ -z "$server" ] || kill "$server" 2>/dev/null
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
    for side in left right; do [ ! -e "$scratch/$side.pid" ] || kill "$(cat "$scratch/$side.pid")" 2>/dev/null; done
    rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fail() {
    echo "tcp.sh: $1" >&2
    sed 's/^/  /' "$scratch"/err* >&2 2>/dev/null
    exit 1
}

# A namespace lives as long as a process in it.
for side in left right; do
    unshare --net sh -c "ip link set lo up; echo \$\$ >'$scratch/$side.pid'; exec sleep 3600" &
done
for side in left right; do
    until [ -s "$scratch/$side.pid" ]; do read -r -t 0.01 <> <(:) || true; done
done
inside() {
    local side=$1
    shift
    nsenter --net --target "$(cat "$scratch/$side.pid")" "$@"
}

links() { ip -oneline link show | sed -nE 's/^[0-9]+: ([^:@]+).*/\1/p' | grep -vx lo | sort; }

# start COMMAND...: what joins; its two devices go into the two namespaces
start() {
    local before after side=left device
    before=$(links)
    mkfifo "$scratch/in" "$scratch/out"
    "$@" <"$scratch/in" >"$scratch/out" 2>"$scratch/err" &
    pid=$!
    exec {in}>"$scratch/in" {out}<"$scratch/out"
    rm "$scratch/in" "$scratch/out"
    while IFS= read -r -t 20 -u "$out" line; do [[ $line != ready:* ]] || break; done
    [[ ${line:-} == ready:* ]] || fail "$1 did not come up"
    after=$(comm -13 <(echo "$before") <(links))
    [ "$(wc -l <<<"$after")" = 2 ] || fail "$1 has not made two devices: $after"
    for device in $after; do
        ip link set "$device" netns "$(cat "$scratch/$side.pid")" || fail "$device cannot be moved"
        inside $side ip link set "$device" mtu "$mtu" txqueuelen 2000 up
        inside $side ip addr add "10.99.0.$([ $side = left ] && echo 1 || echo 2)/24" dev "$device"
        side=right
    done
}

stop() {
    exec {in}>&-
    kill -INT "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    exec {out}<&-
    pid=''
}

cpu_ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$pid/stat"; }

# run WHO DIRECTION ROUND IPERF...
run() {
    local who=$1 direction=$2 round=$3 before
    shift 3
    inside right iperf3 --server --one-off --json >"$scratch/server.json" 2>"$scratch/err.server" &
    server=$!
    for _ in $(seq 200); do
        inside right ss -Hltn 'sport = :5201' | grep -q . && break
        read -r -t 0.02 <> <(:) || true
    done
    before=$(cpu_ticks)
    inside left iperf3 --client 10.99.0.2 --time "$seconds" --json "$@" >"$scratch/client.json" || fail "iperf3: $(tail -n 3 "$scratch/client.json")"
    local ticks=$(($(cpu_ticks) - before))
    wait "$server"
    server=''
    python3 - "$scratch/client.json" "$who" "$direction" "$round" "$ticks" "$(getconf CLK_TCK)" <<'PY'
import json, sys
path, who, direction, turn, ticks, per_second = sys.argv[1:]
end = json.load(open(path))["end"]
total = end.get("sum_received") or end["sum"]
if "jitter_ms" in end.get("sum", {}):
    total = end["sum"]
    rate = total["bits_per_second"] * (1 - total["lost_percent"] / 100)
    lost = total["lost_packets"] / max(1, total["packets"])
else:
    rate, lost = total["bits_per_second"], end["sum_sent"].get("retransmits", 0)
    rate += end.get("sum_received_bidir_reverse", {}).get("bits_per_second", 0)
print(f"tcp,{who},{direction},{turn},{rate:.0f},{int(ticks) / int(per_second):.2f},{lost:.4f}", flush=True)
PY
}

warren() {
    start "$O/host/warren-host" --no-verify --quiet --driver "$O/win-x64/warren.sys" --library "$O/win-x64/warren.dll" \
        --stack tun "$O/host/examples/forward.so"
}
tun() { start "$O/host/forward_tun" cable0 cable1; }

for round in $(seq 0 $((rounds - 1))); do
    for who in warren tun; do
        $who
        run $who there "$round"
        run $who back "$round" --reverse
        run $who both "$round" --bidir
        run $who udp "$round" --udp --bitrate 0 --length $((mtu - 28))
        stop
    done
done
