#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""Makes the unsigned catalog of a driver package: catalog.py --out warren.cat warren.inf [FILE...]

The INF and every file given become members, under their SHA-256 and, as catalogs have it, once more under their SHA-1.
Images count with their Authenticode hash, which does not change when a signature is added to them; all else as it is.
Operating system and hardware ids come from the INF. The same input gives the same catalog: its date is the INF's, its
identifier comes from its members. osslsigncode signs it (tools/sign.sh).
"""
import argparse
import datetime
import hashlib
import os
import re
import struct
import sys

from asn1crypto import algos, core

sys.dont_write_bytecode = True
import inf_check  # noqa: E402

# Names of these numbers: Microsoft's wintrust.h, wincrypt.h, mscat.h.
SIGNED_DATA = "1.2.840.113549.1.7.2"
CTL = "1.3.6.1.4.1.311.10.1"
CATALOG_LIST = "1.3.6.1.4.1.311.12.1.1"
CATALOG_LIST_MEMBER_V2 = "1.3.6.1.4.1.311.12.1.3"
CAT_NAMEVALUE = "1.3.6.1.4.1.311.12.2.1"
CAT_MEMBERINFO2 = "1.3.6.1.4.1.311.12.2.3"
SPC_INDIRECT_DATA = "1.3.6.1.4.1.311.2.1.4"
SPC_PE_IMAGE_DATA = "1.3.6.1.4.1.311.2.1.15"
SPC_CAB_DATA = "1.3.6.1.4.1.311.2.1.25"

# Authenticated, by name, data in plain text; and replacing a former one.
NAMEVALUE_FLAGS = 0x10010001
OS_VERSION = "2:10.0"  # platform NT, version 10.0


def fields(*pairs, base=core.Sequence):
    """An ASN.1 sequence type of these members; a third element makes one tagged or optional."""
    return type("Sequence", (base,), {"_fields": [pair if len(pair) == 3 else (*pair, {}) for pair in pairs]})


def list_of(kind, base=core.SequenceOf):
    return type("List", (base,), {"_child_spec": kind})


NameValue = fields(("name", core.BMPString), ("flags", core.Integer), ("value", core.OctetString))
Attribute = fields(("type", core.ObjectIdentifier), ("values", list_of(core.Any, core.SetOf)))
Member = fields(("identifier", core.OctetString), ("attributes", list_of(Attribute, core.SetOf)))
Extension = fields(("type", core.ObjectIdentifier), ("value", core.OctetString))
DigestInfo = fields(("algorithm", algos.DigestAlgorithm), ("digest", core.OctetString))
# SpcLink's third choice is a file by its name, which is empty here.
Link = type("Link", (core.Choice,), {"_alternatives": [
    ("file", type("Name", (core.Choice,), {"_alternatives": [("unicode", core.BMPString, {"implicit": 0})]}), {"explicit": 2})]})
PeImageData = fields(("flags", core.BitString), ("file", Link, {"explicit": 0}))
IndirectData = fields(("data", fields(("type", core.ObjectIdentifier), ("value", core.Any))), ("digest", DigestInfo))
TrustList = fields(("usage", list_of(core.ObjectIdentifier)), ("identifier", core.OctetString), ("this_update", core.UTCTime),
                   ("algorithm", fields(("algorithm", core.ObjectIdentifier), ("parameters", core.Null))),
                   ("members", list_of(Member)), ("extensions", list_of(Extension), {"explicit": 0}))
SignedData = fields(("version", core.Integer), ("digest_algorithms", list_of(core.Any, core.SetOf)),
                    ("content", fields(("type", core.ObjectIdentifier), ("content", TrustList, {"explicit": 0}))),
                    ("signers", list_of(core.Any, core.SetOf)))
ContentInfo = fields(("type", core.ObjectIdentifier), ("content", SignedData, {"explicit": 0}))


def is_image(data):
    return data[:2] == b"MZ"


def hashed_part(data):
    """Of an image all but its checksum, the place of its signature in the headers, and the signature."""
    if not is_image(data):
        return data
    (header,) = struct.unpack_from("<I", data, 0x3C)
    if data[header:header + 4] != b"PE\0\0" or struct.unpack_from("<H", data, header + 24)[0] != 0x20B:
        raise ValueError("not a 64-bit image")
    checksum, directory = header + 24 + 64, header + 24 + 112 + 4 * 8
    at, size = struct.unpack_from("<II", data, directory)
    end = at if size else len(data)
    if size and at + size != len(data):
        raise ValueError("the signature is not the last thing of the image")
    return data[:checksum] + data[checksum + 4:directory] + data[directory + 8:end]


def name_value(name, value):
    return NameValue({"name": name, "flags": NAMEVALUE_FLAGS, "value": value.encode("utf-16-le") + b"\0\0"})


def attribute(kind, value):
    return {"type": kind, "values": [value]}


def indirect_data(data, digest):
    link = Link("file", Link._alternatives[0][1]("unicode", core.BMPString("")))
    if is_image(data):
        # Flags as all signing tools write them: include resources and all else.
        flags = core.BitString((1, 0, 1))
        content = {"type": SPC_PE_IMAGE_DATA, "value": core.Any(PeImageData({"flags": flags, "file": link}))}
    else:
        content = {"type": SPC_CAB_DATA, "value": core.Any(link)}
    return IndirectData({"data": content,
                         "digest": {"algorithm": {"algorithm": "sha256", "parameters": core.Null()}, "digest": digest}})


def members(path):
    with open(path, "rb") as file:
        data = file.read()
    for algorithm in ("sha256", "sha1"):
        digest = hashlib.new(algorithm, hashed_part(data)).digest()
        attributes = [attribute(CAT_NAMEVALUE, name_value("File", os.path.basename(path))),
                      attribute(CAT_NAMEVALUE, name_value("OSAttr", OS_VERSION)),
                      attribute(CAT_MEMBERINFO2, core.Any(core.Null(implicit=("context", 2))))]
        if algorithm == "sha256":
            attributes.append(attribute(SPC_INDIRECT_DATA, indirect_data(data, digest)))
        yield Member({"identifier": digest, "attributes": attributes})


def facts_of(path):
    """What the INF says of its date, its systems and its devices."""
    with open(path, "rb") as file:
        inf = inf_check.Inf(file.read())
    date = datetime.datetime.strptime(inf.keys("Version")["driverver"][1][0], "%m/%d/%Y").replace(tzinfo=datetime.timezone.utc)
    systems, hardware = [], []
    for _, _, values in inf.section("Manufacturer"):
        for decoration in values[1:]:
            found = re.match(r"NT(\w+)\.(\d+)\.(\d+)", decoration)
            machine = {"amd64": "X64", "arm64": "ARM64"}[found[1].lower()]
            systems.append(f"_v{found[2]}{found[3]}_{machine}")
            hardware += [id.lower() for _, _, model in inf.section(f"{values[0]}.{decoration}") for id in model[1:]]
    if inf.errors or not systems or not hardware:
        raise ValueError(f"{path}: {inf.errors or 'no systems or hardware ids'}")
    return date, systems, hardware


def catalog(inf, files):
    date, systems, hardware = facts_of(inf)
    entries = sorted((member for path in [inf, *files] for member in members(path)), key=lambda m: m["identifier"].native)
    identifier = hashlib.sha256(b"".join(entry["identifier"].native for entry in entries)).digest()[:16]
    names = [("OS", system) for system in systems] + [(f"HWID{i}", id) for i, id in enumerate(hardware, 1)]
    extensions = [{"type": CAT_NAMEVALUE, "value": name_value(*pair).dump()} for pair in names]
    trust_list = {"usage": [CATALOG_LIST], "identifier": identifier, "this_update": date,
                  "algorithm": {"algorithm": CATALOG_LIST_MEMBER_V2, "parameters": core.Null()}, "members": entries,
                  "extensions": extensions}
    signed = {"version": 1, "digest_algorithms": [], "content": {"type": CTL, "content": trust_list}, "signers": []}
    return ContentInfo({"type": SIGNED_DATA, "content": signed}).dump()


def main():
    parser = argparse.ArgumentParser(description="Makes the unsigned catalog of a driver package.")
    parser.add_argument("--out", required=True)
    parser.add_argument("inf")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    try:
        made = catalog(options.inf, options.files)
        with open(options.out, "wb") as file:
            file.write(made)
    except (OSError, ValueError) as error:
        sys.exit(f"catalog: {error}")


if __name__ == "__main__":
    main()
