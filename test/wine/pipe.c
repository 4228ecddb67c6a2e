/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Named pipes under Wine, for programs that are controlled through one.
 *   pipe --link      gives pipes the name by which Go's programs look for them, until the last process of the prefix ends
 *   pipe NAME        sends standard input to the pipe, and prints what comes back up to an empty line
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <winternl.h>

#include <stdio.h>
#include <string.h>

#define OBJ_PERMANENT_ 0x10

static int fail(const char *what, unsigned long error) {
    fprintf(stderr, "pipe: %s (%lx)\n", what, error);
    return 1;
}

/* Wine has \??\PIPE only, and looks for names as they are written. */
static int link_make(void) {
    NTSTATUS(NTAPI * make)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, UNICODE_STRING *) =
        (void *)GetProcAddress(GetModuleHandleA("ntdll"), "NtCreateSymbolicLinkObject");
    UNICODE_STRING name = {18, 20, (WCHAR[]){L"\\??\\pipe"}}, target = {0};
    WCHAR device[] = L"\\Device\\NamedPipe";
    target.Buffer = device;
    target.Length = sizeof device - sizeof *device;
    target.MaximumLength = sizeof device;
    name.Length = 8 * sizeof(WCHAR);
    OBJECT_ATTRIBUTES attributes = {.Length = sizeof attributes, .ObjectName = &name, .Attributes = OBJ_PERMANENT_};
    HANDLE link;
    NTSTATUS status = make ? make(&link, 0xF0001, &attributes, &target) : -1;
    if (status == (NTSTATUS)0xC0000035) return 0; /* it is there */
    return status < 0 ? fail("cannot make the link", (unsigned long)status) : 0;
}

int main(int argc, char **argv) {
    char text[1 << 16];
    DWORD size = 0, got;

    if (argc != 2) {
        fputs("usage: pipe --link | pipe NAME <request\n", stderr);
        return 2;
    }
    if (!strcmp(argv[1], "--link")) return link_make();
    HANDLE pipe = CreateFileA(argv[1], GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (pipe == INVALID_HANDLE_VALUE) return fail("cannot open the pipe", GetLastError());
    /* As it is, without Windows' line ends. */
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE), output = GetStdHandle(STD_OUTPUT_HANDLE);
    while (size < sizeof text && ReadFile(input, text + size, sizeof text - size, &got, NULL) && got) size += got;
    if (!WriteFile(pipe, text, size, &got, NULL)) return fail("cannot write to the pipe", GetLastError());
    size = 0;
    while (size < sizeof text && ReadFile(pipe, text + size, sizeof text - size, &got, NULL) && got) {
        size += got;
        if (size >= 2 && !memcmp(text + size - 2, "\n\n", 2)) break;
    }
    WriteFile(output, text, size, &got, NULL);
    CloseHandle(pipe);
    return size >= 9 && strstr(text, "errno=0\n") ? 0 : 1;
}
