/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * warren-host.exe program.exe arguments...: starts a Windows program, under Wine or on Windows, with the host in its
 * process. The program's file is left alone; before its first instruction runs, the bridge is loaded and the host is
 * ready.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <wchar.h>

#define EXIT_UNUSABLE 126 /* nothing was run */

static int fail(const char *what, DWORD error) {
    fprintf(stderr, "warren-host: %s (Windows error %lu)\n", what, (unsigned long)error);
    return EXIT_UNUSABLE;
}

/* What of the command line is the program's: all behind our own name. */
static WCHAR *rest_of(WCHAR *line) {
    bool quoted = false;
    for (; *line && (quoted || (*line != ' ' && *line != '\t')); line++)
        if (*line == '"') quoted = !quoted;
    while (*line == ' ' || *line == '\t') line++;
    return line;
}

static bool bridge_path(WCHAR path[1024]) {
    DWORD length = GetModuleFileNameW(NULL, path, 1000);
    WCHAR *dot = length && length < 1000 ? wcsrchr(path, L'.') : NULL;
    if (!dot) return false;
    wcscpy(dot, L".dll");
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

/* kernel32 is at the same address in every process of a session. */
static bool bridge_load(HANDLE process, const WCHAR *path) {
    SIZE_T size = (wcslen(path) + 1) * sizeof *path;
    void *there = VirtualAllocEx(process, NULL, size, MEM_COMMIT, PAGE_READWRITE);
    LPTHREAD_START_ROUTINE load =
        (LPTHREAD_START_ROUTINE)(void *)GetProcAddress(GetModuleHandleA("kernel32"), "LoadLibraryW");
    DWORD loaded = 0;
    if (!there || !WriteProcessMemory(process, there, path, size, NULL)) return false;
    HANDLE thread = CreateRemoteThread(process, NULL, 0, load, there, 0, NULL);
    if (!thread) return false;
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &loaded);
    CloseHandle(thread);
    /* The few bytes stay: giving them back needs the process, which may be ending, and Wine then waits for it for ever. */
    return loaded != 0;
}

/* Who ends this process, ends the program. */
static void tie(HANDLE process) {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
        .BasicLimitInformation = {.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE}};
    HANDLE job = CreateJobObjectW(NULL, NULL); /* open until the end */
    if (job && SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits))
        AssignProcessToJobObject(job, process);
}

/* Ctrl-C is the program's, which gets it, too. */
static BOOL WINAPI ignore(DWORD event) { return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT; }

int main(void) {
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION made;
    WCHAR bridge[1024], text[32], *line = rest_of(GetCommandLineW());
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    HANDLE ready = CreateEventW(&inherited, TRUE, FALSE, NULL);
    DWORD code = EXIT_UNUSABLE;

    if (!*line) {
        fputs("usage: warren-host.exe program.exe [arguments]\n", stderr);
        return EXIT_UNUSABLE;
    }
    if (!ready) return fail("cannot create an event", GetLastError());
    if (!bridge_path(bridge)) return fail("warren-host.dll is not beside this program", GetLastError());
    swprintf(text, 32, L"%llx", (unsigned long long)(uintptr_t)ready);
    SetEnvironmentVariableW(L"WARREN_HOST_READY", text);
    GetStartupInfoW(&startup);
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &startup, &made))
        return fail("cannot start the program", GetLastError());
    SetConsoleCtrlHandler(ignore, TRUE);
    tie(made.hProcess);
    HANDLE either[2] = {ready, made.hProcess};
    if (!bridge_load(made.hProcess, bridge)) {
        fail("cannot load warren-host.dll into the program", GetLastError());
        TerminateProcess(made.hProcess, EXIT_UNUSABLE);
    } else if (WaitForMultipleObjects(2, either, FALSE, INFINITE) == WAIT_OBJECT_0) {
        ResumeThread(made.hThread);
    }
    WaitForSingleObject(made.hProcess, INFINITE);
    GetExitCodeProcess(made.hProcess, &code);
    return (int)code;
}
