#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""Writes host/export_pages.def: for each line of the host's export table the page that documents it, and the IRQLs that
the page allows.

    tools/gen_export_pages.py [--check | --fix] [FACTS.txt]

FACTS.txt is a table of kernel functions (fields between " | ": module, name, prototype, IRQL by the page, IRQL by the
header, ..., page). What it lacks, and where a page needs reading, stands in tools/export_pages.txt, which wins. Without
FACTS.txt, functions that neither knows keep the line that they have. Then docs/exports.md is due:
warren-host --list-exports --markdown > docs/exports.md.

Fails, and says which, if an export has no page; if its IRQL in the table is not the documented one and its note does
not speak of IRQL; if it may fail without an NT_FAULT in the host's sources, or the other way round. --check writes
nothing, and fails as well if the committed file differs. --fix writes the documented IRQLs into the table first, except
where the note speaks of IRQL, and says what it changed.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLES = ["exports.def", "exports_nt.def", "exports_ndis.def", "exports_win32.def"]
OUTPUT = "host/export_pages.def"
BY_HAND = "tools/export_pages.txt"
LEARN = "https://learn.microsoft.com/"
DDI = LEARN + "windows-hardware/drivers/ddi/"
KERNEL = {"ntoskrnl", "hal", "ndis", "netio", "fwpkclnt", "cng"}
LEVELS = ["PASSIVE_LEVEL", "APC_LEVEL", "DISPATCH_LEVEL", "HIGH_LEVEL"]
NOT_STATED = "IRQL_NOT_STATED"
SPDX = "SPDX-"  # in two pieces, so that licence checkers read only this file's own lines


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


# --- the host's table -----------------------------------------------------------------------------------------------


class Export:
    def __init__(self, path, form, arguments):
        self.path = path
        self.module, self.name = arguments[0:2]
        self.symbol = arguments[2] if form.endswith("_AS") else self.name
        self.is_data = form == "EXPORT_DATA"
        self.note = arguments[-1]
        self.may_fail = not self.is_data and arguments[4 if form.endswith("_AS") else 3] == "true"
        self.irql = "HIGH_LEVEL" if self.is_data else arguments[3 if form.endswith("_AS") else 2]
        self.is_kernel = self.module in KERNEL


def split_arguments(text):
    """Between commas, neighbouring strings joined and unquoted."""
    parts = re.findall(r'((?:"(?:[^"\\]|\\.)*"|[^,"])+)', text)
    strings = [re.findall(r'"((?:[^"\\]|\\.)*)"', part) for part in parts]
    return ["".join(s) if s else part.strip() for part, s in zip(parts, strings)]


def table():
    exports = []
    for path in TABLES:
        text = re.sub(r"/\*.*?\*/", "", read("host/" + path), flags=re.S)
        for form, arguments in re.findall(r'^(EXPORT\w*)\(((?:"(?:[^"\\]|\\.)*"|[^)"])*)\)', text, flags=re.M):
            exports.append(Export("host/" + path, form, split_arguments(arguments)))
    return exports


# --- what is known of functions -------------------------------------------------------------------------------------


class Page:
    def __init__(self, url, highest, lowest, why=""):
        self.url, self.highest, self.lowest, self.why = url, highest, lowest, why


def limits(page, header=""):
    """Highest and lowest IRQL from the wording of a page. The lowest counts only if the header says so too."""
    page = page.replace("< DISPATCH_LEVEL", "<= APC_LEVEL")
    if re.match(r"any\b", page, flags=re.I):
        return "HIGH_LEVEL", "PASSIVE_LEVEL"
    named = [level for level in LEVELS if level in page]
    if not named:
        return (limits(header.replace("exactly ", "").replace("max ", "<= ").replace("min ", ">= "), header)
                if any(level in header for level in LEVELS) else (NOT_STATED, "PASSIVE_LEVEL"))
    if ">=" in page:
        return "HIGH_LEVEL", named[0]
    exact = "<" not in page and re.search(r"(exactly|min) " + named[-1], header)
    return named[-1], named[-1] if exact else "PASSIVE_LEVEL"


def from_facts(path):
    pages = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            fields = [field.strip() for field in line.split(" | ")]
            if line.startswith("#") or len(fields) < 7:
                continue
            page = next((f for f in fields[5:] if re.fullmatch(r"\w+/n\w-[\w-]+(~r\d)?\.md", f)), None)
            if page:
                header = fields[4] if len(fields) > 8 else ""
                pages[fields[1]] = Page(DDI + page[:-3], *limits(fields[3], header))
    return pages


def address(name, where):
    """A header; header/function; a page; each behind win32: too, for Windows' user mode; or an address. - is none."""
    if where == "-":
        return ""
    if where.startswith("https://"):
        return where
    base = DDI
    if where.startswith("win32:"):
        base, where = LEARN + "windows/win32/api/", where[len("win32:"):]
    if "/" not in where:
        where = "%s/nf-%s-%s" % (where, where, name.lower())
    elif "-" not in where:
        header, page = where.split("/")
        where = "%s/nf-%s-%s" % (header, header, page)
    return base + where


def by_hand():
    pages = {}
    for line in read(BY_HAND).splitlines():
        if line and not line.startswith("#"):
            name, where, irql, why = (line.split(None, 3) + [""])[:4]
            if irql == "-":
                highest, lowest = NOT_STATED, "PASSIVE_LEVEL"
            else:
                wording = re.sub(r"\b(PASSIVE|APC|DISPATCH|HIGH)\b", r"\1_LEVEL", irql)
                highest, lowest = limits(wording, wording if "<" in wording else "exactly " + wording)
            pages[name] = Page(address(name, where), highest, lowest, why)
    return pages


def kept():
    pages = {}
    if os.path.exists(os.path.join(ROOT, OUTPUT)):
        pattern = r'^PAGE\((\w+),\s*"([^"]*)",\s*(\w+),\s*(\w+),\s*"([^"]*)"\)'
        for name, *rest in re.findall(pattern, read(OUTPUT), flags=re.M):
            pages[name] = Page(*rest)
    return pages


# --- the file -------------------------------------------------------------------------------------------------------

HEAD = (
    "/* " + SPDX + "FileCopyrightText: 2026 The Warren Authors\n * " + SPDX + "License-Identifier: MIT\n *\n"
    " * Written by tools/gen_export_pages.py: do not edit. Each export's documentation, and the IRQLs that it allows.\n"
    ' * PAGE(symbol, "page", highest, lowest, "why it is not its own page, or has none") */\n\n'
)


def check(export, page):
    if not page:
        return "no page; add a line to " + BY_HAND
    if not page.url and not page.why:
        return "neither a page nor a reason in " + BY_HAND
    if page.highest in (NOT_STATED, export.irql) or "IRQL" in export.note:
        return None
    return "%s in the table, %s in its documentation: change it, or say in its note why its IRQL differs" % (
        export.irql, page.highest)


def faults():
    """The functions that the fault injector can make fail."""
    sources = [name for name in sorted(os.listdir(os.path.join(ROOT, "host"))) if name.endswith(".c")]
    return {symbol for name in sources for symbol in re.findall(r"NT_FAULT\((\w+)\)", read("host/" + name))}


def fix(export, irql):
    """Writes another IRQL into the table."""
    pattern = r"(EXPORT\w*\(%s,\s*%s,\s*(?:[a-z]\w*,\s*)?)%s\b" % (export.module, export.name, export.irql)
    text, count = re.subn(pattern, lambda match: match.group(1) + irql, read(export.path))
    if count != 1:
        sys.exit("gen_export_pages: %s is not in its table as expected" % export.name)
    with open(os.path.join(ROOT, export.path), "w", encoding="utf-8") as file:
        file.write(text)
    print("%s!%s: %s was %s" % (export.module, export.name, irql, export.irql))
    export.irql = irql


def main():
    arguments = [a for a in sys.argv[1:] if a not in ("--check", "--fix")]
    if len(arguments) > 1 or any(a.startswith("-") for a in arguments):
        sys.exit(__doc__)
    known = kept()
    if arguments:
        known.update(from_facts(arguments[0]))
    known.update(by_hand())
    text, wrong, injected = HEAD, [], faults()
    for export in table():
        page = known.get(export.symbol) or known.get(export.name)
        problem = check(export, page)
        if problem and page and "in its documentation" in problem and "--fix" in sys.argv:
            fix(export, page.highest)
            problem = None
        if problem:
            wrong.append("%s!%s: %s" % (export.module, export.name, problem))
        if export.may_fail != (export.symbol in injected):
            wrong.append("%s!%s: the table and NT_FAULT(%s) disagree" % (export.module, export.name, export.symbol))
        if page:
            highest, lowest = page.highest, page.lowest
            if not export.is_kernel:
                highest = lowest = "PASSIVE_LEVEL"
            text += 'PAGE(%s, "%s", %s, %s, "%s")\n' % (export.symbol, page.url, highest, lowest, page.why)
    if "--check" not in sys.argv:
        with open(os.path.join(ROOT, OUTPUT), "w", encoding="utf-8") as file:
            file.write(text)
    elif text != read(OUTPUT):
        wrong.append(OUTPUT + " is out of date: run tools/gen_export_pages.py")
    for problem in wrong:
        print(problem, file=sys.stderr)
    sys.exit(1 if wrong else 0)


main()
