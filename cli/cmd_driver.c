/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * driver install, remove, version; version.
 */
#include "cli/cli.h"

static void VersionText(const WORD Version[4], WCHAR Text[32]) {
    Text[0] = 0;
    for (unsigned Part = 0; Part < 4; ++Part) {
        WCHAR Number[8];

        TextNumber(Number, COUNT_OF(Number), Version[Part]);
        if (Part) TextAppend(Text, 32, L".");
        TextAppend(Text, 32, Number);
    }
}

static bool IsNone(const WORD Version[4]) { return !(Version[0] | Version[1] | Version[2] | Version[3]); }

static void Line(LPCWSTR Key, LPCWSTR Label, const WORD Version[4], LPCWSTR None) {
    WCHAR Text[32];

    VersionText(Version, Text);
    JsonText(Key, IsNone(Version) ? L"" : Text);
    if (!OutIsJson()) Print(L"%s%s\n", Label, IsNone(Version) ? None : Text);
}

EXIT_CODE VersionRun(const ARGUMENTS *Arguments) {
    WARREN_VERSIONS Versions = {.Size = sizeof(Versions)};

    (void)Arguments;
    if (!Library.GetVersions(&Versions)) return LibraryFailed(L"the versions cannot be found out");
    JsonOpen(NULL, '{');
    Line(L"library", L"Library:           ", Versions.Library, L"unknown");
    Line(L"installed", L"Driver, installed: ", Versions.Installed, L"none");
    Line(L"running", L"Driver, running:   ", Versions.Running, L"not running");
    JsonNumber(L"packages", Versions.Packages);
    JsonBool(L"carried", Versions.Carried);
    JsonClose('}');
    if (!OutIsJson() && !Versions.Carried) Print(L"The library carries no driver package.\n");
    if (!OutIsJson() && Versions.Packages > 1) Print(L"%u packages are installed.\n", Versions.Packages);
    return EXIT_GOOD;
}

EXIT_CODE DriverInstallRun(const ARGUMENTS *Arguments) {
    if (!Library.InstallDriver()) return LibraryFailed(L"the driver cannot be installed");
    return VersionRun(Arguments);
}

EXIT_CODE DriverRemoveRun(const ARGUMENTS *Arguments) {
    if (!Library.DeleteDriver()) return LibraryFailed(L"the driver cannot be removed");
    return VersionRun(Arguments);
}
