#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# The host that was built for Windows, with no Linux object beside it: unmodified clients, whose adapter is bridged over UDP
# to socat, which has a TUN device in another network namespace. Wine is the Windows.
# shellcheck disable=SC2317 # checks are called by name
# shellcheck source=test/client/lib.sh
. "$(dirname "$0")/../client/lib.sh"
# shellcheck source=tools/wine.sh
. tools/wine.sh

for tool in wine wineserver socat nsenter wireguard-go wg; do
    command -v "$tool" >/dev/null || skip_all "the program $tool is missing"
done
for file in warren-host.exe warren-host.dll warren-host-windows.dll wintun.dll client.exe echo.exe warren.exe wireguard-go.exe pipe.exe; do
    [ -e "$wine_folder/$file" ] || skip_all "$wine_folder/$file is not built"
done
for file in windows/seh-test.exe win-x64/test/seh.sys; do
    [ -e "$O/$file" ] || skip_all "$O/$file is not built"
done
if ! ip tuntap add dev probe0 mode tun 2>"$scratch/said" || ! ip link delete probe0; then
    skip_all "no TUN device can be made here: $(head -n 1 "$scratch/said")"
fi
also_cleanup() {
    far_stop
    wine_stop
    wireguard_peer_stop
    peer_stop
}

# Only what a person would copy to a Windows machine.
windows=$scratch/windows
mkdir "$windows"
cp "$wine_folder"/{warren-host.exe,warren-host.dll,warren-host-windows.dll,wintun.dll,warren.dll,client.exe,echo.exe,warren.exe,wireguard-go.exe,pipe.exe} "$windows/"
images=("$windows"/warren-host-windows.dll "$windows"/warren-host.exe "$windows"/warren-host.dll)
wine_folder=$windows
said=$scratch/program running=$scratch/running # what the one and the other say
own=192.0.2.1:7001 far=192.0.2.2:7002

# --- the far end -----------------------------------------------------------------------------------------------------

# far_start IPV4 [IPV6]: a TUN device there, each packet of which is a datagram; without an address of IPv6, Linux sends
# nothing there that nobody has asked for
far_pid=''
far_start() {
    in_peer ip tuntap add dev far0 mode tun && in_peer ip link set far0 addrgenmode none mtu 1500 &&
        in_peer ip address add "$1" dev far0 || return 1
    if [ $# = 2 ]; then
        in_peer ip address add "$2" dev far0 nodad || return 1
    else
        in_peer sh -c 'echo 1 >/proc/sys/net/ipv6/conf/far0/disable_ipv6' || return 1
    fi
    nsenter --target "$peer_pid" --net --mount -- socat -d -d "UDP4-DATAGRAM:$own,bind=$far" TUN,tun-name=far0,iff-no-pi,iff-up \
        >"$scratch/socat" 2>&1 &
    far_pid=$!
    until grep -q 'starting data transfer' "$scratch/socat"; do
        kill -0 "$far_pid" 2>/dev/null || { cat "$scratch/socat" && return 1; }
        read -r -t 0.05 <> <(:)
    done
    return 0
}
far_stop() {
    [ -n "$far_pid" ] || return 0
    kill "$far_pid" 2>/dev/null
    wait "$far_pid" 2>/dev/null
    far_pid=''
    in_peer ip link delete far0 2>/dev/null
    return 0
}
# far_count tx|rx: what Linux has counted
far_count() {
    local field=2
    [ "$1" = rx ] || field=10
    in_peer cat /proc/self/net/dev | awk -v field=$field '{ sub(":", " ") } $1 == "far0" { print $(field + 1) }'
}
# A datagram to the bridge: datagram OPTION-OF-SOCAT, its contents on standard input
datagram() { in_peer socat -u - "UDP4-DATAGRAM:$own$1"; }

# --- the near end ----------------------------------------------------------------------------------------------------

# start PROGRAM ARGUMENTS...
start() { wine_host "$running" '^ready' "$@"; }
end() { wine_host_end INT "$1" || { tail -n 5 "$running" && false; }; }
# whole PROGRAM ARGUMENTS...: to its end; output in $said
whole() { timeout --kill-after=5 60 wine "$windows/warren-host.exe" "$windows/$1" "${@:2}" >"$said" 2>&1 </dev/null; }
# counted WORDS: the number that stands in front of them in the bridge's account
counted() { sed -n "s/^host: bridge: .*[ ]\([0-9]*\) $1.*/\1/p" <(tr -d '\r' <"$running"); }
sent() { sed -n 's/^host: bridge: \([0-9]*\) packets to the peer.*/\1/p' <(tr -d '\r' <"$running"); }
pings() {
    in_peer ping -n -i 0.01 -W 5 "$@" | tee "$scratch/ping"
    grep -q ' 0% packet loss' "$scratch/ping"
}
flood() { in_peer ping -n -q -f -c "$1" -s 1000 -W 5 "$2" | tee "$scratch/ping" && grep -q ' 0% packet loss' "$scratch/ping"; }
datagrams() { in_peer "$load" --json --count 20000 --size 1024 --window 32 --deadline 60 "$1" | tee "$scratch/load"; }
# Before it ends: what has gone through the far device, each way.
note_far() { far_sent=$(far_count tx) far_received=$(far_count rx) && [ "$far_sent" -gt 0 ]; }
all_counted() {
    equal 'from the peer' "$far_sent" "$(counted 'from it')" && answers_counted &&
        equal 'from elsewhere' 0 "$(counted 'from elsewhere')" && equal 'without room' 0 "$(counted 'without room')"
}
answers_counted() { equal 'to the peer' "$far_received" "$(sent)"; }
nothing_stays() {
    equal processes '' "$(wine_pid echo.exe)$(wine_pid client.exe)$(wine_pid wireguard-go.exe)$(wine_pid warren-host.exe)" &&
        equal 'files of the driver store' '' "$(find "$WINEPREFIX/drive_c" -name 'warren-host*')" &&
        equal 'sockets' '' "$(ss --no-header --udp --listening --numeric "sport = :${own#*:}")" && equal 'TUN devices' '' "$(tun_devices)"
}

# The launcher is killed, and the program with it, whose driver store the next one removes.
killed() {
    local pid
    pid=$(wine_pid client.exe)
    kill -KILL "$wine_host_pid"
    wait "$wine_host_pid" "$wine_host_reader"
    wine_host_pid=''
    timeout "$wine_patience" tail --sleep-interval=0.05 --pid="$pid" -f /dev/null || return 1
    equal 'folders of driver stores' 1 "$(find "$WINEPREFIX/drive_c" -name 'warren-host*' | wc -l)"
}

# --- what is refused -------------------------------------------------------------------------------------------------

# refused VALUE WORDS: of WARREN_HOST_BRIDGE
refused() {
    WARREN_HOST_BRIDGE=$1 whole echo.exe -t 1
    local code=$?
    cat "$said"
    equal 'exit code' 126 "$code" && grep -qF -- "$2" "$said"
}
strangers() { for _ in 1 2 3; do echo anything | datagram "" || return 1; done; }
# Not IP; too short; an IPv4 header that lies about its size; an empty datagram cannot be made of a pipe.
garbage() {
    echo 'no packet at all, but long enough for one' | datagram ",bind=$far" && printf 'E' | datagram ",bind=$far" &&
        printf 'E\0\0\100\0\0\0\0\100\001\0\0\012\102\0\001\012\102\0\002' | datagram ",bind=$far"
}
# A ping from the peer, which is gone before the answer comes, and so refuses that.
unheard() {
    local number
    for number in 1 2 3; do
        python3 -c 'import struct, sys
def with_sum(data, at):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return data[:at] + struct.pack(">H", total ^ 0xffff) + data[at + 2:]
ping = with_sum(struct.pack(">BBHHH", 8, 0, 0, 1, int(sys.argv[1])), 2)
header = with_sum(struct.pack(">BBHHHBBH4B4B", 0x45, 0, 28, 0, 0, 64, 1, 0, 10, 66, 0, 1, 10, 66, 0, 2), 10)
sys.stdout.buffer.write(header + ping)' "$number" | datagram ",bind=$far" || return 1
    done
}
too_large() { ! in_peer ping -n -c 4 -i 0.01 -W 1 -M 'do' -s 1400 10.66.0.2; }
fits() { in_peer ping -n -c 4 -i 0.01 -W 5 -M 'do' -s 1372 10.66.0.2; }
second_adapter() {
    whole client.exe loop 2
    local code=$?
    cat "$said"
    equal 'exit code' 1 "$code" && grep -q 'another adapter has the bridge already' "$said"
}
second_program() { refused "udp:$own,$far" 'somebody does; a bridge is for one adapter'; }
rules() {
    whole client.exe rules
    local code=$?
    cat "$said"
    [ "$code" = 0 ] && grep -qx $'all right\r*' "$said"
}
# A function raises an exception in the driver, which catches it, as on Windows.
raised() {
    WARREN_HOST_FAIL=MmProbeAndLockPages whole client.exe threads
    local code=$?
    cat "$said"
    [ "$code" = 1 ] && grep -q 'failed: WintunStartSession' "$said"
}
version() { whole warren.exe --version && grep -qE '^Library: +[0-9.]+' "$said"; }
no_host() {
    mv "$windows/warren-host-windows.dll" "$windows/away"
    refused "udp:$own,$far" 'cannot load warren-host-windows.dll'
    local code=$?
    mv "$windows/away" "$windows/warren-host-windows.dll"
    return $code
}

# --- the images ------------------------------------------------------------------------------------------------------

no_system_calls() {
    llvm-objdump-19 -d --no-show-raw-insn "$windows/warren-host-windows.dll" >"$scratch/code" && grep -q 'ret' "$scratch/code" &&
        ! grep -wE 'syscall|sysenter|int \$0x80' "$scratch/code" && ! grep -qaE 'wine_get|/dev/net' "$windows/warren-host-windows.dll"
}

# --- exceptions ------------------------------------------------------------------------------------------------------

exceptions() { timeout --kill-after=5 60 wine "$O/windows/seh-test.exe" "$O/win-x64/test/seh.sys" "$1" >"$said" 2>&1 </dev/null; }
caught() { exceptions "$1" && grep -qx $'all right\r*' "$said" || { cat "$said" && false; }; }
# dies CASE WORDS...
dies() {
    local words
    exceptions "$1" && { echo 'it lived' && return 1; }
    cat "$said"
    for words in "${@:2}"; do grep -qF -- "$words" "$said" || return 1; done
}

# --- WireGuard -------------------------------------------------------------------------------------------------------

wireguard() { wine_host "$running" 'UAPI listener started' wireguard-go.exe wg1 && wireguard_configure wg1; }
# Its adapter's other end is here, not in the peer, where Linux's wireguard-go is.
near_start() {
    ip tuntap add dev near0 mode tun && ip link set near0 addrgenmode none mtu 1420 && ip address add 10.9.0.1/24 dev near0 &&
        ip address add fd09::1/64 dev near0 nodad || return 1
    socat -d -d UDP4-DATAGRAM:127.0.0.1:7001,bind=127.0.0.1:7002 TUN,tun-name=near0,iff-no-pi,iff-up >"$scratch/socat" 2>&1 &
    near_pid=$!
    until grep -q 'starting data transfer' "$scratch/socat"; do
        kill -0 "$near_pid" 2>/dev/null || { cat "$scratch/socat" && return 1; }
        read -r -t 0.05 <> <(:)
    done
    return 0
}
near_stop() { kill "$near_pid" && { wait "$near_pid"; ip link delete near0; }; }
through() {
    ping -n -i 0.02 -W 5 "$@" | tee "$scratch/ping"
    grep -q ' 0% packet loss' "$scratch/ping"
}

check only_what_every_windows_10_has_is_imported tools/check-imports host/windows/imports.txt "${images[@]}"
check it_makes_no_system_calls_of_linux no_system_calls

ip link set lo up
check there_is_a_peer peer_start "$scratch" || finish
check wine_makes_a_prefix wine_start "$scratch/prefix" || finish

check a_driver_raises_and_catches caught raises
check its_blocks_run_when_frames_are_left caught unwinds
check its_faults_are_its_exceptions caught faults
check it_may_repair_and_go_on caught repairs
check a_bad_pointer_given_to_the_host_is_the_drivers_exception caught calls
check threads_raise_independently caught threads
check pages_are_seen_twice caught views
check an_exception_that_nobody_wants_ends_it dies unhandled 'unhandled-exception: 0xc0000001 at seh.sys+' '(SehWithoutHandler+'
check one_out_of_a_plain_function_ends_it dies uncaught raise-uncaught '(SehCall+'
check a_fault_of_the_hosts_ends_it dies host-fault 'fault-in-call: exception 0xc0000005' '(SehCall+'
check a_stack_overflow_is_named dies overflow 'stack-overflow' 'seh.sys+'

check without_a_bridge_it_says_so refused '' 'WARREN_HOST_BRIDGE is not set'
check a_bridge_is_of_udp refused 'tcp:1.2.3.4:5,1.2.3.4:6' 'not of the form udp:'
check a_bridge_has_a_peer refused "udp:$own" 'there is no peer'
check a_bridge_has_ports refused 'udp:127.0.0.1,127.0.0.1:1' 'its own end, 127.0.0.1, has no port'
check ports_are_numbers_that_exist refused 'udp:127.0.0.1:1,127.0.0.1:65536' "the peer's, 127.0.0.1:65536, has no port"
check a_bridge_has_addresses refused 'udp:localhost:1,127.0.0.1:1' 'its own end, localhost:1, has no address'
check brackets_are_closed refused 'udp:[::1:7001,[::1]:7002' 'its own end, [::1:7001, has no address'
check both_ends_are_of_one_kind refused 'udp:127.0.0.1:1,[::1]:1' 'one end is of IPv4'
check an_mtu_is_a_number refused "udp:$own,$far,mtu=99999" 'mtu=99999 is not'
check there_are_no_other_options refused "udp:$own,$far,speed=1" 'speed=1 is not'
check its_own_address_is_this_machines refused "udp:198.51.100.1:7001,$far" 'this is no address of this machine'

export WARREN_HOST_BRIDGE=udp:$own,$far
check without_the_host_it_says_so no_host
check the_command_says_its_version version
check errors_are_as_documented_and_faults_are_the_programs_own rules
check an_exception_in_the_driver_is_caught_there raised
check a_second_adapter_is_an_error second_adapter
check nothing_is_left_of_them nothing_stays

check the_example_starts start echo.exe
check there_is_a_far_end far_start 10.66.0.1/24 fd66::1/64
check it_answers_ipv4 pings -c 50 10.66.0.2
check it_answers_ipv6 pings -c 50 fd66::2
check it_answers_a_flood flood 5000 10.66.0.9
check datagrams_come_back_complete datagrams 10.66.0.9
check the_bridge_is_taken second_program
check linux_has_counted note_far
check it_ends_with_its_counts end echo.exe
check the_bridge_has_counted_its_answers answers_counted
check the_program_has_counted_them_too grep -qE 'icmp 5050, icmpv6 50, udp 20000' "$running"
check the_far_end_goes far_stop
check nothing_is_left_of_it nothing_stays

export WARREN_HOST_BRIDGE=udp:$own,$far,mtu=1400
check the_example_starts_again start echo.exe
check datagrams_from_elsewhere_are_sent strangers
check datagrams_that_are_no_packets_are_sent garbage
check pings_are_sent_by_nobody_who_waits unheard
check there_is_a_far_end_again far_start 10.66.0.1/24
check what_fits_the_mtu_is_answered fits
check what_does_not_is_not too_large
check it_ends end echo.exe
check those_from_elsewhere_were_refused equal 'from elsewhere' 3 "$(counted 'from elsewhere')"
check garbage_was_refused equal 'no packets' 3 "$(counted 'that are no packets')"
check large_ones_were_refused equal 'too large' 4 "$(counted 'larger than the MTU')"
check the_others_were_not equal 'answers' 7 "$(sent)"
check the_far_end_goes_again far_stop

export WARREN_HOST_BRIDGE=udp:$own,$far
check a_program_with_a_thread_for_each_direction_starts start client.exe threads
check there_is_a_far_end_for_it far_start 10.70.0.1/24
check it_answers pings -c 50 10.70.0.2
check it_answers_another_flood flood 5000 10.70.0.9
check linux_has_counted_that note_far
check it_ends_well end client.exe
check the_bridge_has_counted_that all_counted
check its_far_end_goes far_stop
check nothing_is_left_of_that nothing_stays

check one_more_starts start client.exe threads
check it_does_not_outlive_the_launcher killed
check another_starts_then start client.exe threads
check and_ends_well end client.exe
check nothing_is_left_of_either nothing_stays

export WARREN_HOST_BRIDGE=udp:127.0.0.1:7001,127.0.0.1:7002
check linux_has_wireguard wireguard_peer "$scratch"
check wireguard_starts_and_is_told_of_its_peer wireguard
check its_adapter_has_another_end near_start
check ipv4_goes_through_the_tunnel through -c 50 10.9.0.2
check ipv6_goes_through_the_tunnel through -c 50 fd09::2
check wireguard_ends_with_ctrl_c end wireguard-go.exe
check its_other_end_goes near_stop
check nothing_is_left_at_the_end nothing_stays
finish
