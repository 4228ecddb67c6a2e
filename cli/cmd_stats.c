/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * stats: what an adapter has carried, or carries.
 */
#include "cli/cli.h"

enum { STATS_WATCH = OPTION_OWN, STATS_INTERVAL, STATS_COUNT };

static const struct {
    LPCWSTR Key, Label;
    size_t Offset;
} Counters[] = {
#define COUNTER(Key, Label, Field) {Key, Label, offsetof(WARREN_STATISTICS, Field)}
    COUNTER(L"to_client_packets", L"To the program:  packets", ToClientPackets),
    COUNTER(L"to_client_bytes", L"                 bytes", ToClientBytes),
    COUNTER(L"to_client_dropped_full", L"                 dropped, ring full", ToClientDroppedFull),
    COUNTER(L"to_client_dropped_refused", L"                 dropped, no session", ToClientDroppedRefused),
    COUNTER(L"to_client_dropped_invalid", L"                 dropped, invalid", ToClientDroppedInvalid),
    COUNTER(L"to_stack_packets", L"To the system:   packets", ToStackPackets),
    COUNTER(L"to_stack_bytes", L"                 bytes", ToStackBytes),
    COUNTER(L"to_stack_dropped_invalid", L"                 dropped, invalid", ToStackDroppedInvalid),
    COUNTER(L"to_stack_from_reserve", L"                 from the reserve", ToStackFromReserve),
    COUNTER(L"client_wake_ups", L"Wake-ups:        of the program", ClientWakeUps),
    COUNTER(L"driver_sleeps", L"                 sleeps of the driver", DriverSleeps),
};

static uint64_t CounterAt(const WARREN_STATISTICS *Statistics, size_t Offset) {
    return *(const DWORD64 *)(const void *)((const BYTE *)Statistics + Offset);
}

static void PrintOnce(LPCWSTR Name, const WARREN_STATISTICS *Statistics) {
    JsonOpen(NULL, '{');
    JsonText(L"name", Name);
    JsonBool(L"session", Statistics->SessionActive);
    if (!OutIsJson()) Print(L"%s: %s\n", Name, Statistics->SessionActive ? L"a session is open" : L"no session");
    for (unsigned Index = 0; Index < COUNT_OF(Counters); ++Index) {
        JsonNumber(Counters[Index].Key, CounterAt(Statistics, Counters[Index].Offset));
        if (OutIsJson()) continue;
        PrintPadded(Counters[Index].Label, 38);
        Print(L"%U\n", CounterAt(Statistics, Counters[Index].Offset));
    }
    JsonClose('}');
}

/* Counters begin anew when the device is started again: then what they say is what there was since. */
static uint64_t Since(uint64_t Now, uint64_t Before) { return Now < Before ? Now : Now - Before; }

static uint64_t PerSecond(uint64_t Count, DWORD Milliseconds) { return Milliseconds ? Count * 1000 / Milliseconds : 0; }

/* What --watch shows of two moments: rates, and packets that were dropped between them. Columns of 12 and of 8. */
static const struct {
    LPCWSTR Key;
    size_t Offset;
    unsigned Factor; /* 0: no rate */
} Watched[] = {
#define WATCHED(Key, Field, Factor) {Key, offsetof(WARREN_STATISTICS, Field), Factor}
    WATCHED(L"to_client_packets_per_second", ToClientPackets, 1),
    WATCHED(L"to_client_bits_per_second", ToClientBytes, 8),
    WATCHED(L"to_stack_packets_per_second", ToStackPackets, 1),
    WATCHED(L"to_stack_bits_per_second", ToStackBytes, 8),
    WATCHED(L"to_client_dropped_full", ToClientDroppedFull, 0),
    WATCHED(L"to_client_dropped_refused", ToClientDroppedRefused, 0),
    WATCHED(L"to_client_dropped_invalid", ToClientDroppedInvalid, 0),
    WATCHED(L"to_stack_dropped_invalid", ToStackDroppedInvalid, 0),
};

static void PrintTitles(void) {
    if (OutIsJson()) return;
    Print(L"---- to the program ---- ---- to the system ----  ------ dropped, to program ------  to system\n"
          L"  packets/s       bit/s   packets/s       bit/s  ring full  no session     invalid     invalid\n");
}

static void Column(uint64_t Value) {
    WCHAR Number[21];
    size_t Length;

    TextNumber(Number, COUNT_OF(Number), Value);
    for (Length = TextLength(Number); Length < 11; ++Length) Print(L" ");
    Print(L"%s ", Number);
}

/* One line, whatever the form. */
static void PrintRates(const WARREN_STATISTICS *Now, const WARREN_STATISTICS *Before, DWORD Milliseconds) {
    uint64_t Dropped = 0;

    JsonOpen(NULL, '{');
    for (unsigned Index = 0; Index < COUNT_OF(Watched); ++Index) {
        uint64_t Value = Since(CounterAt(Now, Watched[Index].Offset), CounterAt(Before, Watched[Index].Offset));

        if (Watched[Index].Factor)
            Value = PerSecond(Value * Watched[Index].Factor, Milliseconds);
        else
            Dropped += Value;
        JsonNumber(Watched[Index].Key, Value);
        if (!OutIsJson()) Column(Value);
    }
    JsonNumber(L"dropped", Dropped);
    JsonClose('}');
    if (!OutIsJson()) Print(L"\n");
}

static EXIT_CODE Watch(WINTUN_ADAPTER_HANDLE Adapter, DWORD Interval, DWORD Lines) {
    WARREN_STATISTICS Now = {.Size = sizeof(Now)}, Before;
    HANDLE Quit = QuitEvent();
    ULONGLONG Last = GetTickCount64();

    if (!Quit) return EXIT_FAILED;
    if (!Library.GetAdapterStatistics(Adapter, &Now)) return LibraryFailed(L"the statistics cannot be read");
    PrintTitles();
    for (DWORD Line = 0; !Lines || Line < Lines; ++Line) {
        ULONGLONG Time;

        if (!OutEnd()) return EXIT_OUTPUT;
        if (WaitForSingleObject(Quit, Interval) != WAIT_TIMEOUT) return EXIT_GOOD;
        memcpy(&Before, &Now, sizeof(Now));
        if (!Library.GetAdapterStatistics(Adapter, &Now)) return LibraryFailed(L"the adapter is gone");
        Time = GetTickCount64();
        PrintRates(&Now, &Before, (DWORD)(Time - Last));
        Last = Time;
    }
    return EXIT_GOOD;
}

EXIT_CODE StatsRun(const ARGUMENTS *Arguments) {
    WARREN_STATISTICS Statistics = {.Size = sizeof(Statistics)};
    DWORD Interval = 1000, Lines = 0;
    WINTUN_ADAPTER_HANDLE Adapter;
    EXIT_CODE Code = EXIT_GOOD;

    if (Arguments->Value[STATS_WATCH]) JsonLines();
    if ((Arguments->Value[STATS_INTERVAL] &&
         !ArgumentNumber(L"interval", Arguments->Value[STATS_INTERVAL], 100, 60000, &Interval)) ||
        (Arguments->Value[STATS_COUNT] &&
         !ArgumentNumber(L"count", Arguments->Value[STATS_COUNT], 1, 1000000000, &Lines)))
        return EXIT_USAGE;
    if (!Arguments->Value[STATS_WATCH] && (Arguments->Value[STATS_INTERVAL] || Arguments->Value[STATS_COUNT]))
        return Fail(EXIT_USAGE, L"--interval and --count go with --watch");
    Adapter = Library.OpenAdapter(Arguments->Operand[0]);
    if (!Adapter) return LibraryFailed(L"the adapter cannot be opened");
    if (Arguments->Value[STATS_WATCH])
        Code = Watch(Adapter, Interval, Lines);
    else if (Library.GetAdapterStatistics(Adapter, &Statistics))
        PrintOnce(Arguments->Operand[0], &Statistics);
    else
        Code = LibraryFailed(L"the statistics cannot be read");
    Library.CloseAdapter(Adapter);
    return Code;
}
