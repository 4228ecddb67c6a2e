#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""Makes tables (Markdown) and a plot (SVG, by gnuplot) of what bench and bench/tcp.sh print: report.py FOLDER < LINES.

Runs of one round are compared with each other only: each ratio is the median, over the rounds, of a round's ratio, and in
parentheses its lowest and its highest."""
import csv
import os
import statistics
import subprocess
import sys
from collections import defaultdict

FLOOR, TUN = "copy", "tun"
OURS = ("to-client", "to-stack")
BASELINES = ("handover", "tun", "tun-offload")


def median(numbers):
    return statistics.median(numbers) if numbers else float("nan")


def spread(numbers, form, scale=1.0):
    if not numbers:
        return "–"
    numbers = [n * scale for n in numbers]
    return f"{median(numbers):{form}} ({min(numbers):{form}}–{max(numbers):{form}})"


def rows(head, body, right=1):
    """A Markdown table; all but the first columns are numbers."""
    return ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] * right + ["---:"] * (len(head) - right)) + " |",
            *("| " + " | ".join(str(cell) for cell in row) + " |" for row in body), ""]


class Lines:
    """What was measured, by the first word of its line."""

    def __init__(self, lines):
        self.kinds = defaultdict(list)
        for row in csv.reader(lines):
            self.kinds[row[0]].append(row[1:])

    # --- paths ---

    def paths(self):
        runs = defaultdict(dict)
        for mover, *numbers in self.kinds["path"]:
            size, bundle, turn, packets, lost, time, cpu = map(int, numbers)
            runs[size, bundle, turn][mover] = {"rate": packets / time * 1e9, "cpu": cpu / packets, "lost": lost / packets}
        return runs

    def calls(self):
        total, names = defaultdict(float), defaultdict(lambda: defaultdict(float))
        for mover, size, bundle, packets, name, count in self.kinds["calls"]:
            total[mover, int(size), int(bundle)] += int(count) / int(packets)
            names[mover, int(size), int(bundle)][name] += int(count) / int(packets)
        return total, names


def ratios(runs, size, bundle, mover, base):
    return [r[mover]["rate"] / r[base]["rate"] for (s, b, _), r in runs.items()
            if (s, b) == (size, bundle) and mover in r and base in r]


def values(runs, size, bundle, mover, what):
    return [r[mover][what] for (s, b, _), r in runs.items() if (s, b) == (size, bundle) and mover in r]


def section_paths(lines):
    runs = lines.paths()
    total, names = lines.calls()
    shapes = sorted({(s, b) for s, b, _ in runs})
    out = ["## The two paths", "",
           "Bytes per second as a part of one copy's of the same packets into a ring of the same size; packets per second beside",
           "Linux's TUN device, a system call for each or with offloads (TCP segments that it may carry together); processor time of",
           "all threads; calls that the driver makes into the kernel. `handover` is two threads and two copies, without any driver.", ""]
    body = []
    for mover in OURS + BASELINES:
        for size, bundle in shapes:
            body.append((mover, size, bundle, spread(values(runs, size, bundle, mover, "rate"), ".2f", 1e-6),
                         spread(ratios(runs, size, bundle, mover, FLOOR), ".2f"),
                         spread(ratios(runs, size, bundle, mover, TUN), ".1f") if mover != TUN else "1",
                         spread(ratios(runs, size, bundle, mover, "tun-offload"), ".1f") if mover != "tun-offload" else "1",
                         spread(values(runs, size, bundle, mover, "cpu"), ".0f"),
                         f"{total[mover, size, bundle]:.3f}" if (mover, size, bundle) in total else ""))
    out += rows(("path", "size", "bundle", "million packets/s", "of one copy", "times TUN", "times TUN with offloads",
                 "CPU ns/packet", "kernel calls/packet"), body)
    body = [(mover, ", ".join(f"{name} {count * 64:.2f}" for name, count in sorted(names[mover, 1420, 64].items(),
                                                                                  key=lambda item: -item[1]) if count * 64 > 0.005))
            for mover in OURS if (mover, 1420, 64) in names]
    return out + rows(("path", "calls for a bundle of 64 packets of 1420 bytes"), body, right=2)


def section_costs(lines):
    costs = defaultdict(list)
    for name, cost in lines.kinds["cost"]:
        costs[name].append(int(cost) / 1000)
    null = defaultdict(list)
    for path, packets, time in lines.kinds["null"]:
        null[path].append(int(time) / int(packets))
    out = ["## What the host itself costs", "", "As a driver sees it, with the rules off; and a driver that does nothing, per packet in bundles of 64.", ""]
    return out + rows(("call", "nanoseconds"), [(name, spread(numbers, ".1f")) for name, numbers in costs.items()] +
                      [(f"a driver that does nothing, {path}", spread(numbers, ".1f")) for path, numbers in null.items()])


def section_latency(lines):
    by = defaultdict(lambda: defaultdict(list))
    for who, when, *numbers in lines.kinds["latency"]:
        by[when][who].append([int(n) / 1000 for n in numbers])
    body = []
    for when, whose in by.items():
        pairs = list(zip(whose["warren"], whose["eventfd"]))
        for who in ("warren", "eventfd"):
            body.append((when, who, *(spread([run[at] for run in whose[who]], ".1f") for at in range(3)),
                         spread([ours[0] / floor[0] for ours, floor in pairs], ".2f") if who == "warren" else "1"))
    out = ["## Wake-ups", "",
           "There and back, in microseconds: client and driver's thread, beside two threads with two eventfds. After quiet: 300",
           "microseconds before each turn, so that the other side is asleep. With load: one more thread computes.", ""]
    out += rows(("when", "who", "p50", "p99", "p99.9", "p50 ratio"), body, right=2)
    body = [(who, packets, f"{int(spent) / 1e6:.2f}", wakes, sleeps) for who, packets, spent, wakes, sleeps in lines.kinds["idle"]]
    return out + rows(("who", "packets in a second", "CPU ms", "client woken", "driver slept"), body)


def section_overload(lines):
    body = [("away for 10 ms at 10 Gbit/s, 16 MiB", sent, taken, lost, counted, "") for sent, taken, lost, counted in lines.kinds["away"]]
    body += [("until full, then room for a bundle", sent, taken, int(sent) - int(good), counted, f"{again} of {room}")
             for sent, good, taken, counted, room, again in lines.kinds["full"]]
    return ["## Overload", ""] + rows(("what", "sent", "taken", "lost", "counted as lost", "sent next that fitted"), body)


def section_scaling(lines):
    by, first = defaultdict(lambda: defaultdict(dict)), {}
    for what, value, turn, packets, _, time, cpu in lines.kinds["scaling"]:
        first.setdefault(what, value)
        by[what][value][turn] = (int(packets) / int(time) * 1e3, int(cpu) / int(packets))
    body = []
    for what, of in by.items():
        for value, turns in of.items():
            base = of[first[what]]
            body.append((what, value, spread([rate for rate, _ in turns.values()], ".2f"),
                         spread([turns[t][0] / base[t][0] for t in turns if t in base], ".2f"),
                         spread([cpu for _, cpu in turns.values()], ".0f")))
    out = ["## Scaling", "", "Packets of 1420 bytes in bundles of 64; compared with the first line of each kind, in the same round.", ""]
    out += rows(("what", "value", "million packets/s", "ratio", "CPU ns/packet"), body)
    fair = defaultdict(list)
    for count, least, most in lines.kinds["fairness"]:
        fair[count].append(int(least) / int(most))
    return out + rows(("adapters written to at once", "least of most, when the first is done"),
                      [(count, spread(numbers, ".2f")) for count, numbers in fair.items()])


def section_tcp(lines):
    by = defaultdict(lambda: defaultdict(dict))
    for who, direction, turn, rate, cpu, lost in lines.kinds["tcp"]:
        by[direction][who][turn] = (float(rate) / 1e9, float(cpu), float(lost))
    body = []
    for direction, whose in by.items():
        for who, turns in whose.items():
            base = whose.get("tun", {})
            body.append((direction, who, spread([t[0] for t in turns.values()], ".2f"),
                         spread([turns[t][0] / base[t][0] for t in turns if t in base], ".2f"),
                         spread([t[1] for t in turns.values()], ".2f"), spread([t[2] for t in turns.values()], ".2f")))
    out = ["## iperf3 through two adapters and a program that joins them", "",
           "Beside the same program over two TUN devices. The host's network stack is Linux's, behind TUN devices of its own, so",
           "Warren's packets take the same system calls, and the driver's and the library's way besides.", ""]
    return out + rows(("direction", "adapters", "Gbit/s", "of TUN", "CPU s of the program", "retransmits; UDP: lost"), body, right=2)


def section_wireguard(lines):
    by = defaultdict(lambda: defaultdict(dict))
    for who, direction, turn, rate, cpu in lines.kinds["wireguard"]:
        by[direction][who][turn] = (float(rate) / 1e6, float(cpu))
    body = []
    for direction, whose in by.items():
        for who, turns in whose.items():
            base = whose.get("linux", {})
            body.append((direction, {"windows": "wireguard-go.exe, Warren, Wine", "linux": "wireguard-go, Linux TUN"}[who],
                         spread([t[0] for t in turns.values()], ".0f"),
                         spread([turns[t][0] / base[t][0] for t in turns if t in base], ".2f"),
                         spread([t[1] for t in turns.values()], ".2f")))
    out = ["## iperf3 through a WireGuard tunnel", "", "The near end differs, the far end is wireguard-go on Linux in both.", ""]
    return out + rows(("direction", "near end", "Mbit/s", "of Linux", "CPU s of the near end"), body, right=2)


def plot(lines, path):
    runs = lines.paths()
    script = ["set terminal svg size 1100,480 background rgb 'white'", f"set output '{path}'",
              "set title 'Bytes per second, one copy of the same bytes = 1'", "set style data histogram",
              "set style histogram errorbars gap 1", "set style fill solid 0.7 border -1", "set grid ytics",
              "set yrange [0:*]", "set xtics rotate by -35", "set key top left", "$data << EOD"]
    movers = OURS + BASELINES
    for size, bundle in sorted({(s, b) for s, b, _ in runs}):
        cells = []
        for mover in movers:
            numbers = ratios(runs, size, bundle, mover, FLOOR) or [0]
            cells += [median(numbers), min(numbers), max(numbers)]
        script.append(f"\"{size} x{bundle}\" " + " ".join(f"{c:.4f}" for c in cells))
    script += ["EOD", "plot " + ", ".join(
        f"$data using {2 + 3 * i}:{3 + 3 * i}:{4 + 3 * i}:xtic(1) title '{m}'" for i, m in enumerate(movers))]
    subprocess.run(["gnuplot"], input="\n".join(script) + "\n", text=True, check=True)


SECTIONS = {"path": section_paths, "cost": section_costs, "latency": section_latency, "away": section_overload,
            "scaling": section_scaling, "tcp": section_tcp, "wireguard": section_wireguard}


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    lines = Lines(sys.stdin)
    parts = [section(lines) for kind, section in SECTIONS.items() if lines.kinds[kind]]
    if not parts:
        sys.exit("report.py: nothing was measured")
    text = ["# Measured", "", "By `./run bench`: medians over the rounds, in parentheses the lowest and the highest. The host's rules are off while time",
            f"is taken; with them on, {len(lines.kinds['rules'])} runs before and after broke none. Absolute figures are of this machine, ratios of its moment.", ""]
    for part in parts:
        text += part
    with open(os.path.join(folder, "table.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(text))
    if lines.kinds["path"]:
        plot(lines, os.path.join(folder, "plot.svg"))
    print("\n".join(text))


if __name__ == "__main__":
    main()
