#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""Instructions of the shipped driver and library per packet of 1420 bytes, on each path, as callgrind counts them; compared
with those in bench/instructions.txt. The same binaries give the same counts, on any machine, whatever else it does.

  bench/instructions.py           TAP: fails where there are more than 3 % more
  bench/instructions.py --update  writes them down"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
KNOWN = os.path.join(HERE, "instructions.txt")
BUILD = os.path.abspath(os.environ.get("O", os.path.join(HERE, "..", "build")))
CASES = [(path, bundle) for path in ("to-client", "to-stack") for bundle in (1, 64)]
GROWTH = 0.03
# What callgrind calls code that comes from no ELF file: the PEs.
PE = "???"


def count(lines):
    """Instructions in PEs."""
    names, current, after_call, total = {}, None, False, 0
    for line in lines:
        match = re.match(r"ob=\((\d+)\)(?: (.*))?$", line)
        named = re.match(r"cob=\((\d+)\) (.*)$", line)
        if named:
            names[named[1]] = named[2]
        elif match:
            if match[2] is not None:
                names[match[1]] = match[2]
            current = names[match[1]]
        elif line.startswith("calls="):
            after_call = True  # the next line's cost is the callee's
        elif re.match(r"[-+*0-9]", line):
            if not after_call and current == PE:
                total += int(line.split()[1])
            after_call = False
    return total


def measure(path, bundle):
    with tempfile.TemporaryDirectory() as folder:
        # Older valgrinds do not understand newer debug information.
        subprocess.run([shutil.which("llvm-objcopy-19") or "objcopy", "--strip-debug", f"{BUILD}/host/bench", f"{folder}/bench"],
                       check=True)
        said = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", f"{folder}/bench", "--driver",
             f"{BUILD}/win-x64/warren.sys", "--library", f"{BUILD}/win-x64/warren.dll", "--null",
             f"{BUILD}/win-x64/bench/null.sys", "--mover", path, "--bundle", str(bundle), "instructions"],
            capture_output=True, text=True, check=False)
        match = re.search(r"^instructions,.*,(\d+)$", said.stdout, re.M)
        if said.returncode or not match:
            sys.exit(f"{path} in bundles of {bundle}: {said.stderr[-2000:]}")
        with open(f"{folder}/out", encoding="utf-8") as file:
            return count(file.read().splitlines()) / int(match[1])


def known():
    with open(KNOWN, encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return {(path, int(bundle)): float(number) for path, bundle, number in rows}


def update():
    with open(KNOWN, encoding="utf-8") as file:
        comments = [line for line in file if line.startswith("#")]
    with open(KNOWN, "w", encoding="utf-8") as file:
        file.writelines(comments)
        for path, bundle in CASES:
            file.write(f"{path} {bundle} {measure(path, bundle):.1f}\n")


def compare():
    expected, failed = known(), 0
    print(f"1..{len(CASES)}")
    for number, (path, bundle) in enumerate(CASES, 1):
        now, before = measure(path, bundle), expected[path, bundle]
        good = now <= before * (1 + GROWTH)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {path} in bundles of {bundle}: {now:.1f} instructions for a packet, {before:.1f} are known",
              flush=True)
        if not good:
            print(f"# the path {path} takes {100 * (now / before - 1):.1f} % more instructions than it did; if it has to, bench/instructions.py --update")
    return failed > 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        sys.exit(compare())
