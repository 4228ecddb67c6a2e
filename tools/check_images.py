#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""What must be true of the images that ship: check_images.py WHAT IMAGE...

    headers    machine, subsystem, entry, hardening, sections
    since      all that they import is in Windows 10 1809 (tools/since.txt)
    version    all say the version, the names and the file name that brand.mk and the environment say
    symbols    the PDB beside each is of the same build
    paths      no text in them looks like a path of the machine that built them
"""
import os
import re
import subprocess
import sys

import pefile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
sys.dont_write_bytecode = True
import inf_check  # noqa: E402

OLDEST = 1809
MACHINES = {"win-x64": "IMAGE_FILE_MACHINE_AMD64", "win-arm64": "IMAGE_FILE_MACHINE_ARM64"}
SUBSYSTEMS = {".sys": "IMAGE_SUBSYSTEM_NATIVE", ".dll": "IMAGE_SUBSYSTEM_WINDOWS_GUI", ".exe": "IMAGE_SUBSYSTEM_WINDOWS_CUI"}
HARDENING = ["HIGH_ENTROPY_VA", "DYNAMIC_BASE", "NX_COMPAT", "GUARD_CF"]
# Guard flags: calls are instrumented, and there is a table of what they may reach.
CF_INSTRUMENTED, CF_TABLE = 0x100, 0x400


class Image:
    def __init__(self, path):
        self.path = path
        self.name, self.kind = os.path.basename(path), os.path.splitext(path)[1]
        self.pe = pefile.PE(path)
        self.errors = []

    def expect(self, what, found, expected):
        if found != expected:
            self.errors.append(f"{what} is {found}, not {expected}")

    def section_of(self, address):
        found = self.pe.get_section_by_rva(address)
        return found.Name.rstrip(b"\0").decode() if found else None


def headers(image):
    pe, optional = image.pe, image.pe.OPTIONAL_HEADER
    folder = os.path.basename(os.path.dirname(os.path.abspath(image.path)))
    image.expect("machine", pefile.MACHINE_TYPE[pe.FILE_HEADER.Machine], MACHINES[folder])
    image.expect("subsystem", pefile.SUBSYSTEM_TYPE[optional.Subsystem], SUBSYSTEMS[image.kind])
    version = (optional.MajorSubsystemVersion, optional.MinorSubsystemVersion, optional.MajorOperatingSystemVersion, optional.MinorOperatingSystemVersion)
    image.expect("version of subsystem and system", version, (10, 0, 10, 0))
    for flag in HARDENING:
        if not getattr(optional, "IMAGE_DLLCHARACTERISTICS_" + flag):
            image.errors.append(f"no {flag}")
    image.expect("relocations stripped", pe.FILE_HEADER.IMAGE_FILE_RELOCS_STRIPPED, False)
    image.expect("large addresses", pe.FILE_HEADER.IMAGE_FILE_LARGE_ADDRESS_AWARE, True)
    image.expect("checksum right", pe.verify_checksum(), True)
    config = pe.DIRECTORY_ENTRY_LOAD_CONFIG.struct
    image.expect("guard flags", config.GuardFlags & (CF_INSTRUMENTED | CF_TABLE), CF_INSTRUMENTED | CF_TABLE)
    if not config.GuardCFFunctionCount:
        image.errors.append("the table of guarded functions is empty")
    sections(image)
    # The driver starts in what is thrown away when it has started; Windows calls the others' entries again.
    image.expect("section of the entry", image.section_of(optional.AddressOfEntryPoint), "INIT" if image.kind == ".sys" else ".text")


def sections(image):
    names = [s.Name.rstrip(b"\0").decode() for s in image.pe.sections]
    image.expect("sections", names, [n for n in (".text", ".rdata", ".data", ".pdata", "INIT", ".rsrc", ".reloc") if n in names])
    for section, name in zip(image.pe.sections, names):
        if section.IMAGE_SCN_MEM_WRITE and section.IMAGE_SCN_MEM_EXECUTE:
            image.errors.append(f"{name} is writable and executable")
        image.expect(f"{name} executable", section.IMAGE_SCN_MEM_EXECUTE, name in (".text", "INIT"))
        image.expect(f"{name} writable", section.IMAGE_SCN_MEM_WRITE, name == ".data")
        image.expect(f"{name} discardable", section.IMAGE_SCN_MEM_DISCARDABLE, name in ("INIT", ".reloc"))
        image.expect(f"{name} shared", section.IMAGE_SCN_MEM_SHARED, False)


def imports_of(image):
    return {(entry.dll.decode().lower(), symbol.name.decode()) for entry in image.pe.DIRECTORY_ENTRY_IMPORT for symbol in entry.imports}


def since(images):
    with open(os.path.join(ROOT, "tools/since.txt"), encoding="utf-8") as file:
        lines = [line.split() for line in file if line.strip() and not line.startswith("#")]
    known = {(module, name): int(release) for module, name, release in lines}
    used = set()
    for image in images:
        used |= imports_of(image)
        for module, name in sorted(imports_of(image)):
            if (module, name) not in known:
                image.errors.append(f"{module} {name} is not in tools/since.txt")
            elif known[module, name] > OLDEST:
                image.errors.append(f"{module} {name} came with {known[module, name]}, after {OLDEST}")
    images[0].errors += [f"tools/since.txt: nothing imports {module} {name}" for module, name in sorted(set(known) - used)]


def version(image, brand):
    numbers = [int(brand["VERSION_" + part]) for part in ("MAJOR", "MINOR", "PATCH")]
    fixed = image.pe.VS_FIXEDFILEINFO[0]
    halves = [numbers[0] << 16 | numbers[1], numbers[2] << 16]
    image.expect("file version", [fixed.FileVersionMS, fixed.FileVersionLS], halves)
    image.expect("product version", [fixed.ProductVersionMS, fixed.ProductVersionLS], halves)
    image.expect("file type", fixed.FileType, {".sys": 3, ".dll": 2, ".exe": 1}[image.kind])
    texts = {}
    for info in image.pe.FileInfo[0]:
        for table in getattr(info, "StringTable", []):
            texts |= {key.decode(): value.decode() for key, value in table.entries.items()}
    text = ".".join(map(str, numbers))
    file = brand["BRAND_FILE"] + image.kind
    image.expect("texts", {key: value for key, value in texts.items() if key != "LegalCopyright"}, {
        "CompanyName": brand["BRAND_COMPANY"], "FileDescription": brand["BRAND_DESCRIPTION"], "FileVersion": text, "InternalName": file,
        "OriginalFilename": file, "ProductName": brand["BRAND"], "ProductVersion": text})


def symbols(image):
    entries = [e.entry for e in image.pe.DIRECTORY_ENTRY_DEBUG if e.struct.Type == pefile.DEBUG_TYPE["IMAGE_DEBUG_TYPE_CODEVIEW"]]
    image.expect("number of CodeView entries", len(entries), 1)
    entry = entries[0]
    image.expect("name of the PDB", entry.PdbFileName.rstrip(b"\0").decode(), image.name + ".pdb")
    summary = subprocess.run(["llvm-pdbutil-19", "dump", "--summary", image.path + ".pdb"], capture_output=True, text=True, check=True).stdout
    guid = re.search(r"GUID: \{([0-9A-F-]+)\}", summary)[1]
    own = f"{entry.Signature_Data1:08X}-{entry.Signature_Data2:04X}-{entry.Signature_Data3:04X}-" + \
        f"{entry.Signature_Data4:02X}{entry.Signature_Data5:02X}-{entry.Signature_Data6.hex().upper()}"
    image.expect("GUID of the PDB", guid, own)
    image.expect("age of the PDB", int(re.search(r"Age: (\d+)", summary)[1]), entry.Age)


# What a home folder, a temporary one or a drive of a build machine looks like, as it is and in UTF-16; not what Windows itself has.
PATHS = re.compile(rb"(?:/(?:home|root|tmp|build|usr|work|mnt|opt|var)/[ -~]*|[A-Za-z]:\\(?!Windows\\)[ -~]+)", re.I)


def paths(image):
    for data in (image.pe.__data__, bytes(image.pe.__data__).replace(b"\0", b"")):
        image.errors += sorted({f"has the path {found.decode()}" for found in PATHS.findall(bytes(data))})


def main():
    what, images = sys.argv[1], [Image(path) for path in sys.argv[2:]]
    if not images:
        sys.exit(__doc__)
    if what == "since":
        since(images)
    else:
        brand = inf_check.brand_of(os.environ.get("BRAND_MK", os.path.join(ROOT, "brand.mk")))
        for image in images:
            {"headers": headers, "symbols": symbols, "paths": paths}[what](image) if what != "version" else version(image, brand)
    bad = [f"{image.path}: {error}" for image in images for error in image.errors]
    print("\n".join(bad), file=sys.stderr)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
