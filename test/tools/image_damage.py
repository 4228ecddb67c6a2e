#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""Damages a good driver in one way after the other; tools/check_images.py has to name each: image_damage.py IMAGE"""
import os
import shutil
import subprocess
import sys
import tempfile

import pefile

TOOL = os.path.join(os.path.dirname(__file__), "../../tools/check_images.py")


def header(**fields):
    def change(pe):
        for name, value in fields.items():
            owner = pe.OPTIONAL_HEADER if hasattr(pe.OPTIONAL_HEADER, name) else pe.FILE_HEADER
            setattr(owner, name, value(getattr(owner, name)))
    return change


def section(name, flip):
    def change(pe):
        found = next(s for s in pe.sections if s.Name.startswith(name))
        found.Characteristics ^= flip
    return change


def later(pe):
    pe.VS_FIXEDFILEINFO[0].FileVersionMS += 1


def replace(old, new):
    """In the file as it is; old and new have one length."""
    def change(data):
        assert old in data and len(old) == len(new)
        return data.replace(old, new, 1)
    change.on_bytes = True
    return change


def wide(text):
    return text.encode("utf-16-le")


# Which check, what is done, what has to be said.
DAMAGE = [
    ("headers", header(Machine=lambda _: 0xAA64), "machine is"),
    ("headers", header(Subsystem=lambda _: 2), "subsystem is"),
    ("headers", header(MajorSubsystemVersion=lambda _: 6), "version of subsystem"),
    ("headers", header(DllCharacteristics=lambda c: c & ~0x20), "no HIGH_ENTROPY_VA"),
    ("headers", header(DllCharacteristics=lambda c: c & ~0x40), "no DYNAMIC_BASE"),
    ("headers", header(DllCharacteristics=lambda c: c & ~0x100), "no NX_COMPAT"),
    ("headers", header(DllCharacteristics=lambda c: c & ~0x4000), "no GUARD_CF"),
    ("headers", header(CheckSum=lambda c: c + 1), "checksum right"),
    ("headers", header(AddressOfEntryPoint=lambda _: 0x1000), "section of the entry is .text"),
    ("headers", section(b"INIT", 0x02000000), "INIT discardable"),
    ("headers", section(b".text", 0x80000000), ".text is writable and executable"),
    ("headers", section(b".data", 0x20000000), ".data executable"),
    ("headers", section(b".rdata", 0x80000000), ".rdata writable"),
    ("since", replace(b"ExFreePoolWithTag\0", b"ExAllocatePool2\0\0\0"), "ExAllocatePool2 is not in tools/since.txt"),
    ("version", replace(wide("ProductName"), wide("PraductName")), "texts is"),
    ("version", later, "file version is"),
    ("symbols", replace(b"warren.sys.pdb", b"wurren.sys.pdb"), "name of the PDB"),
    ("paths", replace(b"warren.sys.pdb\0", b"/home/me/x.pdb\0"), "has the path /home/me/x.pdb"),
]


def said(tool, image):
    done = subprocess.run([TOOL, tool, image], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def other_symbols(image):
    """The PDB of another build."""
    with open(image + ".pdb", "r+b") as file:
        data = file.read()
        own = pefile.PE(image).DIRECTORY_ENTRY_DEBUG[0].entry
        at = data.index(b"".join(value.to_bytes(size, "little") for value, size in (
            (own.Signature_Data1, 4), (own.Signature_Data2, 2), (own.Signature_Data3, 2))))
        file.seek(at)
        file.write(b"\x01\x02\x03\x04")
    return "GUID of the PDB" in said("symbols", image)[1]


def main():
    original, bad = sys.argv[1], 0
    with tempfile.TemporaryDirectory() as work:
        folder = os.path.join(work, "win-x64")
        os.mkdir(folder)
        image = os.path.join(folder, "warren.sys")
        shutil.copy(original + ".pdb", image + ".pdb")
        for tool, change, expected in DAMAGE:
            if getattr(change, "on_bytes", False):
                with open(original, "rb") as file:
                    data = change(file.read())
            else:
                pe = pefile.PE(original)
                change(pe)
                data = bytes(pe.write())
            with open(image, "wb") as file:
                file.write(data)
            status, text = said(tool, image)
            if status != 1 or expected not in text:
                print(f"{tool}: not '{expected}' but {status}: {text}")
                bad += 1
        shutil.copy(original, image)
        if not other_symbols(image):
            print("the PDB of another build is not noticed")
            bad += 1
    print(f"{len(DAMAGE) + 1} kinds of damage, {bad} not found")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
