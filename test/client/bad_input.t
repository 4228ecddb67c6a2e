#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Whatever is wrong with what the host is given: one line that names the cause, the right exit code, never a crash.
# shellcheck disable=SC2317 # checks are called by name
# shellcheck source=test/client/lib.sh
. "$(dirname "$0")/lib.sh"

# run HOST-ARGUMENTS...: sets code; what was said is in scratch/out and scratch/err
run() {
    timeout --kill-after=5 60 "$host" --quiet "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    code=$?
}

# refused CODE PATTERN: the last run ended with it, having said one line that matches
refused() {
    local result=0
    equal 'exit code' "$1" "$code" || result=1
    equal 'lines' 1 "$(wc -l <"$scratch/err")" || result=1
    grep -qE -- "$2" "$scratch/err" || { echo "nothing about '$2'"; result=1; }
    [ "$result" = 0 ] || cat "$scratch/err"
    return "$result"
}

good_driver=(--driver "$driver") good_library=(--library "$library")
# Asking the program for nothing it knows ends it at once: what is tested has happened by then.
nothing=("$program" -x)

# --- files -----------------------------------------------------------------------------------------------------------

run "${good_driver[@]}" "${good_library[@]}" "${nothing[@]}"
check good_files_get_as_far_as_the_program refused 2 '^usage: echo'

truncations() {
    local size=$1 length result=0
    for length in 0 1 2 63 64 100 200 511 512 1000 1024 4096 $((size / 2)) $((size - 1)); do
        head -c "$length" "$driver" >"$scratch/warren.sys"
        run --driver "$scratch/warren.sys" "${good_library[@]}" "${nothing[@]}"
        refused 2 '^warren-host: warren\.sys: .*(truncated|not a PE image)' || { echo "at $length bytes"; result=1; }
    done
    return "$result"
}
check truncated_drivers_are_refused truncations "$(stat -c %s "$driver")"

# mutate OFFSET-EXPRESSION: writes scratch/warren.sys with bytes changed as the perl code says, and without a
# checksum, so that more than it stands in the way
mutate() {
    perl -0777 -e '
        my ($code, $from) = @ARGV;
        open my $in, "<:raw", $from or die; local $/; our $image = <$in>;
        our $pe = unpack("x60 V", $image); our $optional = $pe + 24;
        our $table = $optional + unpack("x" . ($pe + 20) . " v", $image); our $sections = unpack("x" . ($pe + 6) . " v", $image);
        sub directory { my $at = $optional + 112 + 8 * $_[0]; return unpack("x$at V V", $image) }
        sub file_at { my $rva = shift;
            for my $i (0 .. $sections - 1) {
                my ($size, $va, $stored, $at) = unpack("x" . ($table + 40 * $i + 8) . " V4", $image);
                return $at + $rva - $va if $rva >= $va && $rva < $va + $stored }
            die "no place for $rva" }
        sub put { my ($at, $format, @values) = @_; my $bytes = pack $format, @values;
            substr($image, $at, length $bytes) = $bytes }
        put($optional + 64, "V", 0);
        eval "$code; 1" or die $@;
        binmode STDOUT; print $image;' "$1" "$driver" >"$scratch/warren.sys"
}

# corrupt SENTENCE PATTERN CODE
corrupt() {
    mutate "$3" || { check "$1" false; return; }
    run --driver "$scratch/warren.sys" "${good_library[@]}" "${nothing[@]}"
    check "$1" refused 2 "^warren-host: warren\\.sys: .*$2"
}

corrupt no_signature 'no PE signature' 'put($pe, "V", 0)'
corrupt header_beyond_the_file 'outside the file' 'put(60, "V", 0xfffffff0)'
corrupt no_sections '0 sections' 'put($pe + 6, "v", 0)'
corrupt too_many_sections '65535 sections' 'put($pe + 6, "v", 65535)'
corrupt optional_header_too_small 'optional header' 'put($pe + 20, "v", 4)'
corrupt thirty_two_bits 'PE32' 'put($optional, "v", 0x10b)'
corrupt unaligned 'section alignment' 'put($optional + 32, "V", 3)'
corrupt huge_image 'image size' 'put($optional + 56, "V", 0xfffff000)'
corrupt entry_point_in_data 'entry point' 'put($optional + 16, "V", 0x10)'
corrupt section_beyond_the_file 'outside the file' 'put($table + 20, "V", 0x7fffff00)'
corrupt section_beyond_the_image 'outside the image' 'put($table + 12, "V", 0x7ffff000)'
corrupt section_over_another 'overlaps' 'put($table + 52, "V", 0x1000)'
corrupt section_writable_and_executable 'writable and executable' 'put($table + 36, "V", 0xe0000020)'
corrupt imports_outside 'import directory' 'put($optional + 120, "V", 0x7fff0000)'
corrupt unknown_import 'Zz' 'my ($at) = directory(1); $at = file_at(unpack("x" . file_at($at) . " V", $image));
    put(file_at(unpack("x$at V", $image)) + 2, "a2", "Zz")'
corrupt unknown_module 'qqq' 'my ($at) = directory(1); put(file_at(unpack("x" . (file_at($at) + 12) . " V", $image)), "a3", "qqq")'
corrupt import_names_outside '(import|corrupt)' 'my ($at) = directory(1); put(file_at($at) + 12, "V", 0x7fff0000)'
corrupt relocations_outside 'relocation directory' 'put($optional + 152, "V", 0x7fff0000)'
corrupt relocation_block_too_large 'relocation' 'my ($at) = directory(5); put(file_at($at) + 4, "V", 0xfffffff8)'
corrupt relocation_block_of_nothing 'relocation' 'my ($at) = directory(5); put(file_at($at) + 4, "V", 0)'
corrupt relocation_of_unknown_kind 'relocation' 'my ($at) = directory(5); put(file_at($at) + 8, "v", 0xf000)'
corrupt relocation_outside_the_image 'relocation' 'my ($at) = directory(5); put(file_at($at), "V", 0x7fff0000)'

# Damage without a plan, always the same: refused in one line, or loaded when it hit nothing that loading looks at.
sweep() {
    local seed mutants=${MUTANTS:-150} result=0 loaded=0
    for ((seed = 1; seed <= mutants; seed++)); do
        mutate "my \$x = $seed;
            my \$random = sub { \$x = (\$x * 1103515245 + 12345) & 0x7fffffff; return (\$x >> 8) % \$_[0] };
            my @where = ([\$pe, 24 + 240], [\$table, 40 * \$sections], map { my (\$at, \$size) = directory(\$_);
                \$size ? [file_at(\$at), \$size] : () } 1, 3, 5, 10, 2);
            my \$part = \$where[$seed % @where];
            put(\$part->[0] + \$random->(\$part->[1]), 'C', \$random->(256)) for 1 .. 1 + $seed % 3" || return 1
        run --driver "$scratch/warren.sys" "${good_library[@]}" "${nothing[@]}"
        refused 2 '^(warren-host: warren\.sys: |usage: echo)' || { echo "mutant $seed"; result=1; }
        ! grep -q '^usage' "$scratch/err" || loaded=$((loaded + 1))
    done
    # Else this would test nothing but one rule.
    [ $loaded -lt $((mutants * 2 / 3)) ] || { echo "$loaded of $mutants were loaded"; result=1; }
    return "$result"
}
check damaged_headers_imports_and_relocations_never_crash sweep

with_checksum() {
    local at result=0
    for at in 600 5000 9000 15000; do
        cp "$driver" "$scratch/warren.sys"
        printf '\xa5\x5a\xa5' | dd of="$scratch/warren.sys" bs=1 seek=$at conv=notrunc status=none
        run --driver "$scratch/warren.sys" "${good_library[@]}" "${nothing[@]}"
        refused 2 'checksum' || { echo "at $at"; result=1; }
    done
    return "$result"
}
check flipped_bytes_are_found_by_the_checksum with_checksum

other=$O/win-arm64/warren.sys
if [ -e "$other" ]; then
    run --driver "$other" "${good_library[@]}" "${nothing[@]}"
    check driver_of_another_machine refused 2 'warren\.sys: .*ARM64'
else
    skip driver_of_another_machine 'the ARM64 driver is not built'
fi
run --driver README.md "${good_library[@]}" "${nothing[@]}"
check driver_that_is_text refused 2 'README\.md: .*not a PE image'
run "${good_driver[@]}" --library README.md "${nothing[@]}"
check library_that_is_text refused 2 'README\.md: .*not a PE image'
run --driver "$scratch/absent.sys" "${good_library[@]}" "${nothing[@]}"
check driver_that_is_missing refused 2 'absent\.sys: No such file'
run "${good_driver[@]}" --library "$scratch/absent.dll" "${nothing[@]}"
check library_that_is_missing refused 2 'absent\.dll: No such file'
run --driver "$scratch" "${good_library[@]}" "${nothing[@]}"
check driver_that_is_a_folder refused 2 'is not a file'
run "${good_driver[@]}" --library "$driver" "${nothing[@]}"
check driver_given_as_the_library refused 2 'warren\.sys: .*not a library'
run --driver "$library" "${good_library[@]}" "${nothing[@]}"
check library_given_as_the_driver refused 2 'warren\.dll: .*not a driver'

# --- the command line ------------------------------------------------------------------------------------------------

run --nonsense "$program"
unknown_option() { equal 'exit code' 2 "$code" && grep -q "unrecognized option '--nonsense'" "$scratch/err"; }
check unknown_option_is_named unknown_option
run --stack cardboard "$program"
check unknown_stack_is_named refused 2 'cardboard'
run "${good_driver[@]}" "${good_library[@]}"
no_program() { equal 'exit code' 2 "$code" && grep -q 'program' "$scratch/err"; }
check no_program_at_all no_program
run "${good_driver[@]}" "${good_library[@]}" "$scratch/absent.so"
check program_that_is_missing refused 2 'absent\.so: No such file'
run "${good_driver[@]}" "${good_library[@]}" README.md
check program_that_is_text refused 2 'README\.md.*ELF'
libm=$(ldconfig -p | awk '/libm\.so\.6 .*x86-64/ { print $NF; exit }')
if [ -n "$libm" ]; then
    run "${good_driver[@]}" "${good_library[@]}" "$libm"
    check program_without_main refused 2 'libm.*main'
else
    skip program_without_main 'no library to take for one'
fi

# --- the surroundings ------------------------------------------------------------------------------------------------

mkdir "$scratch/empty"
# shellcheck disable=SC2016
without_device=(unshare --mount -- sh -c 'mount --bind "$1" /dev/net && shift && exec "$@"' sh "$scratch/empty")
if "${without_device[@]}" true 2>"$scratch/said"; then
    "${without_device[@]}" "$host" --quiet "${good_driver[@]}" "${good_library[@]}" "${nothing[@]}" >"$scratch/out" 2>"$scratch/err"
    code=$?
    check no_tun_device_in_the_system refused 2 '/dev/net/tun: No such file.*tun module'
else
    skip no_tun_device_in_the_system "no mount namespace: $(head -n 1 "$scratch/said")"
fi
unprivileged=(setpriv --bounding-set -net_admin --inh-caps -net_admin)
if "${unprivileged[@]}" true 2>"$scratch/said"; then
    "${unprivileged[@]}" "$host" --quiet "${good_driver[@]}" "${good_library[@]}" "${nothing[@]}" >"$scratch/out" 2>"$scratch/err"
    code=$?
    check no_privilege_for_tun_devices refused 2 '/dev/net/tun: Operation not permitted.*CAP_NET_ADMIN'
else
    skip no_privilege_for_tun_devices "setpriv: $(head -n 1 "$scratch/said")"
fi

# --- the program -----------------------------------------------------------------------------------------------------

run "${good_driver[@]}" "${good_library[@]}" "$program" -c 1048577
capacity() {
    equal 'exit code' 1 "$code" && grep -q 'power of two' "$scratch/err" && grep -q 'Windows error 87' "$scratch/err"
}
check capacity_that_is_no_power_of_two capacity
run "${good_driver[@]}" "${good_library[@]}" "$program" -c 65536
check capacity_that_is_too_small capacity
run "${good_driver[@]}" "${good_library[@]}" "$program" -l "$scratch/absent.dll"
absent_library() { equal 'exit code' 1 "$code" && grep -q 'absent\.dll' "$scratch/err"; }
check library_that_the_program_cannot_load absent_library

full_disk() {
    "$host" --quiet --summary --trace "${good_driver[@]}" "${good_library[@]}" "$program" -c 1048577 \
        >/dev/full 2>"$scratch/err" </dev/null
    equal 'exit code' 1 $?
}
check full_disk_keeps_the_programs_exit_code full_disk
full_disk_fails() {
    "$host" --quiet --list-exports >/dev/full 2>"$scratch/err" </dev/null
    [ $? -ne 0 ] || return 1
    "$host" --quiet --summary "${good_driver[@]}" "${good_library[@]}" "$program" -t 1 >/dev/full 2>"$scratch/err" </dev/null
    equal 'exit code' 1 $? && grep -q 'the output is lost: No space left on device' "$scratch/err"
}
check full_disk_is_no_success full_disk_fails
check no_device_is_left no_tun_devices

# A second one in the same network has a world of its own, so the name is free there; only Linux's is not.
check first_with_a_name host_start -n Same
first_pid=$host_pid first_out=$host_out
# shellcheck disable=SC2317
also_cleanup() {
    [ -z "$first_pid" ] || kill -KILL "$first_pid" 2>/dev/null
    [ -z "$demo_pid" ] || kill -KILL -- "-$demo_pid" 2>/dev/null
}
demo_pid=''
check second_with_the_same_name host_start -n Same
check both_have_a_device equal devices 2 "$(tun_devices | sort -u | wc -l)"
check second_ends host_end INT
check second_ended_well equal 'exit code' 0 "$host_code"
host_pid=$first_pid host_out=$first_out first_pid=''
check first_ends host_end INT
check first_ended_well equal 'exit code' 0 "$host_code"

# --- the demonstration -----------------------------------------------------------------------------------------------

# Processes of the demonstration are known by a variable in their environment.
mark=$scratch/demo
processes() { grep -lzsxF "WARREN_TEST_MARK=$mark" /proc/[0-9]*/environ | cut -d/ -f3; }

interrupted() {
    local line code found=''
    mkfifo "$scratch/demo.pipe" || return 1
    # A session, and so a process group, of its own: as in a terminal, all of it gets the signal. Perl sets SIGINT back
    # to what a terminal's programs have; the shell ignores it for those behind it.
    WARREN_TEST_MARK=$mark TMPDIR=$scratch setsid perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' tools/demo.sh \
        >"$scratch/demo.pipe" 2>&1 </dev/null &
    demo_pid=$!
    exec {pipe}<"$scratch/demo.pipe"
    while IFS= read -r -t 30 -u "$pipe" line; do
        case $line in *'UDP echo with 10.66.0.2'*)
            found=1
            break
            ;;
        esac
    done
    [ -n "$found" ] || { echo 'the demonstration did not get as far as its bulk run'; return 1; }
    kill -INT -- "-$demo_pid"
    # The pipe ends when nobody of them is left.
    timeout 30 cat <&"$pipe" || { echo 'somebody still holds the output'; return 1; }
    exec {pipe}<&-
    wait "$demo_pid"
    code=$?
    demo_pid=''
    equal 'exit code' 130 "$code" && equal 'processes' '' "$(processes)" && no_tun_devices &&
        equal 'temporary folders' '' "$(find "$scratch" -mindepth 1 -maxdepth 1 -name 'tmp.*')"
}
namespaces() { lsns --noheadings --type net --output NS | sort; }
before=$(namespaces)
check interrupted_demonstration_leaves_nothing interrupted
check interrupted_demonstration_leaves_no_namespace equal namespaces "$before" "$(namespaces)"

# An ordinary user has the same in a user namespace; root among the tests becomes one. It gets a
# device file of its own, as some systems keep theirs from users.
user=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps -all --bounding-set -all)
# with_device MODE COMMAND...
with_device() {
    # shellcheck disable=SC2016
    unshare --mount -- sh -c 'mount -t tmpfs none /dev/net && mknod /dev/net/tun c 10 200 && chmod "$1" /dev/net/tun &&
        shift && cd / && exec "$@"' sh "$@"
}
ordinary() {
    COUNT=20000 WARREN_DEMO_NAMESPACE='' TMPDIR='' with_device 0666 "${user[@]}" "$demo" >"$scratch/demo.out" 2>&1 </dev/null
    equal 'exit code' 0 $? && grep -q 'Nothing was lost' "$scratch/demo.out" && return
    cat "$scratch/demo.out"
    return 1
}
forbidden() {
    with_device 0600 "${user[@]}" "$host" --quiet "${good_driver[@]}" "${good_library[@]}" "${nothing[@]}" \
        >"$scratch/out" 2>"$scratch/err" </dev/null
    code=$?
    refused 2 '/dev/net/tun: Permission denied; the device file is not for this user'
}
demo=$PWD/tools/demo.sh why=''
if ! with_device 0666 "${user[@]}" true 2>"$scratch/said"; then
    why="cannot become another user with a device file: $(head -n 1 "$scratch/said")"
elif ! with_device 0666 "${user[@]}" sh -c ': <>/dev/net/tun' 2>"$scratch/said"; then
    why="another user cannot open a device file: $(head -n 1 "$scratch/said")"
elif ! "${user[@]}" test -x "$demo" -a -x "$host" -a -r "$driver"; then
    why='another user cannot read the build'
fi
if [ -n "$why" ]; then
    skip device_file_for_root_only "$why"
else
    check device_file_for_root_only forbidden
fi
if [ -z "$why" ] && ! "${user[@]}" unshare --user --map-root-user --net true 2>"$scratch/said"; then
    why="no user namespaces for ordinary users: $(head -n 1 "$scratch/said")"
fi
if [ -n "$why" ]; then
    skip demonstration_works_for_an_ordinary_user "$why"
else
    check demonstration_works_for_an_ordinary_user ordinary
fi
check no_device_is_left_in_the_end no_tun_devices
finish
