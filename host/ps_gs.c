/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What images read relative to gs without calling anybody: Microsoft's compiler inlines PsGetCurrentThread and its like.
 * Linux programs leave gs alone, so each NT thread has a block there with the few fields that such code reads. The rest
 * of its page is zero, and nothing may be written to it.
 */
#include "host/guest.h"
#include "host/kernel_private.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <asm/prctl.h>

#define BLOCK 4096
enum {
    KPCR_SELF = 0x18,
    KPCR_PRCB = 0x20,  /* the kernel's control block of the processor, which is a part of this one */
    TEB_SELF = 0x30,   /* for libraries; the kernel keeps the thread's TEB here, too */
    PRCB = 0x180,      /* where that part begins */
    PRCB_NUMBER8 = 4,  /* the processor's number, once a byte */
    PRCB_THREAD = 8,   /* KTHREAD */
    PRCB_NUMBER = 0x24 /* the processor's number */
};

static __thread uint8_t *block;

static void put(unsigned offset, const void *value) { memcpy(block + offset, &value, sizeof(value)); }

void ps_gs_start(PETHREAD thread) {
    ULONG number = KeGetCurrentProcessorNumberEx(NULL);

    if (guest) return; /* Wine keeps its own there */
    if (block == NULL) {
        /* With a page behind that faults, since what Windows has there does not exist. */
        block = mmap(NULL, 2 * BLOCK, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (block == MAP_FAILED) host_panic("no memory for a thread's processor block");
    }
    if (mprotect(block, BLOCK, PROT_READ | PROT_WRITE) != 0) host_panic("no memory for a thread's processor block");
    put(KPCR_SELF, block);
    put(KPCR_PRCB, block + PRCB);
    put(TEB_SELF, block);
    put(PRCB + PRCB_THREAD, thread);
    block[PRCB + PRCB_NUMBER8] = (uint8_t)number;
    memcpy(block + PRCB + PRCB_NUMBER, &number, sizeof(number));
    if (mprotect(block, BLOCK, PROT_READ) != 0 || syscall(SYS_arch_prctl, ARCH_SET_GS, block) != 0)
        host_panic("cannot set a thread's gs");
}

void ps_gs_stop(void) {
    if (block == NULL) return;
    syscall(SYS_arch_prctl, ARCH_SET_GS, 0);
    munmap(block, 2 * BLOCK);
    block = NULL;
}
#else
void ps_gs_start(PETHREAD thread) {}
void ps_gs_stop(void) {}
#endif
