#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""Makes a table (Markdown) and a plot (SVG, by gnuplot) of what bench prints on standard input: report.py FOLDER.

Runs of one round are compared with each other only: each number is the median, over the rounds, of a round's ratio, and its
spread is from the lowest to the highest."""
import csv
import os
import statistics
import subprocess
import sys
from collections import defaultdict

FLOOR, TUN = "memcpy", "tun"
OURS = ("to-client", "to-stack")


def read(lines):
    runs, calls = defaultdict(dict), {}
    for row in csv.reader(lines):
        if row[0] == "mover":
            continue
        if row[0] == "calls":
            calls[row[1], int(row[2]), int(row[3])] = int(row[5]) / int(row[4])
            continue
        mover, size, bundle, turn, packets, lost, time, cpu = row[0], *map(int, row[1:])
        runs[size, bundle, turn][mover] = {"rate": packets / time * 1e9, "cpu": cpu / packets, "lost": lost / packets}
    return runs, calls


def ratios(runs, size, bundle, mover, base, what="rate"):
    return [r[mover][what] / r[base][what] for (s, b, _), r in runs.items()
            if (s, b) == (size, bundle) and mover in r and base in r]


def values(runs, size, bundle, mover, what):
    return [r[mover][what] for (s, b, _), r in runs.items() if (s, b) == (size, bundle) and mover in r]


def spread(numbers, form):
    if not numbers:
        return "–"
    return f"{statistics.median(numbers):{form}} ({min(numbers):{form}}–{max(numbers):{form}})"


def table(runs, calls):
    lines = ["# Measured", "", "`./run bench`; medians over the rounds, in parentheses the lowest and the highest. One copy of the same bytes is 1; the",
             "rules of the host are off while time is taken, and on while calls are counted. Packets per second and CPU time are of this",
             "machine, the ratios of its moment.", "",
             "| path | size | bundle | of one copy's bytes/s | of Linux TUN's packets/s | million packets/s | CPU ns/packet | kernel calls/packet |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for mover in OURS:
        for size, bundle in sorted({(s, b) for s, b, _ in runs}):
            rate = [v / 1e6 for v in values(runs, size, bundle, mover, "rate")]
            lines.append(f"| {mover} | {size} | {bundle} | {spread(ratios(runs, size, bundle, mover, FLOOR), '.2f')} | "
                         f"{spread(ratios(runs, size, bundle, mover, TUN), '.1f')} | {spread(rate, '.2f')} | "
                         f"{spread(values(runs, size, bundle, mover, 'cpu'), '.0f')} | "
                         f"{calls.get((mover, size, bundle), float('nan')):.3f} |")
    return "\n".join(lines) + "\n"


def plot(runs, path):
    points = sorted({(s, b) for s, b, _ in runs})
    script = ["set terminal svg size 960,480 background rgb 'white'", f"set output '{path}'",
              "set title 'Bytes per second, one copy of the same bytes = 1'", "set style data histogram",
              "set style histogram errorbars gap 1", "set style fill solid 0.7 border -1", "set grid ytics",
              "set yrange [0:*]", "set xtics rotate by -35", "set key top left", "$data << EOD"]
    movers = OURS + (TUN,)
    for size, bundle in points:
        cells = []
        for mover in movers:
            numbers = ratios(runs, size, bundle, mover, FLOOR) or [0]
            cells += [statistics.median(numbers), min(numbers), max(numbers)]
        script.append(f"\"{size} x{bundle}\" " + " ".join(f"{c:.4f}" for c in cells))
    script += ["EOD", "plot " + ", ".join(
        f"$data using {2 + 3 * i}:{3 + 3 * i}:{4 + 3 * i}:xtic(1) title '{m}'" for i, m in enumerate(movers))]
    subprocess.run(["gnuplot"], input="\n".join(script) + "\n", text=True, check=True)


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    runs, calls = read(sys.stdin)
    if not runs:
        sys.exit("report.py: nothing was measured")
    text = table(runs, calls)
    with open(os.path.join(folder, "table.md"), "w", encoding="utf-8") as file:
        file.write(text)
    plot(runs, os.path.join(folder, "plot.svg"))
    print(text)


if __name__ == "__main__":
    main()
