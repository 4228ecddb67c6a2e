# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Windows programs under Wine, and a WireGuard peer on Linux: what the tests in test/wine and the demo share. Sourced by
# bash, in a network namespace that is the caller's own; O is the build folder. Who sources this calls wine_stop and
# peer_stop at the end.
# shellcheck shell=bash

wine_folder=$O/wine
# What this waits for is always told; the limits only say when to give up.
wine_patience=30

# wine_start FOLDER: a prefix there, with its server, until wine_stop
wine_start() {
    export WINEPREFIX=$1 WINEARCH=win64 WINEDEBUG=-all
    export WINEDLLOVERRIDES='mscoree=;mshtml=;winemenubuilder.exe=d;winedbg.exe=d'
    unset DISPLAY WAYLAND_DISPLAY
    local attempt
    # Once in a hundred times or so Wine 8 does not find its own kernel32.dll in a prefix that it is making.
    for attempt in 1 2; do
        mkdir -p "$1"
        # Not through a pipe: services inherit it, and it would stay open.
        { timeout 30 wineserver --persistent && timeout 120 wine wineboot --init &&
            timeout 30 wine "$wine_folder/pipe.exe" --link; } </dev/null >"$1.log" 2>&1 && return 0
        echo "Wine could not make a prefix, attempt $attempt:"
        cat "$1.log"
        wine_stop
        rm -rf "$1"
    done
    return 1
}

wine_stop() {
    [ -n "${WINEPREFIX:-}" ] || return 0
    timeout 30 wineserver --kill 2>/dev/null
    timeout 30 wineserver --wait 2>/dev/null
    return 0
}

# wine_run PROGRAM ARGUMENTS...: without the host
wine_run() { timeout "$wine_patience" wine "$wine_folder/$1" "${@:2}"; }

# wine_host OUTPUT PATTERN PROGRAM ARGUMENTS...: starts the program with the host in it, and returns when a line of what it
# says matches, or it has ended without (then this fails). wine_host_pid is the launcher's.
wine_host() {
    local output=$1 pattern=$2 line pipe
    shift 2
    pipe=$(mktemp -u "$output.XXXXXX")
    mkfifo "$pipe" || return 1
    : >"$output"
    wine "$wine_folder/warren-host.exe" "$wine_folder/$1" "${@:2}" >"$pipe" 2>&1 </dev/null &
    wine_host_pid=$!
    exec {wine_host_out}<"$pipe"
    rm -f "$pipe"
    while IFS= read -r -t "$wine_patience" -u "$wine_host_out" line; do
        line=${line%$'\r'}
        printf '%s\n' "$line" >>"$output"
        [[ $line =~ $pattern ]] || continue
        # The rest is for whoever looks later.
        cat <&"$wine_host_out" >>"$output" &
        wine_host_reader=$!
        exec {wine_host_out}<&-
        return 0
    done
    exec {wine_host_out}<&-
    cat "$output"
    return 1
}

# wine_pid NAME: the process of a Windows program in this network namespace
wine_pid() {
    local process here name=${1:0:15}
    here=$(readlink /proc/self/ns/net)
    for process in /proc/[0-9]*; do
        [ "$(cat "$process/comm" 2>/dev/null)" = "$name" ] || continue
        [ "$(readlink "$process/ns/net" 2>/dev/null)" = "$here" ] || continue
        basename "$process"
    done
}

# wine_host_end SIGNAL NAME: sends it to the program, and waits; the status is the program's
wine_host_end() {
    local pid code
    pid=$(wine_pid "$2")
    [ -n "$pid" ] || {
        echo "$2 does not run any more"
        return 1
    }
    # shellcheck disable=SC2086 # may be several
    kill "-$1" $pid
    timeout "$wine_patience" tail --sleep-interval=0.05 --pid="$wine_host_pid" -f /dev/null || {
        echo "$2 does not end"
        return 1
    }
    wait "$wine_host_pid"
    code=$?
    wait "$wine_host_reader"
    wine_host_pid=''
    return $code
}

# --- the peer --------------------------------------------------------------------------------------------------------

# peer_start FOLDER: another network namespace, joined to this one: 192.0.2.1 here, 192.0.2.2 there. Not where these are
# somebody's already, as in the machine's own namespace: that one's network would suffer, and the peer would not be reached.
peer_start() {
    local taken
    taken=$(ip -oneline -4 address show to 192.0.2.0/24) || return 1
    [ -z "$taken" ] || {
        echo "192.0.2.0/24 is in use in this network namespace: run this in one of its own (./run test does, or unshare --net)"
        return 1
    }
    unshare --net --mount -- sh -c 'mount -t tmpfs none /run && mkdir /run/wireguard && ip link set lo up && echo up && exec sleep infinity' \
        >"$1/peer.up" 2>"$1/peer.err" &
    peer_pid=$!
    until [ -s "$1/peer.up" ]; do
        kill -0 "$peer_pid" 2>/dev/null || {
            cat "$1/peer.err"
            return 1
        }
        read -r -t 0.05 <> <(:)
    done
    ip link add here type veth peer name there netns "$peer_pid" || return 1
    ip address add 192.0.2.1/24 dev here && ip link set here up
    in_peer ip address add 192.0.2.2/24 dev there && in_peer ip link set there up
}

in_peer() { nsenter --target "$peer_pid" --net --mount -- "$@"; }

peer_stop() {
    [ -n "${peer_pid:-}" ] || return 0
    kill "$peer_pid" 2>/dev/null
    wait "$peer_pid" 2>/dev/null
    peer_pid=''
}

# --- WireGuard -------------------------------------------------------------------------------------------------------

hex_of() { base64 -d <<<"$1" | od -An -v -tx1 | tr -d ' \n'; }

# wireguard_peer FOLDER: Linux's wireguard-go there, as 10.9.0.2 and fd09::2
wireguard_peer() {
    local own
    own=$(wg genkey) peer_key=$(wg genkey)
    peer_public=$(wg pubkey <<<"$peer_key") own_key=$own own_public=$(wg pubkey <<<"$own")
    printf '%s\n' "$peer_key" >"$1/peer.key"
    nsenter --target "$peer_pid" --net --mount -- env LOG_LEVEL=error wireguard-go --foreground wg0 >"$1/wireguard.log" 2>&1 &
    wireguard_pid=$!
    until [ -S "/proc/$peer_pid/root/run/wireguard/wg0.sock" ]; do
        kill -0 "$wireguard_pid" 2>/dev/null || {
            cat "$1/wireguard.log"
            return 1
        }
        read -r -t 0.05 <> <(:)
    done
    in_peer wg set wg0 private-key "$1/peer.key" listen-port 51820 peer "$own_public" allowed-ips 10.9.0.1/32,fd09::1/128 &&
        in_peer ip address add 10.9.0.2/24 dev wg0 && in_peer ip address add fd09::2/64 dev wg0 nodad &&
        in_peer ip link set wg0 mtu 1420 up
}

wireguard_peer_stop() {
    [ -n "${wireguard_pid:-}" ] || return 0
    kill "$wireguard_pid" 2>/dev/null
    wait "$wireguard_pid" 2>/dev/null
    wireguard_pid=''
}

# wireguard_configure NAME: tells wireguard-go.exe its key and its peer, by the pipe that it listens on
wireguard_configure() {
    wine_run pipe.exe "\\\\.\\pipe\\ProtectedPrefix\\Administrators\\WireGuard\\$1" <<EOF
set=1
private_key=$(hex_of "$own_key")
listen_port=51821
replace_peers=true
public_key=$(hex_of "$peer_public")
endpoint=192.0.2.2:51820
allowed_ip=10.9.0.2/32
allowed_ip=fd09::2/128

EOF
}

# The names of all TUN devices of this namespace.
tun_devices() { ip -details -oneline link show | awk '/ tun type tun / || /tun type tun/ { sub(":", "", $2); print $2 }'; }

# wireguard_addresses: what on Windows a configuration tool would do: 10.9.0.1 and fd09::1, with WireGuard's usual MTU
wireguard_addresses() {
    local device
    device=$(tun_devices)
    ip address add 10.9.0.1/24 dev "$device" && ip address add fd09::1/64 dev "$device" nodad &&
        ip link set "$device" mtu 1420 up
}
