#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""Says in SPDX 2.3 what a folder of the release is made of: sbom.py --machine amd64 --compiler TEXT FOLDER

Names and version come from the environment, as make exports them from brand.mk; the date is SOURCE_DATE_EPOCH. The same
folder gives the same document.
"""
import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re

GPL = {"sys", "inf", "cat"}  # what the driver is, and what installs it


def licence(path, brand):
    name = path.name
    if path.parts[0] == "LICENSES":
        return "NOASSERTION"  # texts of licences
    if path.suffix[1:] in GPL or name == f"{brand}.sys.pdb":
        return "GPL-2.0-only"
    return "MIT AND GPL-2.0-only" if name == f"{brand}.dll" else "MIT"


def kinds(path):
    suffix = path.suffix[1:]
    if suffix in ("sys", "dll", "exe", "lib", "pdb", "cat"):
        return ["BINARY"]
    return ["SOURCE"] if suffix in ("h", "cmake") else ["TEXT"]


def identifier(text):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]+", "-", text)


def files(folder, brand):
    for path in sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file()):
        data = (folder / path).read_bytes()
        yield {
            "SPDXID": identifier("File-" + path.as_posix()),
            "fileName": "./" + path.as_posix(),
            "fileTypes": kinds(path),
            "checksums": [{"algorithm": "SHA1", "checksumValue": hashlib.sha1(data).hexdigest()},
                          {"algorithm": "SHA256", "checksumValue": hashlib.sha256(data).hexdigest()}],
            "licenseConcluded": licence(path, brand),
            "licenseInfoInFiles": ["NOASSERTION"],
            "copyrightText": "Copyright 2026 The Warren Authors",
        }


def package(name, version, concluded, purpose, supplier):
    return {"SPDXID": identifier("Package-" + name), "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False, "licenseConcluded": concluded, "licenseDeclared": concluded,
            "copyrightText": "Copyright 2026 The Warren Authors", "primaryPackagePurpose": purpose, "supplier": supplier}


def document(folder, machine, compiler):
    brand, company = os.environ["BRAND_FILE"], os.environ["BRAND_COMPANY"]
    version = ".".join(os.environ["VERSION_" + part] for part in ("MAJOR", "MINOR", "PATCH"))
    date = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    name = f"{brand}-{version}-{machine}"
    listed = list(files(folder, brand))
    sums = sorted(c["checksumValue"] for f in listed for c in f["checksums"] if c["algorithm"] == "SHA1")
    release = package(name, version, "MIT AND GPL-2.0-only", "APPLICATION", f"Organization: {company}")
    release |= {"filesAnalyzed": True, "licenseInfoFromFiles": ["NOASSERTION"],
                "packageVerificationCode": {"packageVerificationCodeValue": hashlib.sha1("".join(sums).encode()).hexdigest()}}
    source = package(f"{brand}-{version}-source", version, "MIT AND GPL-2.0-only", "SOURCE", f"Organization: {company}")
    tool = package("clang-and-lld", compiler, "Apache-2.0 WITH LLVM-exception", "APPLICATION", "Organization: LLVM")
    tool["copyrightText"] = "NOASSERTION"
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", release["SPDXID"]), (release["SPDXID"], "GENERATED_FROM", source["SPDXID"]),
                 (tool["SPDXID"], "BUILD_TOOL_OF", release["SPDXID"])]
    relations += [(release["SPDXID"], "CONTAINS", file["SPDXID"]) for file in listed]
    by_name = {pathlib.PurePosixPath(f["fileName"]).as_posix(): f["SPDXID"] for f in listed}
    relations += [(by_name[f"bin/{brand}.dll"], "CONTAINS", by_name[f"driver/{brand}.{part}"]) for part in ("inf", "sys")]
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": name,
        # Unique to the content, as the specification wants it; nothing is at this address.
        "documentNamespace": f"https://spdx.org/spdxdocs/{name}-{hashlib.sha256(json.dumps(listed).encode()).hexdigest()}",
        "creationInfo": {"created": date.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": [f"Organization: {company}", "Tool: sbom.py"]},
        "packages": [release, source, tool], "files": listed,
        "relationships": [{"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b} for a, kind, b in relations],
    }


def main():
    parser = argparse.ArgumentParser(description="Says in SPDX 2.3 what a folder of the release is made of.")
    parser.add_argument("--machine", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()
    print(json.dumps(document(options.folder, options.machine, options.compiler), indent=1))


if __name__ == "__main__":
    main()
