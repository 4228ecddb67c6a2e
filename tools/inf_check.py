#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""Checks the INF of a driver package: inf_check.py --machine amd64|ARM64 [--brand brand.mk] FILE

Parses the file, then follows everything that it refers to, from [Version] and [Manufacturer] on. What nothing refers to,
what refers to nothing, and what a universal package that runs from the driver store must not contain is an error. With
--brand, the names have to be those of that file.
"""
import argparse
import re
import sys

NET_CLASS = "{4d36e972-e325-11ce-bfc1-08002be10318}"
OLDEST_BUILD = 17763  # Windows 10 1809
DRIVER_STORE = "13"
SECTIONS = {"version", "manufacturer", "controlflags", "sourcedisksnames", "sourcedisksfiles", "destinationdirs", "strings"}
# Of an install section, and how many values each has.
DIRECTIVES = {"characteristics": 1, "addreg": None, "copyfiles": None, "*iftype": 1, "*mediatype": 1,
              "*physicalmediatype": 1}
NETWORK_TYPES = {"*iftype": "53", "*mediatype": "19", "*physicalmediatype": "0"}  # virtual, NdisMediumIP, unspecified
NCF_VIRTUAL = 0x1
SPSVCINST_ASSOCSERVICE = 0x2


class Inf:
    """Sections by lower-case name, each a list of (line number, key or None, values)."""

    def __init__(self, data):
        self.errors = []
        self.sections = {}
        self.used_strings = set()
        self.used_sections = set()
        self.parse(data)
        self.strings = {key.lower(): values[0] for _, key, values in self.sections.get("strings", []) if key and values}

    def error(self, number, text):
        self.errors.append((number, text))

    def parse(self, data):
        try:
            text = data.decode("ascii")
        except UnicodeDecodeError:
            self.error(0, "not plain ASCII")
            text = data.decode("latin-1")
        section = None
        for number, line in enumerate(text.split("\n"), 1):
            if line and not line.endswith("\r"):
                self.error(number, "line does not end as Windows' lines do")
            line = self.without_comment(number, line.rstrip("\r")).strip()
            if re.search(r"@[A-Z_]+@", line):
                self.error(number, "a name was not filled in: " + line)
            if not line:
                continue
            header = re.fullmatch(r"\[([^\[\]]+)\]", line)
            if header:
                name = header[1].strip().lower()
                if name in self.sections:
                    self.error(number, f"section [{header[1]}] is there twice")
                section = self.sections.setdefault(name, [])
            elif section is None:
                self.error(number, "a line before the first section")
            else:
                section.append((number, *self.split(number, line)))

    def without_comment(self, number, line):
        quoted = False
        for at, character in enumerate(line):
            if character == '"':
                quoted = not quoted
            elif character == ";" and not quoted:
                return line[:at]
        if quoted:
            self.error(number, "a quotation mark is not closed")
        return line

    @staticmethod
    def split(number, line):
        key = None
        found = re.match(r'([^="]*?)\s*=\s*(.*)', line)
        if found:
            key, line = found[1], found[2]
        values = [v.strip() for v in re.findall(r'((?:[^,"]|"[^"]*")*)(?:,|$)', line)[:-1] or [""]]
        return key, [re.sub(r'"([^"]*)"', r"\1", value) for value in values]

    def text(self, number, value):
        """With %tokens% replaced; those of folders (%13%) stay."""
        def replace(match):
            token = match[1].lower()
            if token == "" or token.isdigit():
                return match[0]
            self.used_strings.add(token)
            if token not in self.strings:
                self.error(number, f"%{match[1]}% is not in [Strings]")
            return self.strings.get(token, "")
        return re.sub(r"%([^%]*)%", replace, value)

    def section(self, name, number=0, wanted_by=None):
        self.used_sections.add(name.lower())
        if name.lower() not in self.sections:
            self.error(number, f"there is no section [{name}]" + (f", which {wanted_by} names" if wanted_by else ""))
            return []
        return [(n, key and self.text(n, key), [self.text(n, v) for v in values])
                for n, key, values in self.sections[name.lower()]]

    def keys(self, name, number=0, wanted_by=None):
        """A section of keys that may each be there once: key -> (line, values)."""
        found = {}
        for n, key, values in self.section(name, number, wanted_by):
            if key is None:
                self.error(n, f"no key in [{name}]")
            elif key.lower() in found:
                self.error(n, f"{key} is there twice in [{name}]")
            else:
                found[key.lower()] = (n, values)
        return found


class Check:
    def __init__(self, inf, machine, brand):
        self.inf = inf
        self.machine = machine
        self.brand = brand
        self.copied = set()

    def expect(self, number, what, found, expected):
        if found != expected:
            self.inf.error(number, f"{what} is '{found}', not '{expected}'")

    def run(self):
        self.version()
        models = self.manufacturer()
        self.models(models)
        self.files()
        self.strings()
        for name in self.inf.sections:
            if name not in self.inf.used_sections:
                self.inf.error(0, f"nothing uses section [{name}]")
        return sorted(self.inf.errors)

    def version(self):
        keys = self.inf.keys("Version")
        fixed = {"signature": "$Windows NT$", "class": "Net", "classguid": NET_CLASS, "pnplockdown": "1"}
        for key, expected in fixed.items():
            number, values = keys.pop(key, (0, [""]))
            self.expect(number, key, values[0], expected)
        number, values = keys.pop("provider", (0, [""]))
        if not values[0]:
            self.inf.error(number, "no provider")
        number, values = keys.pop("catalogfile", (0, [""]))
        if not re.fullmatch(r"[\w-]+\.cat", values[0]):
            self.inf.error(number, "no catalog")
        self.catalog = values[0]
        number, values = keys.pop("driverver", (0, [""]))
        date = re.fullmatch(r"(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])/(20\d\d)", values[0])
        if not date:
            self.inf.error(number, f"DriverVer: '{values[0]}' is no date as mm/dd/yyyy")
        parts = values[1].split(".") if len(values) == 2 else []
        if len(parts) != 4 or not all(p.isdigit() and int(p) < 65536 for p in parts):
            self.inf.error(number, "DriverVer has no version of four numbers")
        if self.brand:
            self.expect(number, "date", values[0], self.brand["BRAND_DRIVER_DATE"])
            self.expect(number, "version", ".".join(parts), "{VERSION_MAJOR}.{VERSION_MINOR}.{VERSION_PATCH}.0".format(**self.brand))
            self.expect(0, "catalog", self.catalog, self.brand["BRAND_FILE"] + ".cat")
        for key, (number, _) in keys.items():
            self.inf.error(number, f"{key} has no place in [Version]")

    def manufacturer(self):
        lines = self.inf.section("Manufacturer")
        if len(lines) != 1:
            self.inf.error(0, "one manufacturer is expected")
            return None
        number, name, values = lines[0]
        if self.brand:
            self.expect(number, "manufacturer", name, self.brand["BRAND_COMPANY"])
        for decoration in values[1:]:
            found = re.fullmatch(r"NT(amd64|ARM64)\.10\.0\.\.\.(\d+)", decoration)
            if not found:
                self.inf.error(number, f"decoration '{decoration}' is not NTmachine.10.0...build")
            elif found[1] != self.machine or int(found[2]) != OLDEST_BUILD:
                self.inf.error(number, f"decoration '{decoration}' is not for {self.machine} from {OLDEST_BUILD} on")
        if len(values) != 2:
            self.inf.error(number, "one decoration is expected")
            return None
        return number, ".".join(values)

    def models(self, models):
        if not models:
            return
        number, name = models
        lines = self.inf.section(name, number, "[Manufacturer]")
        if len(lines) != 1:
            self.inf.error(number, f"one model is expected in [{name}]")
            return
        number, description, values = lines[0]
        if len(values) != 2 or not all(values):
            self.inf.error(number, "a model is an install section and a hardware id")
            return
        install, hardware_id = values
        if self.brand:
            self.expect(number, "description", description, self.brand["BRAND_DESCRIPTION"])
            self.expect(number, "hardware id", hardware_id, self.brand["BRAND_HARDWARE_ID"])
        flags = self.inf.keys("ControlFlags")
        excluded = flags.pop("excludefromselect", (0, [""]))
        self.expect(excluded[0], "ExcludeFromSelect", excluded[1], [hardware_id])
        for key, (number, _) in flags.items():
            self.inf.error(number, f"{key} has no place in [ControlFlags]")
        self.install(install, number)

    def install(self, name, number):
        keys = self.inf.keys(name, number, "a model")
        for key, (number, values) in keys.items():
            if key not in DIRECTIVES:
                self.inf.error(number, f"{key} has no place in an install section")
            elif DIRECTIVES[key] not in (None, len(values)):
                self.inf.error(number, f"{key} has {len(values)} values")
        for key, expected in NETWORK_TYPES.items():
            if key not in keys:
                self.inf.error(0, f"[{name}] has no {key}, without which NDIS does not initialize the adapter")
            else:
                self.expect(keys[key][0], key, keys[key][1][0], expected)
        number, values = keys.get("characteristics", (0, ["0"]))
        if not self.number(number, values[0]) & NCF_VIRTUAL:
            self.inf.error(number, "Characteristics without NCF_VIRTUAL")
        registry = {}
        for section in keys.get("addreg", (0, []))[1]:
            registry.update(self.registry(section, name))
        for section in keys.get("copyfiles", (0, []))[1]:
            self.copied |= {v[0].lower() for _, _, v in self.inf.section(section, keys["copyfiles"][0], f"[{name}]")}
        service = self.services(name)
        self.expect(0, "Ndi\\Service", registry.get(("ndi", "service")), service)
        self.expect(0, "LowerRange", registry.get(("ndi\\interfaces", "lowerrange")), "nolower")
        if not registry.get(("ndi\\interfaces", "upperrange")):
            self.inf.error(0, "no UpperRange")

    def registry(self, section, wanted_by):
        found = {}
        for number, key, values in self.inf.section(section, 0, f"[{wanted_by}]"):
            if key is not None or len(values) != 5:
                self.inf.error(number, "a registry line is root, key, name, flags, value")
            elif values[0].upper() != "HKR":
                self.inf.error(number, f"{values[0]}: a universal package writes below HKR only")
            elif self.number(number, values[3]) not in (0, 0x10001):
                self.inf.error(number, f"registry flags {values[3]}")
            else:
                found[values[1].lower(), values[2].lower()] = values[4]
        return found

    def services(self, install):
        name = f"{install}.Services"
        keys = self.inf.keys(name, 0, "[%s]" % install)
        number, values = keys.pop("addservice", (0, []))
        for key, (other, _) in keys.items():
            self.inf.error(other, f"{key} has no place in [{name}]")
        if len(values) != 3:
            self.inf.error(number, "AddService has a name, flags and a section")
            return None
        if self.number(number, values[1]) != SPSVCINST_ASSOCSERVICE:
            self.inf.error(number, "the service is not that of the device")
        service = self.inf.keys(values[2], number, f"[{name}]")
        for key, expected in {"servicetype": 1, "starttype": 3, "errorcontrol": 1}.items():
            at, value = service.pop(key, (number, ["none"]))
            self.expect(at, key, self.number(at, value[0]), expected)
        service.pop("displayname", None)
        at, value = service.pop("servicebinary", (number, [""]))
        path = re.fullmatch(r"%(\d+)%\\([^\\]+)", value[0])
        if not path or path[1] != DRIVER_STORE:
            self.inf.error(at, f"ServiceBinary '{value[0]}' is not in the driver store (%{DRIVER_STORE}%)")
        elif path[2].lower() not in self.copied:
            self.inf.error(at, f"ServiceBinary {path[2]} is not copied")
        for key, (other, _) in service.items():
            self.inf.error(other, f"{key} has no place in a service's section")
        if self.brand:
            self.expect(number, "service", values[0], self.brand["BRAND_SERVICE"])
        return values[0]

    def files(self):
        disks = self.inf.keys("SourceDisksNames")
        sources = self.inf.keys("SourceDisksFiles")
        for file, (number, values) in sources.items():
            if values[0] not in disks:
                self.inf.error(number, f"{file} is on disk {values[0]}, which is not in [SourceDisksNames]")
            if file not in self.copied:
                self.inf.error(number, f"{file} is not copied by any section")
        for file in self.copied - set(sources):
            self.inf.error(0, f"{file} is copied, but not in [SourceDisksFiles]")
        if self.brand:
            self.expect(0, "files", sorted(self.copied), [self.brand["BRAND_FILE"].lower() + ".sys"])
        for key, (number, values) in self.inf.keys("DestinationDirs").items():
            if key != "defaultdestdir" and key not in self.inf.used_sections:
                self.inf.error(number, f"there is no section [{key}]")
            self.expect(number, f"destination of {key}", values, [DRIVER_STORE])

    def strings(self):
        self.inf.used_sections.add("strings")
        for number, key, values in self.inf.sections.get("strings", []):
            if not key or len(values) != 1 or not values[0]:
                self.inf.error(number, "a string is name = \"text\"")
            elif key.lower() not in self.inf.used_strings:
                self.inf.error(number, f"nothing uses %{key}%")

    def number(self, line, text):
        try:
            return int(text, 0)
        except ValueError:
            self.inf.error(line, f"'{text}' is no number")
            return 0


def brand_of(path):
    with open(path, encoding="utf-8") as file:
        return dict(re.findall(r"^(\w+) *:= *(.*?) *$", file.read(), re.M))


def check(data, machine, brand=None):
    """All that is wrong, as (line, text)."""
    return Check(Inf(data), machine, brand).run()


def main():
    parser = argparse.ArgumentParser(description="Checks the INF of a driver package.")
    parser.add_argument("--machine", required=True, choices=["amd64", "ARM64"])
    parser.add_argument("--brand", help="the brand.mk that it was made from")
    parser.add_argument("file")
    options = parser.parse_args()
    with open(options.file, "rb") as file:
        errors = check(file.read(), options.machine, options.brand and brand_of(options.brand))
    for number, text in errors:
        print(f"{options.file}:{number}: {text}" if number else f"{options.file}: {text}", file=sys.stderr)
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
