#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# The rules that the host enforces, as docs/rules.md: gen_rules.py [--check]
#
# A rule is the first argument of verify_violation; what it says is the second. Its planted drivers are the files
# test/planted/RULE.c and RULE__variant.c, with underscores for dashes. A rule without one needs a line in
# tools/rules_unplanted.txt that says why, or which test shows it. With --check nothing is written: it fails if
# docs/rules.md is not what would be written, or if a rule has neither.
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STRING = r'"((?:[^"\\]|\\.)*)"'
UNPLANTED = "tools/rules_unplanted.txt"


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def arguments(text, at):
    """The arguments of the call whose opening parenthesis is at `at`, as source."""
    found, depth, start, quoted = [], 0, at + 1, False
    i = at
    while i < len(text):
        c = text[i]
        if quoted:
            i += c == "\\"
            quoted = c != '"'
        elif c == '"':
            quoted = True
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if not depth:
                found.append(text[start:i])
                return found
        elif c == "," and depth == 1:
            found.append(text[start:i])
            start = i + 1
        i += 1
    return found


def literal(source):
    return "".join(re.findall(STRING, source))


def rules():
    """rule -> (file, what it says)"""
    found = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "host/*.c"))):
        name = os.path.relpath(path, ROOT)
        text = read(name)
        for call in re.finditer(r"\bverify_violation(?=\()", text):
            parts = arguments(text, call.end())
            if len(parts) < 2:
                continue
            for rule in re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)*)"', parts[0]):
                found.setdefault(rule, (name, literal(parts[1])))
        # Rules kept in tables, or returned: a comment says what each means.
        for rule, meaning in re.findall(r"\* rule ([a-z0-9-]+): ([^*\n]+?) *(?:\*/|\n)", text):
            found[rule] = (name, meaning.strip())
    # Those that stand in tables, or that a function returns: the text behind the name says what they mean.
    for rule in planted():
        for path in sorted(glob.glob(os.path.join(ROOT, "host/*.c"))) if rule not in found else []:
            at = re.search(r'"%s"[,;)]\s*(?:%s)?' % (rule, STRING), read(os.path.relpath(path, ROOT)))
            if at:
                found[rule] = (os.path.relpath(path, ROOT), at.group(1) or "")
    return found


def planted():
    found = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "test/planted/*.c"))):
        base = os.path.basename(path)[:-2]
        found.setdefault(base.split("__")[0].replace("_", "-"), []).append(base)
    return found


def reasons():
    lines = [line.split(None, 1) for line in read(UNPLANTED).splitlines() if line and not line.startswith("#")]
    return {line[0]: line[1] if len(line) > 1 else "" for line in lines}


def said(text):
    text = re.sub(r"%(?:[-+ #0-9.*]|ll|l|z|I64)*[a-zA-Z]", "…", text.replace("\\n", " ").replace('\\"', '"'))
    return text.replace("|", "\\|").strip()


def main():
    check = sys.argv[1:] == ["--check"]
    found, drivers, why = rules(), planted(), reasons()
    wrong = []
    lines = [
        "<!--", "SPDX-FileCopyrightText: 2026 The Warren Authors", "SPDX-License-" + "Identifier: MIT", "-->", "# Rules", "",
        "What the host enforces, made by `tools/gen_rules.py`. A broken rule prints `VERIFIER: rule: text` and a backtrace,",
        "and ends the process. The last column names the drivers in [`test/planted/`](../test/planted) that break it on",
        "purpose, each of which must be caught by exactly this rule (`./run test planted`), or says what else shows it.", "",
        "| rule | says | where | planted |", "| --- | --- | --- | --- |",
    ]
    for rule in sorted(found):
        name, text = found[rule]
        files = drivers.pop(rule, [])
        if not files and not why.get(rule):
            wrong.append(f"{rule} ({name}): no test/planted/{rule.replace('-', '_')}.c, and no line in {UNPLANTED}")
        if files and rule in why:
            wrong.append(f"{rule}: planted, and in {UNPLANTED}")
        column = ", ".join(f"`{file}`" for file in files) or why.get(rule, "")
        lines.append(f"| `{rule}` | {said(text)} | `{name}` | {column} |")
    for rule, files in drivers.items():
        if not rule.startswith("well-behaved"):
            wrong.append(f"test/planted/{files[0]}.c: the host has no rule {rule}")
    for rule in why:
        if rule not in found:
            wrong.append(f"{UNPLANTED}: the host has no rule {rule}")
    lines += ["", f"{len(found)} rules."]
    text = "\n".join(lines) + "\n"
    path = "docs/rules.md"
    if check:
        if not os.path.exists(os.path.join(ROOT, path)) or read(path) != text:
            wrong.append(f"{path} is not what tools/gen_rules.py writes")
    else:
        with open(os.path.join(ROOT, path), "w", encoding="utf-8") as file:
            file.write(text)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
