#!/usr/bin/env perl
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Runs what ./run test has built through perl's TAP harness (the one behind prove) and ends with a line that counts.
# An argument selects tests by name. What a program says on its standard error goes to O/log/, and to the screen when it
# failed.
use strict;
use warnings;
use File::Path qw(make_path);
use TAP::Harness;

my $filter = shift // '';
my $out = $ENV{O} // 'build';
my $log = "$out/log";
make_path($log);
$| = 1;

# Tests poke guard pages and turn faults into exceptions, so the sanitizers must leave SIGSEGV alone.
$ENV{ASAN_OPTIONS} //= 'detect_leaks=1:handle_segv=0:allow_user_segv_handler=1:detect_stack_use_after_return=0';
$ENV{UBSAN_OPTIONS} //= 'print_stacktrace=1:halt_on_error=1';
$ENV{TSAN_OPTIONS} //= 'halt_on_error=1:second_deadlock_stack=1:handle_segv=0:atexit_sleep_ms=0';

my (@names, %command);

# The one file that a pattern stands for.
sub one { return (glob $_[0])[0] // $_[0] }

sub has_tests {
    my ($at) = grep { $_[$_] =~ /_test$/ } 0 .. $#_;
    open my $list, '-|', @_[0 .. $at], '-l', @_[$at + 1 .. $#_] or return 0;
    my @tests = <$list>;
    return scalar @tests;
}

sub add {
    my ($name, @command) = @_;
    push @names, $name;
    $command{$name} = \@command;
}

my $second = "$out/second/win-x64/second.dll";

# The programs with Check tests, in each flavour: the shipped images first, then native builds of the same sources.
for (['host', "$out/win-x64/*.sys", "$out/win-x64/*.dll", 60], ['asan', "$out/asan/*.sys.so", "$out/asan/*.dll.so", 240],
     ['tsan', "$out/tsan/*.sys.so", "$out/tsan/*.dll.so", 240]) {
    my ($flavour, $driver, $library, $limit) = ($_->[0], one($_->[1]), one($_->[2]), $_->[3]);
    for my $kind (qw(unit driver api cli)) {
        my $program = "$out/$flavour/${kind}_test";
        my $name = "$flavour/$kind";
        next unless -x $program;
        my @select = index($name, $filter) >= 0 ? () : ('-f', $filter);
        next if @select && !has_tests($program, @select);
        add($name, 'env', "WARREN_DRIVER=$driver", "WARREN_LIBRARY=$library", "WARREN_SECOND=$second",
            'WARREN_TEST_TIMEOUT=' . ($ENV{WARREN_TEST_TIMEOUT} // $limit), $program, @select);
    }
}
# Driver and library for ARM64 in a host for ARM64, which qemu runs.
for my $kind (qw(driver api)) {
    my ($program, $name) = ("$out/arm64/${kind}_test", "arm64/$kind");
    my @qemu = ('qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu');
    my @select = index($name, $filter) >= 0 ? () : ('-f', $filter);
    if (-x $program && (!@select || has_tests(@qemu, $program, @select))) {
        add($name, 'env', 'WARREN_DRIVER=' . one("$out/win-arm64/*.sys"), 'WARREN_LIBRARY=' . one("$out/win-arm64/*.dll"),
            "WARREN_SECOND=$out/second/win-arm64/second.dll", 'WARREN_TEST_TIMEOUT=' . ($ENV{WARREN_TEST_TIMEOUT} // 240), @qemu, $program, @select);
    }
}
# The same under many schedules, and with every failure in turn: the shipped images.
{
    my @environment = ('env', "WARREN_SECOND=$second", 'WARREN_DRIVER=' . one("$out/win-x64/*.sys"), 'WARREN_LIBRARY=' . one("$out/win-x64/*.dll"),
        'WARREN_TEST_TIMEOUT=' . ($ENV{WARREN_TEST_TIMEOUT} // 60));
    my @jobs = ('-j', $ENV{JOBS} // `nproc` + 0);
    my $seeds = $ENV{WARREN_SEEDS} // 2000;
    my $some = int($seeds / 100) || 1;
    for (['schedules/races', 'driver', '-s', "1:$seeds", '-f', 'schedule/'],
         ['schedules/driver', 'driver', '-s', "1:$some"], ['schedules/api', 'api', '-s', "1:$some"],
         ['faults/api', 'api', '-x', '-f', 'life/']) {
        my ($name, $kind, @arguments) = @$_;
        next if index($name, $filter) < 0 || !-x "$out/host/${kind}_test";
        add($name, @environment, "$out/host/${kind}_test", @arguments, $arguments[0] eq '-s' ? @jobs : ());
    }
}
add($_, 'bash', $_)
  for grep { index($_, $filter) >= 0 } glob('test/client/*.t test/tools/*.t test/package/*.t test/wine/*.t');
if (!@names) {
    print "no test has '$filter' in its name\n0 passed, 0 failed\n";
    exit 1;
}

sub log_of { return "$log/" . ($_[0] =~ tr{/}{-}r) . '.log' }

my $harness = TAP::Harness->new({
    merge => 0,
    timer => 1,
    failures => 1,
    comments => 1, # which only failures make
    color => -t STDOUT ? 1 : 0,
    # Nothing may hang for ever; a single test has a limit of its own, far below this.
    exec => sub {
        my (undef, $name) = @_;
        return ['timeout', '--kill-after=10', '1800', 'sh', '-c', 'log=$1; shift; exec "$@" 2>"$log" </dev/null', 'sh',
                log_of($name), @{$command{$name}}];
    },
});
my $aggregate = $harness->runtests(map { [$_, $_] } @names);

my ($passed, $failed, $skipped) = (0, 0, 0);
for my $parser ($aggregate->parsers(@names)) {
    my $skip = $parser->skip_all ? 1 : scalar $parser->skipped;
    my $bad = $parser->failed;
    # One that ended badly, or short of its plan, has failed even if no test of it says so.
    $bad = 1 if !$bad && $parser->has_problems;
    $skipped += $skip;
    $failed += $bad;
    $passed += $parser->passed - ($parser->skip_all ? 0 : $skip);
}
for my $name (@names) {
    my ($parser) = $aggregate->parsers($name);
    next unless $parser->has_problems && -s log_of($name);
    print "\n--- ", log_of($name), "\n";
    system('tail', '-n', '60', log_of($name));
}
print "\n$passed passed, $failed failed", $skipped ? ", $skipped skipped" : '', "\n";
exit($failed || !$passed ? 1 : 0);
