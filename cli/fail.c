/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What went wrong: said for people at once, and kept for JSON, which has one document and so one place for it.
 */
#include "cli/cli.h"

static struct {
    bool Open; /* not yet shown in JSON */
    bool HasDetails;
    EXIT_CODE Code;
    WCHAR Text[1024];
    WARREN_ERROR Details;
} Failure;

EXIT_CODE Fail(EXIT_CODE Code, LPCWSTR Format, ...) {
    va_list Arguments;

    va_start(Arguments, Format);
    FormatText(Failure.Text, COUNT_OF(Failure.Text), Format, Arguments);
    va_end(Arguments);
    Failure.Open = true;
    Failure.HasDetails = false;
    Failure.Code = Code;
    Say(L"error: %s", Failure.Text);
    return Code;
}

void FailDetails(const WARREN_ERROR *Details) {
    memcpy(&Failure.Details, Details, sizeof(Failure.Details));
    Failure.HasDetails = true;
}

void JsonFailure(void) {
    if (!Failure.Open || !OutIsJson()) return;
    Failure.Open = false;
    JsonText(L"error", Failure.Text);
    JsonNumber(L"exit_code", (uint64_t)Failure.Code);
    if (!Failure.HasDetails) return;
    JsonNumber(L"stage", (uint64_t)Failure.Details.Stage);
    JsonNumber(L"win32", Failure.Details.Win32);
    JsonNumber(L"configuration_manager", Failure.Details.ConfigRet);
    JsonNumber(L"problem", Failure.Details.ProblemCode);
    JsonNumber(L"status", Failure.Details.Status);
}

void FailEnd(void) {
    if (!Failure.Open) return;
    JsonOpen(NULL, '{');
    JsonFailure();
    JsonClose('}');
}
