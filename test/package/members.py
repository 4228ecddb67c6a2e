#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""Reads a signed catalog with a library that did not write the signature: members.py CATALOG

Checks that the signature's digest is that of the list, then prints each member, `length-of-identifier identifier digest
name=value...`, and what is said of all of them.
"""
import hashlib
import sys

from asn1crypto import cms, core, parser


def children(data):
    """(class, tag, contents, whole) of each value in data."""
    at = 0
    while at < len(data):
        kind, _, tag, header, contents, trailer = parser.parse(data[at:])
        size = len(header) + len(contents) + len(trailer)
        yield kind, tag, contents, data[at:at + size]
        at += size


def oid(contents):
    return core.ObjectIdentifier.load(b"\x06" + bytes([len(contents)]) + contents).native


def name_value(data):
    name, _, value = children(parser.parse(data)[4])
    return f"{name[2].decode('utf-16-be')}={value[2].decode('utf-16-le').rstrip(chr(0))}"


def member(data):
    identifier, attributes = children(data)
    names, digest = [], "-"
    for _, _, contents, _ in children(attributes[2]):
        kind, values = children(contents)
        if oid(kind[2]) == "1.3.6.1.4.1.311.12.2.1":
            names.append(name_value(values[2]))
        elif oid(kind[2]) == "1.3.6.1.4.1.311.2.1.4":
            _, info = children(parser.parse(values[2])[4])
            digest = list(children(info[2]))[1][2].hex()
    return f"{len(identifier[2])} {identifier[2].hex()} {digest} {' '.join(sorted(names))}"


def main():
    with open(sys.argv[1], "rb") as file:
        signed = cms.ContentInfo.load(file.read())["content"]
    encapsulated = list(children(signed["encap_content_info"].contents))
    if oid(encapsulated[0][2]) != "1.3.6.1.4.1.311.10.1":
        sys.exit("not a trust list")
    trust_list = parser.parse(encapsulated[1][2])[4]
    for signer in signed["signer_infos"]:
        said = [a["values"][0].native for a in signer["signed_attrs"] if a["type"].native == "message_digest"]
        if said != [hashlib.sha256(trust_list).digest()]:
            sys.exit("the signature is for something else")
    *_, members, extensions = children(trust_list)
    for _, _, contents, _ in children(members[2]):
        print(member(contents))
    for _, _, contents, _ in children(parser.parse(extensions[2])[4]):
        print(name_value(list(children(contents))[1][2]))
    print(f"signers={len(signed['signer_infos'])}")


if __name__ == "__main__":
    main()
