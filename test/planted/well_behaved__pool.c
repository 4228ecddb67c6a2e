/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Breaks no rule, and has more blocks of pool at a time than Linux would let the host guard, of all sizes and both kinds. */
#define OUTSIDE                                                                                                        \
    static ULONG SizeOf(ULONG Number) { return Number % 1000 == 0 ? 300000 : 1 + Number * 7919 % 5000; }               \
    static BOOLEAN UseMuch(void) {                                                                                     \
        static const ULONG Count = 26000;                                                                              \
        PUCHAR *Blocks = ExAllocatePoolWithTag(NonPagedPoolNx, Count * sizeof(*Blocks), TAG);                          \
        BOOLEAN Good = TRUE;                                                                                           \
        if (Blocks == NULL) return FALSE;                                                                              \
        for (ULONG Number = 0; Number < Count; Number++) {                                                             \
            Blocks[Number] = ExAllocatePoolWithTag(Number % 2 ? NonPagedPoolNx : PagedPool, SizeOf(Number), TAG);      \
            if (Blocks[Number] == NULL) continue;                                                                      \
            Blocks[Number][0] = (UCHAR)Number;                                                                         \
            Blocks[Number][SizeOf(Number) - 1] = (UCHAR)Number;                                                        \
        }                                                                                                              \
        for (ULONG Number = 0; Number < Count; Number++) {                                                             \
            if (Blocks[Number] == NULL) continue;                                                                      \
            Good = Good && Blocks[Number][SizeOf(Number) - 1] == (UCHAR)Number;                                        \
            ExFreePoolWithTag(Blocks[Number], TAG);                                                                    \
        }                                                                                                              \
        ExFreePoolWithTag(Blocks, TAG);                                                                                \
        return Good;                                                                                                   \
    }
#define AT_ENTRY                                                                                                       \
    if (!UseMuch() || !UseMuch()) return STATUS_UNSUCCESSFUL
#include "test/planted/wdm.h"
