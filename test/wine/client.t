#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Windows programs in C under Wine, with the shipped library beside them and the shipped driver in the host inside their
# process: other styles than wireguard-go's, and warren.exe.
# shellcheck disable=SC2317 # checks are called by name
# shellcheck source=test/client/lib.sh
. "$(dirname "$0")/../client/lib.sh"
# shellcheck source=tools/wine.sh
. tools/wine.sh

for tool in wine wineserver tshark; do
    command -v "$tool" >/dev/null || skip_all "the program $tool is missing"
done
for file in warren-host.exe wintun.dll client.exe echo.exe warren.exe; do
    [ -e "$wine_folder/$file" ] || skip_all "$wine_folder/$file is not built"
done
if ! ip tuntap add dev probe0 mode tun 2>"$scratch/said" || ! ip link delete probe0; then
    skip_all "no TUN device can be made here: $(head -n 1 "$scratch/said")"
fi
also_cleanup() { wine_stop; }

export TMPDIR=$scratch/tmp
mkdir "$TMPDIR"
said=$scratch/program running=$scratch/running # what the one and the other say

# whole PROGRAM ARGUMENTS...: with the host, to its end; output in $said
whole() { timeout --kill-after=5 60 wine "$wine_folder/warren-host.exe" "$wine_folder/$1" "${@:2}" >"$said" 2>&1 </dev/null; }
end() { wine_host_end INT "$1" || { tail -n 5 "$running" && false; }; }
pings() {
    ping -n -i 0.01 -W 5 "$@" | tee "$scratch/ping"
    grep -q ' 0% packet loss' "$scratch/ping"
}
all_adapters() {
    local at
    for at in {0..7}; do pings -c 20 "10.7$at.0.2" || return 1; done
}
flood() {
    ping -n -q -f -c 5000 -s 1000 -W 5 10.70.0.9 | tee "$scratch/ping"
    grep -q ' 0% packet loss' "$scratch/ping"
}
rules() {
    whole client.exe rules
    local code=$?
    cat "$said"
    [ "$code" = 0 ] && grep -qx $'all right\r*' "$said"
}
nothing_stays() {
    equal 'TUN devices' '' "$(tun_devices)" && equal 'files of the driver store' '' "$(find "$TMPDIR" -path '*/warren-host-*')"
}
listed() { whole warren.exe adapter list && cat "$said" && grep -qE '^Threads +running' "$said"; }
# warren capture in a process of its own, while packets go through the adapter of the other.
captured() {
    local seen code
    timeout --kill-after=5 60 wine "$wine_folder/warren-host.exe" "$wine_folder/warren.exe" capture Threads \
        --write "Z:${scratch//\//\\}\\capture.pcapng" --count 200 >"$said" 2>&1 </dev/null &
    local capture=$!
    until grep -q '^Capturing' "$said"; do
        kill -0 "$capture" || { cat "$said" && return 1; }
        read -r -t 0.05 <> <(:)
    done
    ping -n -q -i 0.002 -c 100 -W 5 10.70.0.3 || return 1
    wait "$capture"
    code=$?
    cat "$said"
    [ "$code" = 0 ] || return 1
    seen=$(tshark -n -r "$scratch/capture.pcapng" -Y 'icmp.type == 0 && ip.src == 10.70.0.3' 2>"$scratch/none" | wc -l)
    equal 'replies in the file' 100 "$seen"
}
# The launcher is killed, and the program with it.
killed() {
    local pid
    pid=$(wine_pid client.exe)
    kill -KILL "$wine_host_pid"
    wait "$wine_host_pid" "$wine_host_reader"
    wine_host_pid=''
    timeout "$wine_patience" tail --sleep-interval=0.05 --pid="$pid" -f /dev/null || return 1
    equal 'TUN devices' '' "$(tun_devices)"
}
one_driver_store() { equal 'folders of driver stores' 1 "$(find "$TMPDIR" -maxdepth 1 -name 'warren-host-*' | wc -l)"; }
# A function raises an exception in the driver, which catches it, as on Windows.
raised() {
    WARREN_HOST_FAIL=$1 whole client.exe threads
    local code=$?
    cat "$said"
    [ "$code" = 1 ] && grep -q 'failed: WintunStartSession' "$said" && grep -q 'ready$' <(tr -d '\r' <"$said")
}
nothing_is_told() { equal 'files for others' '' "$(find "$WINEPREFIX/drive_c/windows/temp" -name 'warren-host-*')"; }
# Wine's own pings go through the adapter; it has none for IPv6 (error 120: the call is not implemented).
selftest() {
    whole warren.exe selftest --cycles 3 --packets 50000 --pings 20
    local code=$?
    cat "$said"
    equal 'exit code' 1 "$code" && equal 'failed stages' 1 "$(grep -c '^FAILED' "$said")" && equal 'passed stages' 9 "$(grep -c '^ok' "$said")" &&
        grep -q '^FAILED .*: 20 of 20 answered over IPv4, 0 of 20 over IPv6 (error 120)' "$said"
}
version() { whole warren.exe --version && grep -qE '^Library: +[0-9.]+' "$said"; }
help() { whole warren.exe --help && grep -q '^usage: warren' "$said"; }
mistake() { whole warren.exe adapter lst; equal 'exit code' 2 $?; }
no_program() { whole nobody.exe; equal 'exit code' 126 $? && grep -q 'cannot start the program' "$said"; }

check wine_makes_a_prefix wine_start "$scratch/prefix" || finish
check the_command_says_its_version version
check the_command_helps help
check mistakes_are_exit_code_2 mistake
check a_program_that_is_not_there_is_an_error no_program
check errors_are_as_documented_and_faults_are_the_programs_own rules
check nothing_is_left_of_it nothing_stays

check the_self_test_finds_all_well_but_what_wine_lacks selftest
check nothing_is_left_of_the_self_test nothing_stays

check an_exception_in_the_driver_is_caught_there raised MmProbeAndLockPages
check nothing_is_left_of_that nothing_stays

check a_program_with_a_thread_for_each_direction_starts wine_host "$running" '^ready' client.exe threads
check it_answers pings -c 50 10.70.0.2
check it_answers_a_flood flood
check another_program_sees_its_adapter listed
check warren_captures_it_and_tshark_reads_the_file captured
check it_ends_well end client.exe
check nobody_sees_it_any_more nothing_is_told
check nothing_is_left_of_it_either nothing_stays

check a_loop_over_eight_adapters_starts wine_host "$running" '^ready' client.exe loop 8
check there_are_eight_devices equal devices 8 "$(tun_devices | wc -l)"
check each_of_them_answers all_adapters
check they_end_well end client.exe
check nothing_is_left_of_them nothing_stays

check it_starts_once_more wine_host "$running" '^ready' client.exe loop 1
check it_does_not_outlive_the_launcher killed

check the_example_starts wine_host "$running" '^ready' echo.exe
check it_has_removed_what_the_killed_one_left one_driver_store
check it_answers_ipv4 pings -c 50 10.66.0.2
check it_answers_ipv6 pings -c 50 fd66::2
check it_ends_with_its_counts end echo.exe
check it_has_counted grep -qE 'icmp 50, icmpv6 50' "$running"

check the_commands_echo_starts wine_host "$running" 'is up' warren.exe echo
check it_answers_as_well pings -c 50 10.66.0.2
check it_ends end warren.exe
check nothing_is_left_at_the_end nothing_stays
finish
