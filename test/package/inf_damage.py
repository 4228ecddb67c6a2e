#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""Damages a good INF in one way after the other; tools/inf_check.py has to name each: inf_damage.py FILE BRAND"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../tools"))
sys.dont_write_bytecode = True
import inf_check  # noqa: E402

# What is replaced (once), by what, and what has to be said.
DAMAGE = [
    ("Class       = Net", "Class       = System", "class is 'System'"),
    ("{4d36e972", "{4d36e973", "classguid is"),
    ("PnpLockdown = 1", "PnpLockdown = 0", "pnplockdown is '0'"),
    ("PnpLockdown = 1\r\n", "", "pnplockdown is ''"),
    ("CatalogFile", "CatalogFil", "no catalog"),
    ("DriverVer   = 11/", "DriverVer   = 13/", "is no date"),
    (".0.0\r\n", ".0\r\n", "no version of four numbers"),
    (".1.0.0\r\n", ".2.0.0\r\n", "version is '0.2.0.0'"),
    ("NTamd64.10.0...17763\r\n\r\n[Models.NTamd64", "NTarm64.10.0...17763\r\n\r\n[Models.NTamd64", "is not NTmachine"),
    ("Models, NTamd64.10.0...17763", "Models, NTamd64.10.0...99", "is not for amd64 from 17763 on"),
    ("Models, NTamd64.10.0...17763", "Models, NTamd64", "is not NTmachine.10.0...build"),
    ("[Models.NTamd64.10.0...17763]", "[Models.NTamd64.10.0...17764]", "there is no section [Models.NTamd64.10.0...17763]"),
    ("[Models.NTamd64.10.0...17763]", "[Models.NTamd64.10.0...17764]", "nothing uses section [models.ntamd64.10.0...17764]"),
    ("Install, Warren", "Instal, Warren", "there is no section [Instal]"),
    ("Install, Warren", "Install, Warner", "hardware id is 'Warner'"),
    ("ExcludeFromSelect = Warren", "ExcludeFromSelect = Wintun", "ExcludeFromSelect is"),
    ("ExcludeFromSelect = Warren", "", "ExcludeFromSelect is"),
    ("Characteristics    = 0x1", "Characteristics    = 0x4", "without NCF_VIRTUAL"),
    ("*IfType            = 53", "*IfType            = 6", "*iftype is '6'"),
    ("*MediaType  ", "*MediaTyp  ", "has no *mediatype"),
    ("*PhysicalMediaType =", "PhysicalMediaType =", "has no *physicalmediatype"),
    ('"nolower"', '"ethernet"', "LowerRange is 'ethernet'"),
    ("HKR, Ndi,  ", "HKLM, Ndi,  ", "below HKR only"),
    ("Service,    0, Warren", "Service,    0, Warner", "Ndi\\Service is 'Warner'"),
    ("DefaultDestDir = 13", "DefaultDestDir = 12", "destination of defaultdestdir"),
    ("ServiceBinary = %13%", "ServiceBinary = %12%", "is not in the driver store"),
    ("ServiceBinary = %13%\\warren", "ServiceBinary = %13%\\other", "ServiceBinary other.sys is not copied"),
    ("[Install.CopyFiles]\r\nwarren.sys", "[Install.CopyFiles]\r\nother.sys", "other.sys is copied, but not in [SourceDisksFiles]"),
    ("[SourceDisksFiles]\r\nwarren.sys = 1", "[SourceDisksFiles]\r\nwarren.sys = 2", "is on disk 2"),
    ("AddService = Warren, 2", "AddService = Warren, 0", "not that of the device"),
    ("Warren, 2, Install.Service", "Warren, 2, Install.Servic", "there is no section [Install.Servic]"),
    ("StartType     = 3", "StartType     = 0", "starttype is '0'"),
    ("ServiceType   = 1", "ServiceType   = one", "'one' is no number"),
    ("[Install.Services]", "[Install.CoInstallers]", "nothing uses section [install.coinstallers]"),
    ("AddReg             =", "RegisterDlls       =", "registerdlls has no place"),
    ("Provider    = %Provider%", "Provider    = %Provide%", "%Provide% is not in [Strings]"),
    ('DiskName    = "', 'Disk    = "', "%DiskName% is not in [Strings]"),
    ('DiskName    = "', 'Other = "x"\r\nDiskName    = "', "nothing uses %Other%"),
    ('driver"', "driver", "a quotation mark is not closed"),
    ("Warren, 2", "@SERVICE@, 2", "a name was not filled in"),
    ("[ControlFlags]", "[ControlFlags]\r\n[ControlFlags]", "is there twice"),
    ("StartType     = 3", "ErrorControl  = 3", "ErrorControl is there twice"),
    ("[Version]", "stray\r\n[Version]", "a line before the first section"),
    ("DefaultDestDir = 13\r\n", "DefaultDestDir = 13\n", "does not end as Windows' lines do"),
    ("The Warren Authors\"", "The Warren Auth\u00f6rs\"", "not plain ASCII"),
]


def main():
    with open(sys.argv[1], "rb") as file:
        good = file.read().decode("ascii")
    brand = inf_check.brand_of(sys.argv[2])
    bad = 0
    for old, new, said in DAMAGE:
        if old not in good:
            print(f"the INF has no {old!r} to damage")
            bad += 1
            continue
        errors = inf_check.check(good.replace(old, new, 1).encode("latin-1"), "amd64", brand)
        if not any(said in text for _, text in errors):
            print(f"{old!r} -> {new!r}: not '{said}' but {errors}")
            bad += 1
    print(f"{len(DAMAGE)} kinds of damage, {bad} not found")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
