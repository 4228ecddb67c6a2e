/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * drivers/process.c, loaded into a world with a fake network.
 */
#ifndef TEST_DRIVER_PROCESS_RIG_H
#define TEST_DRIVER_PROCESS_RIG_H

#include "test/common/testing.h"

#include <string.h>
#include <unistd.h>

#include "host/image.h"
#include "host/kernel.h"

static struct image *image;
static PDRIVER_OBJECT driver;

static void start(void) {
    struct host_config config = {.stack = HOST_STACK_FAKE, .quiet = true};
    char path[4096], text[512] = "";
    const char *why = NULL;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 64);

    ck_assert_int_gt(length, 0);
    path[length] = 0;
    strcpy(strrchr(path, '/'), "/../" TEST_WIN "/test/process.sys");
    ck_assert(NT_SUCCESS(host_start(&config, &why)));
    image = image_load(path, text, sizeof text);
    ck_assert_msg(image != NULL, "%s", text);
    ck_assert(NT_SUCCESS(io_driver_start("process", (PDRIVER_INITIALIZE)(uintptr_t)image_entry(image), &driver)));
}

#define IMPORT(type, name, ...)                                                                                        \
    type(NTAPI *name)(__VA_ARGS__) = (type(NTAPI *)(__VA_ARGS__))(uintptr_t)image_symbol(image, #name);                \
    ck_assert_msg(name != NULL, #name)
#define VARIABLE(type, name) (*(type *)image_symbol(image, #name))
#define ASSERT_LINE(call)                                                                                              \
    do {                                                                                                               \
        unsigned line_ = (call);                                                                                       \
        ck_assert_msg(line_ == 0, "process.c:%u", line_);                                                              \
    } while (0)
static void stop(void) {
    IMPORT(void, ProcDeleteDevice, void);
    ProcDeleteDevice();
    io_driver_unload(driver);
    verify_no_leaks("after the test");
    image_unload(image);
    host_stop();
}

#define CODE(status) ((uint32_t)(status))

#endif
