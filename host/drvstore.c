/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The driver store: reads packages' INF files, keeps their files, and tells PnP what serves which hardware id.
 *
 * A package is copied, so that its source can go. Signatures are not looked at: a test says what they are.
 */
#include "host/drvstore.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/image.h"
#include "host/inf.h"
#include "host/pnp_private.h"
#include "host/registry.h"
#include "host/win32_disk.h"
#include "host/win32_private.h"

#define FILE_LIMIT (64u << 20)

static unsigned last_oem; /* pnp_lock */
static DWORD signature;   /* atomic */

void drvstore_signature(DWORD error) { __atomic_store_n(&signature, error, __ATOMIC_RELAXED); }

/* --- files -------------------------------------------------------------------------------------------------------- */

static char *file_read(const char *path, size_t *size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    char *text = NULL;
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && (uint64_t)status.st_size <= FILE_LIMIT) {
        *size = (size_t)status.st_size;
        text = malloc(*size + 1);
        for (size_t at = 0; text && at < *size;) {
            ssize_t got = read(fd, text + at, *size - at);
            if (got <= 0) {
                free(text);
                text = NULL;
            } else {
                at += (size_t)got;
            }
        }
    }
    if (fd >= 0) close(fd);
    return text;
}

static bool file_copy(const char *from, const char *to) {
    size_t size;
    char *text = file_read(from, &size);
    FILE *file = text ? fopen(to, "wb") : NULL;
    bool good = file && fwrite(text, 1, size, file) == size;
    if (file && fclose(file)) good = false;
    free(text);
    return good;
}

/* "folder of the path" + name */
static char *beside(const char *path, const char *name) {
    const char *slash = strrchr(path, '/');
    char *full = NULL;
    if (asprintf(&full, "%.*s/%s", slash ? (int)(slash - path) : 1, slash ? path : ".", name) < 0) return NULL;
    return full;
}

/* --- what an INF says --------------------------------------------------------------------------------------------- */

struct inf_driver {
    char hardware_id[128], description[256], provider[256], section[128], service[64], binary[64], catalog[64];
    uint64_t version;
    unsigned month, day, year;
};

static bool take(char *to, size_t room, const char *from) {
    int length = snprintf(to, room, "%s", from);
    return length > 0 && (size_t)length < room;
}

static bool parse_number(const char **text, unsigned most, unsigned *number) {
    const char *begin = *text;
    for (*number = 0; **text >= '0' && **text <= '9' && *number <= most; ++*text)
        *number = *number * 10 + (unsigned)(**text - '0');
    return *text != begin && *number <= most;
}

/* "mm/dd/yyyy" */
static bool parse_date(const char *text, struct inf_driver *driver) {
    return parse_number(&text, 12, &driver->month) && *text++ == '/' && parse_number(&text, 31, &driver->day) &&
           *text++ == '/' && parse_number(&text, 9999, &driver->year) && !*text && driver->month && driver->day &&
           driver->year > 1600;
}

static bool parse_version(const char *text, uint64_t *version) {
    *version = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned part;
        if (!parse_number(&text, 0xffff, &part) || *text != (i < 3 ? '.' : 0)) return false;
        *version = *version << 16 | part;
        text++;
    }
    return true;
}

#if defined(__aarch64__)
#define DECORATION ".NTarm64"
#else
#define DECORATION ".NTamd64"
#endif

/* The models section for this machine and Windows 10, on x64: "Models,NTamd64.10.0...17763" names [Models.NTamd64.10.0...17763]. */
static const struct inf_section *models_of(const struct inf *inf, const struct inf_line *manufacturer) {
    char name[256];
    for (unsigned at = 1; at < INF_VALUES && manufacturer->value[at]; at++) {
        const char *decoration = manufacturer->value[at];
        if (strncasecmp(decoration, &DECORATION[1], 7) || (decoration[7] && decoration[7] != '.')) continue;
        snprintf(name, sizeof name, "%s.%s", inf_value(manufacturer, 0), decoration);
        return inf_section(inf, name);
    }
    return NULL;
}

/* DDInstall may be decorated: on x64 [Install.NTamd64], [Install.NT], [Install]. */
static const struct inf_section *install_section(const struct inf *inf, const char *name, const char *suffix) {
    static const char *const decorations[] = {DECORATION, ".NT", ""};
    char full[256];
    const struct inf_section *section = NULL;
    for (unsigned i = 0; i < 3 && !section; i++) {
        snprintf(full, sizeof full, "%s%s%s", name, decorations[i], suffix);
        section = inf_section(inf, full);
    }
    return section;
}

static const char *read_service(const struct inf *inf, struct inf_driver *driver) {
    const struct inf_section *services = install_section(inf, driver->section, ".Services");
    const struct inf_line *line = services ? services->lines : NULL;
    while (line && (!line->key || strcasecmp(line->key, "AddService"))) line = line->next;
    if (!line || !take(driver->service, sizeof driver->service, inf_value(line, 0))) return "adds no service";
    const char *binary = inf_value(inf_find(inf, inf_value(line, 2), "ServiceBinary"), 0);
    if (strncmp(binary, "%13%\\", 5) || !take(driver->binary, sizeof driver->binary, binary + 5))
        return "its service's binary is not in the driver store (%13%)";
    return inf_find(inf, "SourceDisksFiles", driver->binary) ? NULL : "[SourceDisksFiles] lacks the service's binary";
}

/* NULL, or what is wrong with it. */
static const char *read_inf(const struct inf *inf, struct inf_driver *driver) {
    memset(driver, 0, sizeof *driver);
    if (strcasecmp(inf_value(inf_find(inf, "Version", "Signature"), 0), "$WINDOWS NT$")) return "has no signature line";
    if (strcasecmp(inf_value(inf_find(inf, "Version", "ClassGuid"), 0), "{4d36e972-e325-11ce-bfc1-08002be10318}"))
        return "is not of class Net";
    if (strcmp(inf_value(inf_find(inf, "Version", "PnpLockdown"), 0), "1")) return "PnpLockdown is not 1";
    if (!take(driver->provider, sizeof driver->provider, inf_value(inf_find(inf, "Version", "Provider"), 0)))
        return "has no provider";
    if (!take(driver->catalog, sizeof driver->catalog, inf_value(inf_find(inf, "Version", "CatalogFile"), 0)))
        return "names no catalog";
    const struct inf_line *version = inf_find(inf, "Version", "DriverVer");
    if (!parse_date(inf_value(version, 0), driver) || !parse_version(inf_value(version, 1), &driver->version))
        return "DriverVer is not mm/dd/yyyy,w.x.y.z";
    const struct inf_section *manufacturers = inf_section(inf, "Manufacturer");
    if (!manufacturers || !manufacturers->lines) return "has no manufacturer";
    const struct inf_section *models = models_of(inf, manufacturers->lines);
    if (!models || !models->lines || !models->lines->key) return "has no models for this machine";
    const struct inf_line *model = models->lines;
    if (!take(driver->description, sizeof driver->description, model->key) ||
        !take(driver->section, sizeof driver->section, inf_value(model, 0)) ||
        !take(driver->hardware_id, sizeof driver->hardware_id, inf_value(model, 1)))
        return "its model has no section or no hardware id";
    if (!install_section(inf, driver->section, "")) return "lacks its install section";
    return read_service(inf, driver);
}

/* --- the store ---------------------------------------------------------------------------------------------------- */

static uint64_t days_of(unsigned year, unsigned month, unsigned day) { /* since 1601-01-01 */
    static const unsigned short before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    unsigned years = year - 1601, leap = (year % 4 == 0 && year % 100) || year % 400 == 0;
    return years * 365ull + years / 4 - years / 100 + years / 400 + before[month - 1] + (month > 2 && leap) + day - 1;
}

/* The package's files in C:\Windows, with Linux paths. */
static bool store(struct package *package, const char *inf_path, const struct inf_driver *driver) {
    char folder[64];
    snprintf(folder, sizeof folder, "C:\\Windows\\System32\\DriverStore\\FileRepository\\oem%u", package->oem);
    WCHAR *wide = wide_from(folder);
    char *path = wide ? win32_disk_path(wide) : NULL, *inf = NULL, *from = beside(inf_path, driver->binary);
    free(wide);
    bool good = path && from && mkdir(path, 0755) == 0 && asprintf(&inf, "%s/driver.inf", path) >= 0 &&
                asprintf(&package->path, "%s/%s", path, driver->binary) >= 0;
    good = good && file_copy(inf_path, inf) && file_copy(from, package->path);
    package->folder = path;
    free(inf);
    free(from);
    return good;
}

static void service_write(const struct package *package) {
    char path[128];
    snprintf(path, sizeof path, "HKLM\\SYSTEM\\CurrentControlSet\\Services\\%s", package->service);
    struct reg_key *key = reg_open(path, true);
    WCHAR *image = wide_from(package->path);
    ULONG type = 1, start = 3;
    if (key && image) {
        reg_set(key, L"ImagePath", REG_EXPAND_SZ, image, (ULONG)((wide_length(image) + 1) * sizeof(WCHAR)));
        reg_set(key, L"Type", REG_DWORD, &type, sizeof type);
        reg_set(key, L"Start", REG_DWORD, &start, sizeof start);
    }
    free(image);
    if (key) reg_close(key);
}

static bool same_package(struct package *package, const struct inf_driver *driver, const char *inf_path) {
    char *binary = beside(inf_path, driver->binary);
    size_t left, right;
    char *a = binary ? file_read(binary, &left) : NULL, *b = file_read(package->path, &right);
    bool same = a && b && left == right && !memcmp(a, b, left) && package->version_number == driver->version;
    free(binary);
    free(a);
    free(b);
    return same;
}

static DWORD add(const char *inf_path, const struct inf_driver *driver, WCHAR oem[16]) {
    WCHAR *hardware_id = wide_from(driver->hardware_id);
    struct package *package = NULL;
    for (unsigned at = 0; hardware_id && (package = pnp_package_at(at)) != NULL; at++)
        if (package->oem != OEM_NONE && wide_same(package->hardware_id, hardware_id) &&
            same_package(package, driver, inf_path))
            break;
    DWORD error = hardware_id ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
    if (!package && !error) {
        package = pnp_package_new(hardware_id, driver->service, driver->version);
        if (package) {
            ndis_mutex_lock(&pnp_lock);
            package->oem = last_oem++;
            ndis_mutex_unlock(&pnp_lock);
            package->provider = wide_from(driver->provider);
            package->description = wide_from(driver->description);
            package->section = wide_from(driver->section);
            package->date = days_of(driver->year, driver->month, driver->day) * 864000000000ull;
        }
        bool good = package && package->provider && package->description && package->section &&
                    store(package, inf_path, driver);
        if (good) {
            service_write(package);
            pnp_package_list(package);
        } else {
            error = package ? ERROR_DISK_FULL : ERROR_NOT_ENOUGH_MEMORY;
            if (package) pnp_package_free(package);
        }
    }
    if (!error) swprintf_oem(oem, package->oem);
    free(hardware_id);
    return error;
}

DWORD drvstore_add(const char *inf_path, WCHAR oem[16]) {
    char why[160];
    size_t size;
    struct inf_driver driver;
    char *text = file_read(inf_path, &size);
    if (!text) return ERROR_FILE_NOT_FOUND;
    struct inf *inf = inf_parse(text, size, why, sizeof why);
    free(text);
    if (!inf) {
        host_log("%s: %s", inf_path, why);
        return ERROR_GENERAL_SYNTAX;
    }
    const char *wrong = read_inf(inf, &driver);
    inf_free(inf);
    if (wrong) host_log("%s: %s", inf_path, wrong);
    if (wrong) return ERROR_WRONG_INF_STYLE;
    DWORD error = __atomic_load_n(&signature, __ATOMIC_RELAXED);
    return error ? error : add(inf_path, &driver, oem);
}

DWORD drvstore_remove(const WCHAR *oem, bool force) {
    struct package *package = NULL;
    WCHAR name[16];
    for (unsigned at = 0; (package = pnp_package_at(at)) != NULL; at++) {
        if (package->oem == OEM_NONE) continue;
        swprintf_oem(name, package->oem);
        if (wide_same(name, oem)) break;
    }
    if (!package) return ERROR_FILE_NOT_FOUND;
    if (!force && pnp_package_used(package)) return ERROR_INF_IN_USE_BY_DEVICES;
    return pnp_package_drop(package) ? ERROR_SUCCESS : ERROR_INF_IN_USE_BY_DEVICES;
}

bool drvstore_get(unsigned index, struct drvstore_driver *driver) {
    struct package *package = pnp_package_at(index);
    if (!package) return false;
    memset(driver, 0, sizeof *driver);
    if (package->oem != OEM_NONE) swprintf_oem(driver->inf, package->oem);
    wide_to(driver->description, 256, package->description);
    wide_to(driver->provider, 256, package->provider);
    wide_to(driver->section, 256, package->section);
    wide_to(driver->hardware_id, 256, package->hardware_id);
    driver->version = package->version_number;
    driver->date.dwLowDateTime = (DWORD)package->date;
    driver->date.dwHighDateTime = (DWORD)(package->date >> 32);
    return true;
}

void drvstore_stop(void) {
    last_oem = 0;
    drvstore_signature(ERROR_SUCCESS);
}
