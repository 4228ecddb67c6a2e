/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Names from a PDB, for images that have no map: whole ones, damaged ones, those of other builds.
 */
#include "test/common/testing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/pe.h"

static char folder[] = "/tmp/pdb-test-XXXXXX";

static void path_of(char *path, size_t size, const char *name) {
    ck_assert_int_lt(snprintf(path, size, "%s/%s", folder, name), (int)size);
}

static uint8_t *file_read(const char *name, size_t *size) {
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 64);
    ck_assert_int_gt(length, 0);
    path[length] = 0;
    sprintf(strrchr(path, '/'), "/../" TEST_WIN "/test/%s", name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    uint8_t *data = malloc(1 << 20);
    ck_assert_ptr_nonnull(data);
    *size = fread(data, 1, 1 << 20, file);
    ck_assert(feof(file));
    fclose(file);
    return data;
}

static void file_write(const char *name, const uint8_t *data, size_t size) {
    char path[4096];
    path_of(path, sizeof path, name);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, size, file), size);
    fclose(file);
}

static void begin(void) {
    size_t size;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    uint8_t *data = file_read("deferred.sys", &size);
    file_write("deferred.sys", data, size);
    free(data);
}

static void end(void) {
    static const char *const names[] = {"deferred.sys", "deferred.pdb"};
    char path[4096];
    for (unsigned i = 0; i < 2; i++) {
        path_of(path, sizeof path, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

/* Whether any address of the image lies in a function of this name, which it does not export. */
static bool knows(const char *function) {
    char path[4096], text[512] = "", wanted[64];
    bool found = false;
    path_of(path, sizeof path, "deferred.sys");
    struct image *image = image_load(path, text, sizeof text);
    ck_assert_msg(image != NULL, "%s", text);
    ck_assert_ptr_null(image_symbol(image, function));
    snprintf(wanted, sizeof wanted, "(%s+0x", function);
    for (size_t at = 0; at < image_size(image); at += 16) {
        image_describe((uint8_t *)image_base(image) + at, text, sizeof text);
        found |= strstr(text, wanted) != NULL;
    }
    image_unload(image);
    return found;
}

START_TEST(a_pdb_names_functions_that_nothing_else_names) {
    size_t size;
    begin();
    ck_assert(!knows("Again"));
    uint8_t *data = file_read("deferred.pdb", &size);
    file_write("deferred.pdb", data, size);
    ck_assert(knows("Again"));
    ck_assert(knows("DriverEntry"));
    free(data);
    end();
}
END_TEST

START_TEST(a_pdb_of_another_build_is_not_used) {
    size_t size;
    begin();
    uint8_t *data = file_read("seh.pdb", &size);
    file_write("deferred.pdb", data, size);
    ck_assert(!knows("DriverEntry"));
    free(data);
    end();
}
END_TEST

/* Under a sanitizer this says most. */
START_TEST(a_damaged_pdb_does_no_harm) {
    size_t size;
    uint64_t random = 1;
    begin();
    uint8_t *data = file_read("deferred.pdb", &size), *damaged = malloc(size);
    ck_assert_ptr_nonnull(damaged);
    for (unsigned round = 0; round < 150; round++) {
        memcpy(damaged, data, size);
        for (unsigned i = 0; i < 1 + round % 64; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            /* Every other one in the first block, or in the directory and the lists of modules at the end. */
            size_t room = i % 2 ? size : 64, at = (size_t)(random >> 33) % room;
            if (i % 4 == 2) at = size - 1 - (size_t)(random >> 33) % (size / 4);
            damaged[at] = (uint8_t)(random >> 25);
        }
        file_write("deferred.pdb", damaged, round % 3 ? size : size * (round % 50) / 50);
        knows("Again");
    }
    free(damaged);
    free(data);
    end();
}
END_TEST

TEST_CASES(pdb, a_pdb_names_functions_that_nothing_else_names, a_pdb_of_another_build_is_not_used,
           a_damaged_pdb_does_no_harm)
