/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Exceptions of PE code in the host that was built for Windows, by the small driver of the Linux host's tests
 * (test/driver/drivers/seh.c): seh-test.exe SEH.SYS CASE. Views of memory, too. The host is not started.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host/mm.h"
#include "host/seh.h"
#include "host/windows/os_windows.h"

static struct image *image;
static int failures;

static void expect(const char *what, uint64_t wanted, uint64_t is) {
    if (wanted == is) return;
    printf("%s: expected 0x%llx, is 0x%llx\n", what, (unsigned long long)wanted, (unsigned long long)is);
    failures++;
}

#define SYMBOL(type, name, ...) type (*name)(__VA_ARGS__) = (type(*)(__VA_ARGS__))image_symbol(image, #name)
#define CODE(status) ((uint32_t)(status))

/* --- what is caught ----------------------------------------------------------------------------------------------- */

static void raises(void) {
    SYMBOL(uint32_t, SehQuiet, void);
    SYMBOL(uint32_t, SehRaise, NTSTATUS);
    SYMBOL(uint32_t, SehChangedRegisters, uint32_t);
    SYMBOL(uint32_t, SehFilterByCode, NTSTATUS, NTSTATUS, NTSTATUS);
    expect("nothing raised", 2, SehQuiet());
    for (unsigned i = 0; i < 1000; i++) expect("code", 0xc0000000 + i, SehRaise((NTSTATUS)(0xc0000000 + i)));
    expect("registers", 0, SehChangedRegisters(0));
    expect("inner filter", 1, SehFilterByCode(STATUS_UNSUCCESSFUL, STATUS_UNSUCCESSFUL, 0));
    expect("outer filter", 2, SehFilterByCode(STATUS_UNSUCCESSFUL, STATUS_NOT_SUPPORTED, STATUS_UNSUCCESSFUL));
}

static void unwinds(void) {
    char journal[64] = "";
    SYMBOL(uint32_t, SehFinally, char *, NTSTATUS);
    SYMBOL(uint32_t, SehDeep, uint32_t);
    expect("without", 0, SehFinally(journal, 0));
    expect("blocks without", 0, (uint64_t)strcmp(journal, "abxyc"));
    journal[0] = 0;
    expect("with", CODE(STATUS_UNSUCCESSFUL), SehFinally(journal, STATUS_UNSUCCESSFUL));
    expect("blocks with", 0, (uint64_t)strcmp(journal, "afXYh"));
    expect("frames", 101, SehDeep(100));
}

static void faults(void) {
    EXCEPTION_RECORD record;
    uint32_t word = 0x12345678;
    int values[3] = {42, 0, 0};
    SYMBOL(uint32_t, SehLoad, const void *, EXCEPTION_RECORD *);
    SYMBOL(uint32_t, SehStore, const void *, EXCEPTION_RECORD *);
    SYMBOL(uint32_t, SehCall, const void *, void *, EXCEPTION_RECORD *);
    SYMBOL(uint32_t, SehDivide, int *, EXCEPTION_RECORD *);
    expect("good load", word, SehLoad(&word, &record));
    expect("bad load", CODE(STATUS_ACCESS_VIOLATION), SehLoad((void *)0x1230, &record));
    expect("its kind", 0, record.ExceptionInformation[0]);
    expect("its address", 0x1230, record.ExceptionInformation[1]);
    expect("its place", (uintptr_t)image, (uintptr_t)image_find(record.ExceptionAddress));
    expect("bad store", CODE(STATUS_ACCESS_VIOLATION), SehStore(image_base(image), &record));
    expect("its kind", 1, record.ExceptionInformation[0]);
    expect("its address", (uintptr_t)image_base(image), record.ExceptionInformation[1]);
    expect("bad call", CODE(STATUS_ACCESS_VIOLATION), SehCall(NULL, NULL, &record));
    expect("no address at all", CODE(STATUS_ACCESS_VIOLATION), SehLoad((void *)0x8000000000000000u, &record));
    expect("division by zero", 0xc0000094, SehDivide(values, &record));
    values[1] = 2;
    expect("division", 0, SehDivide(values, &record));
    expect("quotient", 21, (uint64_t)values[2]);
}

static void repair(void *address) {
    mprotect((void *)((uintptr_t)address & ~4095ull), 4096, PROT_READ | PROT_WRITE);
    *(uint32_t *)address = 77;
}

static void repairs(void) {
    uint8_t *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SYMBOL(uint32_t, SehContinue, void *, const void *);
    expect("repaired", 77, SehContinue(page + 64, (const void *)repair));
}

/* RtlRaiseException reads what it is given. */
static void calls(void) {
    EXCEPTION_RECORD record,
        raised = {.ExceptionCode = (NTSTATUS)0xe0001234, .NumberParameters = 1, .ExceptionInformation = {99}};
    const struct host_export *export = host_export_find("NTOSKRNL.EXE", "RtlRaiseException");
    SYMBOL(uint32_t, SehCall, const void *, void *, EXCEPTION_RECORD *);
    expect("raised", 0xe0001234, SehCall(export->bound, &raised, &record));
    expect("its parameter", 99, record.ExceptionInformation[0]);
    expect("bad record", CODE(STATUS_ACCESS_VIOLATION), SehCall(export->bound, (void *)0x4560, &record));
    expect("its address", 0x4500, record.ExceptionInformation[1] & ~0xffull);
    expect("its place", (uintptr_t)image, (uintptr_t)image_find(record.ExceptionAddress));
}

static void *raise_often(void *code) {
    SYMBOL(uint32_t, SehRaise, NTSTATUS);
    EXCEPTION_RECORD record;
    SYMBOL(uint32_t, SehLoad, const void *, EXCEPTION_RECORD *);
    for (unsigned i = 0; i < 500; i++) {
        expect("code", (uintptr_t)code, SehRaise((NTSTATUS)(uintptr_t)code));
        expect("load", CODE(STATUS_ACCESS_VIOLATION), SehLoad(code, &record));
        expect("of", (uintptr_t)code & 0xffff, record.ExceptionInformation[1] & 0xffff);
    }
    return NULL;
}

static void threads(void) {
    pthread_t all[4];
    for (unsigned i = 0; i < 4; i++)
        pthread_create(&all[i], NULL, raise_often, (void *)(uintptr_t)(0xc0001000 + i * 4));
    for (unsigned i = 0; i < 4; i++) pthread_join(all[i], NULL);
}

/* --- what must not be survived ------------------------------------------------------------------------------------ */

static void unhandled(void) {
    SYMBOL(void, SehWithoutHandler, void *);
    SehWithoutHandler((void *)(intptr_t)STATUS_UNSUCCESSFUL);
}

static void raise_wrongly(void *context) { seh_raise((NTSTATUS)(intptr_t)context, 0, NULL); }
static void fault_wrongly(void *context) { *(volatile int *)context = 1; }

static void called(void (*function)(void *), void *context) {
    EXCEPTION_RECORD record;
    SYMBOL(uint32_t, SehCall, const void *, void *, EXCEPTION_RECORD *);
    SehCall((const void *)function, context, &record);
}

static void uncaught(void) { called(raise_wrongly, (void *)(intptr_t)STATUS_UNSUCCESSFUL); }
static void host_fault(void) { called(fault_wrongly, (void *)0x40); }

static void overflow(void) {
    SYMBOL(uint32_t, SehDeep, uint32_t);
    SehDeep(1u << 30);
}

/* --- memory that is seen twice ------------------------------------------------------------------------------------ */

static void views(void) {
    expect("machine", 1, mm_map_start());
    static const ULONG_PTR pages[] = {17, 18, 19}, scattered[] = {17, 19};
    mm_direct[17 * 4096] = 1;
    uint8_t *view = mm_map_pages(NULL, pages, 3, PROT_READ | PROT_WRITE);
    expect("view", 1, view != NULL);
    if (!view) return;
    expect("same memory", 1, view[0]);
    view[2 * 4096 + 5] = 9;
    expect("same memory, the other way", 9, mm_direct[19 * 4096 + 5]);
    expect("page boundary", 0, (uintptr_t)view % 4096);
    expect("nothing in front", 0, os_accessible((uintptr_t)view - 4096, (uintptr_t)view, false) >= (uintptr_t)view);
    expect("all of it", 1,
           os_accessible((uintptr_t)view, (uintptr_t)view + 3 * 4096, true) >= (uintptr_t)view + 3 * 4096);
    expect("nothing behind", 0,
           os_accessible((uintptr_t)view, (uintptr_t)view + 4 * 4096, false) >= (uintptr_t)view + 4 * 4096);
    uint8_t *read = mm_map_system(pages, 3, PROT_READ);
    expect("the kernel's", 1, mm_in_system_views(read + 4096));
    expect("not the program's", 0, mm_in_system_views(view));
    expect("not to be written", 0, os_accessible((uintptr_t)read, (uintptr_t)read + 4096, true) > (uintptr_t)read);
    expect("pages apart", 0, mm_map_pages(NULL, scattered, 2, PROT_READ) != NULL);
    mm_unmap_system(read, 3);
    expect("gone", 0, mm_in_system_views(read));
    mm_unmap_pages(view, 3);
    expect("unmapped", 0, os_accessible((uintptr_t)view, (uintptr_t)view + 4096, false) > (uintptr_t)view);
    mm_clear_pages(17, 3);
    expect("zero again", 0, mm_direct[19 * 4096 + 5]);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"raises", raises},         {"unwinds", unwinds},   {"faults", faults},       {"repairs", repairs},
    {"calls", calls},           {"threads", threads},   {"unhandled", unhandled}, {"uncaught", uncaught},
    {"host-fault", host_fault}, {"overflow", overflow}, {"views", views},
};

int main(int argc, char **argv) {
    char why[512];
    if (argc != 3) {
        fputs("usage: seh-test.exe SEH.SYS CASE\n", stderr);
        return 2;
    }
    image = image_load(argv[1], why, sizeof why);
    if (!image) {
        fprintf(stderr, "%s\n", why);
        return 2;
    }
    seh_start();
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(cases[i].name, argv[2]) != 0) continue;
        cases[i].run();
        if (seh_frames) failures++;
        if (!failures) puts("all right");
        return failures != 0;
    }
    fprintf(stderr, "there is no case %s\n", argv[2]);
    return 2;
}
