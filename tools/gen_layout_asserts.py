#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""Writes nt/layout_asserts.h and nt/win32_asserts.h: every size, alignment, offset and value that a file of published
layouts knows of what our headers define, as compile-time assertions.

    tools/gen_layout_asserts.py [--check] [--why] FACTS.json

What our headers define is asked of the compiler, never listed here, so nothing that the facts know can be forgotten.
Bit-fields have no offsetof: they are compared here, with the compiler's record layouts. --check writes nothing, and
fails if the committed files differ; without the facts it says so and succeeds. --why lists what could not be asserted.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NDIS = (6, 82)
CLANG = os.environ.get("CLANG", "clang-19")
COMMON = ["-std=gnu11", "-fms-extensions", "-ferror-limit=0", "-fno-caret-diagnostics", "-w", "-I" + ROOT]
TARGETS = {
    "x64": ("x86_64", ["--target=x86_64-pc-windows-msvc", "-ffreestanding"]),
    "arm64": ("aarch64", ["--target=aarch64-pc-windows-msvc", "-ffreestanding"]),
    "elf": ("x86_64", ["--target=x86_64-linux-gnu", "-fshort-wchar", "-D_GNU_SOURCE"]),
}
GUARDS = {"x86_64": "defined(__x86_64__)", "aarch64": "defined(__aarch64__)"}
SPDX = "SPDX-"  # in two pieces, so that licence checkers read only this file's own lines


def fail(text):
    sys.exit("gen_layout_asserts: " + text)


# --- the compiler ---------------------------------------------------------------------------------------------------


def probe(expression):
    """A line that compiles if the expression is a constant, whatever its value."""
    return '_Static_assert((%s) || 1, "");' % expression


class Compiler:
    """Asks clang about a translation unit that includes some of our headers."""

    def __init__(self, target, headers, folder):
        self.arch, self.flags = TARGETS[target]
        self.prologue = "".join('#include "%s"\n' % h for h in headers) + "#include <stddef.h>\n"
        self.path = os.path.join(folder, "probe.c")

    def run(self, body, *options):
        with open(self.path, "w") as file:
            file.write(self.prologue + body)
        command = [CLANG] + self.flags + COMMON + list(options) + [self.path]
        return subprocess.run(command, capture_output=True, text=True)

    def accepts(self, lines):
        """For each line of C: its first error, or None."""
        errors = {}
        result = self.run("".join(line + "\n" for line in lines), "-fsyntax-only")
        for line, text in re.findall(r"probe\.c:(\d+):\d+: (?:fatal )?error: (.*)", result.stderr):
            errors.setdefault(int(line) - self.prologue.count("\n") - 1, text)
        if result.returncode and not errors or min(errors, default=0) < 0:
            fail("the headers do not compile:\n" + result.stderr)
        return [errors.get(i) for i in range(len(lines))]

    def records(self):
        """Names under which complete structures and unions of ours can be used: tag name -> C type."""
        result = self.run("", "-fsyntax-only", "-Xclang", "-ast-dump=json")
        found = {}
        for node in json.loads(result.stdout)["inner"]:
            if node["kind"] == "RecordDecl" and node.get("completeDefinition") and node.get("name"):
                found[node["name"]] = node["tagUsed"] + " " + node["name"]
        return found

    def bit_fields(self, types):
        """{type: {path: (first bit, width)}} as the compiler lays them out."""
        body = "".join("int probe_%d[sizeof(%s)];\n" % (i, t) for i, t in enumerate(types))
        result = self.run(body, "-fsyntax-only", "-Xclang", "-fdump-record-layouts-complete")
        layouts = {}
        for dump in result.stdout.split("*** Dumping AST Record Layout")[1:]:
            name, path, fields = None, [], {}
            for line in dump.splitlines():
                match = re.match(r" *(\d+)(?::(\d+)-(\d+))? \|( +)(.*)$", line)
                if not match:
                    continue
                depth, text = len(match[4]) // 2, match[5]
                if name is None:
                    name = text
                    continue
                path[depth - 1:] = ["" if text.endswith(" ") else text.split()[-1]]  # type, space, name
                if match[2] is not None:
                    first = int(match[1]) * 8 + int(match[2])
                    fields[".".join(p for p in path if p)] = (first, int(match[3]) - int(match[2]) + 1)
            layouts[name] = fields
        return layouts


# --- the facts ------------------------------------------------------------------------------------------------------


def version(text):
    return tuple(int(part) for part in text.split("."))


def at_version(item, default):
    """The value that an item with a history has for our version."""
    value = default
    for step in item.get("history", []):
        if version(step["ndis_from"]) <= NDIS:
            value = step["value"]
    return value


class Facts:
    def __init__(self, path):
        with open(path) as file:
            data = json.load(file)
        self.structs, self.enums = data["structs"], data["enums"]
        self.opaque = set(data["opaque_types"])
        self.values = {}  # name -> {arch: (value, bytes)}
        for group in data["constants"].values():
            for name, item in group.items():
                if not re.fullmatch(r"\w+", name) or not isinstance(item.get("value"), int):
                    continue
                value, width = at_version(item, item["value"]), item.get("bytes") or 4
                entry = {"x86_64": (value, width), "aarch64": (item.get("aarch64", value), width)}
                if item.get("x86_64_only"):
                    del entry["aarch64"]
                if item.get("aarch64_only"):
                    del entry["x86_64"]
                self.add(name, entry)
        for item in self.enums.values():
            for name, value in item["values"].items():
                if isinstance(value.get("value"), int):
                    self.add(name, dict.fromkeys(GUARDS, (at_version(value, value["value"]), 4)))
        for name, item in data["sizeof_macros"].items():
            self.add(name, {"x86_64": (item["value"], 4), "aarch64": (item.get("arm64", item["value"]), 4)})
        slots = data["net_buffer_list_info_by_version"]["%d.%d" % NDIS]
        for name, value in slots.items():
            self.add(name, dict.fromkeys(GUARDS, (value, 4)))

    def add(self, name, entry):
        """Several lists may know a name; where they disagree, nobody can be asserted."""
        masked = {arch: (value & ((1 << (8 * width)) - 1), width) for arch, (value, width) in entry.items()}
        known = self.values.setdefault(name, masked)
        for arch, (value, _) in masked.items():
            if arch in known and known[arch][0] != value:
                fail("the facts contradict themselves about %s: %d, %d" % (name, known[arch][0], value))

    def layout(self, name, arch):
        for layout in self.structs[name]["layouts"]:
            if layout["target"] != "any" and not layout["target"].startswith(arch):
                continue
            if layout["ndis_from"] is None or version(layout["ndis_from"]) <= NDIS <= version(layout["ndis_to"]):
                return layout
        return None


# --- what to assert -------------------------------------------------------------------------------------------------


class Count:
    def __init__(self):
        self.structures = self.sizes = self.offsets = self.bits = self.values = self.enums = 0

    def __str__(self):
        return ("%d structures (%d sizes with alignments, %d offsets with sizes, %d bit-fields), %d values, %d enumerated "
                "types" % (self.structures, self.sizes, self.offsets, self.bits, self.values, self.enums))


class Generator:
    def __init__(self, facts, headers, folder):
        self.facts, self.headers, self.folder = facts, headers, folder
        self.counts, self.whys = {}, []

    def names(self, facts_name):
        """How C may call what the facts call so: by typedef or by tag."""
        kind, tag = self.facts.structs[facts_name]["kind"], self.facts.structs[facts_name].get("tag")
        if tag and kind in ("struct", "union"):
            return [facts_name, "%s %s" % (kind, tag)]
        return [facts_name]

    def structures(self, target, compiler, count):
        """{type: (size, alignment, [(path, offset, size)])}"""
        facts, chosen = self.facts, {}
        candidates = [(name, c) for name in sorted(facts.structs) for c in self.names(name)]
        for (name, c), error in zip(candidates, compiler.accepts([probe("sizeof(%s)" % c) for _, c in candidates])):
            if not error and name not in chosen and facts.layout(name, compiler.arch):
                chosen[name] = c
        wanted = []
        for name, c in chosen.items():
            for field in facts.layout(name, compiler.arch)["fields"]:
                if re.fullmatch(r"[\w.]+", field["name"]):
                    wanted.append((name, c, field))
                else:
                    self.whys.append("%s: %s.%s: not an expression of C" % (target, c, field["name"]))
        probes = [probe("__builtin_offsetof(%s, %s)" % (c, f["name"])) for _, c, f in wanted]
        sizes = [probe("sizeof(((%s *)0)->%s)" % (c, f["name"])) for _, c, f in wanted]
        result = {c: (facts.layout(name, compiler.arch), []) for name, c in chosen.items()}
        bits = []
        for (name, c, field), error, size_error in zip(wanted, compiler.accepts(probes), compiler.accepts(sizes)):
            if error and "bit-field" in error:
                bits.append((c, field))
            elif error:
                self.whys.append("%s: %s.%s: ours has no such member" % (target, c, field["name"]))
            else:
                if "bit_width" in field:
                    fail("%s.%s is a bit-field, ours is not" % (c, field["name"]))
                result[c][1].append((field["name"], field["offset"], -1 if size_error else field["size"]))
        self.compare_bits(target, compiler, bits)
        count.structures, count.sizes = len(result), len(result)
        count.offsets, count.bits = sum(len(r[1]) for r in result.values()), len(bits)
        return result

    def compare_bits(self, target, compiler, bits):
        types = sorted({c for c, _ in bits})
        layouts = compiler.bit_fields(types)
        by_type = {}
        for c in types:  # a typedef is dumped under the tag that it names
            tag = next((self.facts.structs[c].get("tag") for _ in (0,) if c in self.facts.structs), None)
            for name, fields in layouts.items():
                if name.split()[-1] in (c.split()[-1], tag):
                    by_type[c] = fields
        for c, field in bits:
            if "bit_width" not in field:
                fail("%s.%s is a bit-field of ours only" % (c, field["name"]))
            ours = by_type.get(c, {}).get(field["name"])
            theirs = (field["offset"] * 8 + field["bit_in_unit"], field["bit_width"])
            if ours != theirs:
                fail("%s: bit-field %s.%s: (first bit, width) is %s and must be %s" % (target, c, field["name"], ours, theirs))

    def constants(self, target, compiler, count):
        known = [(n, e[compiler.arch]) for n, e in sorted(self.facts.values.items()) if compiler.arch in e]
        macros = set(re.findall(r"^#define (\w+) ", compiler.run("", "-E", "-dM").stdout, re.M))
        exists = compiler.accepts([probe("sizeof(%s)" % n) for n, _ in known])
        present = [(n, v) for (n, v), error in zip(known, exists) if not error or n in macros]
        integers = compiler.accepts([probe("(unsigned long long)(%s)" % n) for n, _ in present])
        result = {}
        for (name, value), error in zip(present, integers):
            if error:
                self.whys.append("%s: %s is not an integer constant" % (target, name))
            else:
                result[name] = value
        count.values = len(result)
        return result

    def enumerations(self, compiler, count):
        names = sorted(self.facts.enums)
        lines = [probe("__builtin_types_compatible_p(%s, %s) && sizeof(%s)" % (n, n, n)) for n in names]
        result = {n: self.facts.enums[n]["size"] for n, error in zip(names, compiler.accepts(lines)) if not error}
        count.enums = len(result)
        return result

    def unknown(self, compiler):
        known = set(self.facts.structs) | {i.get("tag") for i in self.facts.structs.values()}
        return sorted(c for name, c in compiler.records().items()
                      if name not in known and name.lstrip("_") not in known and not name.startswith("nt_seh"))

    def collect(self):
        """{(kind, key): {arch: line}}; ELF must agree with x64 on everything that both have."""
        collected, missing = {}, None
        for target in TARGETS:
            compiler = Compiler(target, self.headers, self.folder)
            count = self.counts[target] = Count()

            def put(kind, key, line):
                collected.setdefault((kind, key), {})[target] = line

            for c, (layout, fields) in self.structures(target, compiler, count).items():
                lines = ["NT_SIZE(%s, %d, %d)" % (c, layout["size"], layout["align"])]
                for path, offset, size in fields:
                    lines.append("NT_AT(%s, %s, %d, %d)" % (c, path, offset, size) if size >= 0
                                 else "NT_TAIL(%s, %s, %d)" % (c, path, offset))
                put("structure", c, "\n".join(lines))
            for name, size in self.enumerations(compiler, count).items():
                put("enumeration", name, "NT_ENUM(%s, %d)" % (name, size))
            for name, (value, width) in self.constants(target, compiler, count).items():
                put("value", name, "NT_IS%d(%s, 0x%x)" % (64 if width == 8 else 32, name, value))
            if target == "x64":
                missing = self.unknown(compiler)
        return collected, missing


# --- the files ------------------------------------------------------------------------------------------------------

MACROS = """\
#define NT_SIZE(type, size, alignment)                                                                                 \\
    _Static_assert(sizeof(type) == (size) && _Alignof(type) == (alignment), #type);
#define NT_AT(type, member, offset, size)                                                                              \\
    _Static_assert(__builtin_offsetof(type, member) == (offset) && sizeof(((type *)0)->member) == (size),              \\
                   #type "." #member);
#define NT_TAIL(type, member, offset) _Static_assert(__builtin_offsetof(type, member) == (offset), #type "." #member);
#define NT_ENUM(type, size) _Static_assert(sizeof(type) == (size), #type);
#define NT_IS32(name, value) _Static_assert((unsigned int)(name) == value##u, #name);
#define NT_IS64(name, value) _Static_assert((unsigned long long)(name) == value##ull, #name);
"""


def condition(targets):
    """On which targets a line holds."""
    if len(targets) == len(TARGETS):
        return None
    parts = {"x64": "(defined(__x86_64__) && defined(_WIN32))", "arm64": "defined(__aarch64__)",
             "elf": "(defined(__x86_64__) && !defined(_WIN32))"}
    if {"x64", "elf"} <= targets:
        return "defined(__x86_64__)"
    if {"x64", "arm64"} <= targets:
        return "defined(_WIN32)"
    return " || ".join(parts[t] for t in sorted(targets))


def render(title, guard, headers, collected):
    out = ["/* %sFileCopyrightText: 2026 The Warren Authors" % SPDX, " * %sLicense-Identifier: MIT" % SPDX, " *",
           " * %s Generated by tools/gen_layout_asserts.py: do not edit." % title, " */",
           "/* clang-format off */", "#ifndef " + guard, "#define " + guard, ""]
    out += ['#include "%s"' % h for h in headers] + ["", MACROS]
    blocks = {}
    for (kind, key), lines in collected.items():
        for line in sorted(set(lines.values())):
            targets = {t for t, text in lines.items() if text == line}
            blocks.setdefault(condition(targets) or "", []).append((kind, key, line))
    for test in sorted(blocks):
        if test:
            out.append("#if " + test)
        previous = None
        for kind, _, line in sorted(blocks[test]):
            if previous not in (None, kind) or kind == "structure" and previous:
                out.append("")
            out.append(line)
            previous = kind
        if test:
            out.append("#endif")
        out.append("")
    out += ["#undef NT_" + n for n in ("SIZE", "AT", "TAIL", "ENUM", "IS32", "IS64")] + ["", "#endif", ""]
    return "\n".join(out)


def surfaces():
    """Our headers, and which file asserts them."""
    every = ("nt/" + n for n in os.listdir(os.path.join(ROOT, "nt")) if re.fullmatch(r"\w+\.h", n))
    # Parts of others come after these, which include them.
    every = sorted(every, key=lambda header: (header not in ("nt/nt.h", "nt/ndis.h"), header != "nt/nt.h", header))
    kernel = [h for h in every if not h.endswith("_asserts.h") and not re.search(r"nt/win32|nt/pe\.h", h)]
    user = [h for h in every if re.search(r"nt/(win32|pe)\w*\.h", h) and not h.endswith("_asserts.h")]
    return kernel, user


def compile_result(texts, folder):
    """What was written must hold, on every target."""
    for target, (_, flags) in TARGETS.items():
        for name, text in texts.items():
            path = os.path.join(folder, os.path.basename(name))
            with open(path, "w") as file:
                file.write(text)
            result = subprocess.run([CLANG] + flags + COMMON + ["-fsyntax-only", "-xc", path], capture_output=True, text=True)
            if result.returncode:
                print(re.sub(re.escape(folder) + "/", "nt/", result.stderr), file=sys.stderr)
                fail("%s: the headers disagree with the facts" % target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--why", action="store_true")
    parser.add_argument("facts", metavar="FACTS.json")
    arguments = parser.parse_args()
    if arguments.check and not os.path.exists(arguments.facts):
        print("no %s: nothing to compare with" % arguments.facts)
        return
    facts, texts, counts = Facts(arguments.facts), {}, []
    kernel, user = surfaces()
    with tempfile.TemporaryDirectory() as folder:
        generator = Generator(facts, kernel, folder)
        below, missing = generator.collect()
        texts["nt/layout_asserts.h"] = render("What is published about the kernel's surface.", "NT_LAYOUT_ASSERTS_H", kernel, below)
        counts.append(("nt/layout_asserts.h", generator.counts))
        above = Generator(facts, kernel + user, folder)
        both, all_missing = above.collect()
        added = {k: v for k, v in both.items() if k not in below}
        texts["nt/win32_asserts.h"] = render("What is published about the Win32 surface.", "NT_WIN32_ASSERTS_H", user, added)
        counts.append(("both files", above.counts))
        compile_result(texts, folder)
    for name, by_target in counts:
        for target, count in by_target.items():
            print("%s, %s: %s" % (name, target, count))
    print("without a fact, kernel surface: %s" % ", ".join(missing))
    print("without a fact, Win32 surface: %s" % ", ".join(m for m in all_missing if m not in missing))
    if arguments.why:
        print("\n".join(sorted(set(above.whys))))
    stale = []
    for name, text in texts.items():
        path = os.path.join(ROOT, name)
        committed = open(path).read() if os.path.exists(path) else None
        if committed == text:
            continue
        stale.append(name)
        if not arguments.check:
            with open(path, "w") as file:
                file.write(text)
            print("wrote " + name)
    if arguments.check and stale:
        fail("not as the headers and the facts say: %s; run it without --check" % ", ".join(stale))


main()
