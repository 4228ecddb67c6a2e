/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The IRQLs of the export table are enforced, highest and lowest.
 */
#include "host/host.h"
#include "test/common/testing.h"

static void begin(void) {
    struct host_config config = {.stack = HOST_STACK_FAKE, .quiet = true};
    const char *why = NULL;
    NTSTATUS status = host_start(&config, &why);
    ck_assert_msg(NT_SUCCESS(status), "%s", why);
}

START_TEST(a_call_above_its_highest_irql_is_told) {
    begin();
    RTL_OSVERSIONINFOW version = {.dwOSVersionInfoSize = sizeof version};
    verify_expect("irql-too-high");
    KIRQL irql = KfRaiseIrql(DISPATCH_LEVEL);
    RtlGetVersion(&version);
    KeLowerIrql(irql);
    ck_assert_uint_eq(verify_seen("irql-too-high"), 1);
    verify_expect(NULL);
    host_stop();
}
END_TEST

START_TEST(a_call_below_its_lowest_irql_is_told) {
    begin();
    KSPIN_LOCK lock = 0;
    verify_expect("irql-too-low");
    KeAcquireSpinLockAtDpcLevel(&lock);
    ck_assert_uint_eq(verify_seen("irql-too-low"), 1);
    KeReleaseSpinLockFromDpcLevel(&lock);
    ck_assert_uint_eq(verify_seen("irql-too-low"), 2);
    verify_expect(NULL);
    host_stop();
}
END_TEST

TEST_CASES(irql, a_call_above_its_highest_irql_is_told, a_call_below_its_lowest_irql_is_told)
