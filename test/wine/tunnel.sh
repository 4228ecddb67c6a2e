# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Traffic between this network namespace and the peer's (tools/wine.sh) through a tunnel whose other end is $far, and what
# must not be left of it. Sourced after test/client/lib.sh and tools/wine.sh.
# shellcheck shell=bash disable=SC2154 # what those give

pings() {
    ping -n -i 0.02 -W 5 "$@" | tee "$scratch/ping"
    grep -q ' 0% packet loss' "$scratch/ping"
}

# server OPTIONS...: one run of an iperf3 server in the peer; returns when it listens
server() {
    local line
    exec {server_out}< <(exec nsenter --target "$peer_pid" --net --mount -- timeout 60 iperf3 --server --one-off --forceflush 2>&1)
    while IFS= read -r -t 10 -u "$server_out" line; do
        case $line in *listening*) return 0 ;; esac
    done
    return 1
}

# received OPTIONS...: prints how many bytes the other side got
received() {
    server || return 1
    timeout 60 iperf3 --json --client "$far" "$@" >"$scratch/iperf"
    exec {server_out}<&-
    python3 -c 'import json, sys
end = json.load(open(sys.argv[1]))["end"]
print(int(end["sum_received" if "sum_received" in end else "sum"]["bytes"]))' "$scratch/iperf" || {
        cat "$scratch/iperf"
        return 1
    }
}
carries() {
    local size
    size=$(received "${@:2}") || { echo "$size" && return 1; }
    echo "$size bytes arrived"
    [ "$size" -ge "$1" ]
}

intact() {
    local line
    exec {server_out}< <(exec nsenter --target "$peer_pid" --net --mount -- python3 "$PWD/test/wine/transfer.py" serve "$1" 2>&1)
    IFS= read -r -t 10 -u "$server_out" line && [ "$line" = listening ] &&
        timeout 60 python3 test/wine/transfer.py "$1" 4000000 || return 1
    exec {server_out}<&-
}

no_devices() { equal 'TUN devices' '' "$(tun_devices)"; }
nothing_stays() {
    no_devices && equal 'files of the driver store' '' "$(find "$TMPDIR" -path '*/warren-host-*')" &&
        equal 'files of the library' '' "$(find "$WINEPREFIX/drive_c/windows" -iname '*warren*' -newer "$scratch/begin")"
}
