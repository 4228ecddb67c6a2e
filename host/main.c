/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The host as a command: starts the NT world with a driver and a library, and runs one program in its client process.
 */
#include <dlfcn.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gen/brand.h>

#include "host/exercise.h"
#include "host/image.h"
#include "host/ndis_objects.h"
#include "host/sched.h"
#include "host/sha.h"
#include "host/stack_tun.h"
#include "host/win32.h"

#define EXIT_UNUSABLE 2 /* nothing was run */

struct options {
    struct host_config config;
    bool trace, summary;
    const char *exercise; /* a driver to be put through its life, instead of a program */
    char **program;       /* its path and arguments, ends with NULL */
    int program_argc;
};

static _Noreturn void usage(int code) {
    fputs("usage: warren-host [options] program.exe|program.so [arguments]\n"
          "       warren-host [options] driver.sys\n"
          "Runs a program (a PE, or a shared object with main) in a simulated Windows process, with a Windows driver "
          "and a "
          "Windows\n"
          "library loaded beside it. Or takes any driver through its life and reports the rules that it breaks.\n"
          "  --exercise FILE  load, start, send, receive, pause, sleep, remove, unload this driver\n"
          "  --seed N         under the seeded scheduler: one thread at a time, the same each time\n"
          "  --driver FILE    the driver (PE, or a native .so); default: warren.sys beside this program\n"
          "  --library FILE   the client library; default: warren.dll beside this program\n"
          "  --stack tun|fake the network stack behind adapters: Linux, by TUN devices (default), or none\n"
          "  --ndis VERSION   the version of NDIS, 6.30 to 6.89; default: 6.82\n"
          "  --summary        afterwards: packets, and what they went through\n"
          "  --trace          afterwards: each system function called, and how often\n"
          "  --quiet          without the driver's debug output\n"
          "  --no-verify      without checking the rules (for timing)\n"
          "  --list-exports   what images may import, and how faithful it is; --markdown: as docs/exports.md\n",
          code ? stderr : stdout);
    exit(code);
}

/* --- telling ----------------------------------------------------------------------------------------------------- */

/* A list or a summary that nobody got, because the disk is full, is no success. */
static bool output_arrived(void) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return true;
    fprintf(stderr, "warren-host: the output is lost: %s\n", strerror(errno));
    return false;
}

static void print_image(const char *what, const char *path) {
    uint8_t digest[SHA_256_SIZE], buffer[65536];
    struct sha sha;
    size_t size;
    FILE *file = path ? fopen(path, "rb") : NULL;
    if (!file) return;
    sha_begin(&sha, SHA_256);
    while (!feof(file) && !ferror(file) && (size = fread(buffer, 1, sizeof buffer, file)) > 0)
        sha_add(&sha, buffer, size);
    fclose(file);
    sha_end(&sha, digest);
    printf("  %-8s ", what);
    for (unsigned i = 0; i < sizeof digest; i++) printf("%02x", digest[i]);
    printf("  %s\n", path);
}

static void print_report(const struct tun_report *report, void *unused) {
    const struct tun_counters *c = &report->counters;
    (void)unused;
    printf("  adapter %s\n", report->name);
    printf("    Linux to driver: %" PRIu64 " packets (%" PRIu64 " bytes) in %" PRIu64 " bundles; completed %" PRIu64
           ", failed %" PRIu64 " (%" PRIu64 " of them for want of room)\n",
           c->from_linux, c->from_linux_bytes, c->bundles, c->sends_completed, c->sends_failed,
           c->sends_failed_resources);
    printf("    driver to Linux: %" PRIu64 " packets (%" PRIu64 " bytes) in %" PRIu64 " indications; no room %" PRIu64
           ", refused %" PRIu64 "\n",
           c->to_linux, c->to_linux_bytes, c->indications, c->to_linux_dropped, c->to_linux_refused);
    if (report->has_driver)
        printf("    driver's count:  %" PRIu64 " sent, %" PRIu64 " lost; %" PRIu64 " indicated, %" PRIu64 " lost\n",
               report->driver_out, report->driver_out_lost, report->driver_in, report->driver_in_lost);
    printf("    Linux's count:   %" PRIu64 " into the device, %" PRIu64 " dropped before it; %" PRIu64
           " out of it, %" PRIu64 " dropped behind it\n",
           c->linux_link.tx_packets, c->linux_link.tx_dropped, c->linux_link.rx_packets, c->linux_link.rx_dropped);
}

static void print_calls(bool each) {
    unsigned count = 0;
    uint64_t calls = 0;
    for (unsigned i = 0; i < EXPORT_COUNT; i++) {
        uint64_t own = __atomic_load_n(&host_exports[i].calls, __ATOMIC_RELAXED);
        count += own != 0;
        calls += own;
        if (each && own) printf("  %12" PRIu64 " %s!%s\n", own, host_exports[i].module, host_exports[i].name);
    }
    printf("  %u of %u system functions were used, in %" PRIu64 " calls\n", count, (unsigned)EXPORT_COUNT, calls);
}

static void print_summary(const struct options *options) {
    if (options->summary) {
        printf("summary:\n");
        tun_for_each_report(print_report, NULL);
        print_image("driver", options->config.driver);
        print_image("library", options->config.library);
    }
    if (options->summary || options->trace) print_calls(options->trace);
    fflush(stdout);
}

/* --- signals ----------------------------------------------------------------------------------------------------- */

static sigset_t signals;
static struct options *the_options;

static void unhandled(DWORD event) {
    /* What Windows' default handler does: the process ends at once. Linux takes the TUN devices away with it. */
    _exit(128 + (event == CTRL_C_EVENT ? SIGINT : SIGTERM));
}

static void *signal_main(void *unused) {
    (void)unused;
    for (unsigned count = 1;; count++) {
        int number = 0;
        if (sigwait(&signals, &number)) continue;
        if (count > 2) /* whoever asks a third time means it */
            _exit(128 + number);
        win32_console_event(number == SIGINT ? CTRL_C_EVENT : CTRL_BREAK_EVENT, unhandled);
    }
    return NULL;
}

/* Before any thread is made: all of them inherit the mask, and only one takes signals. */
static void signals_block(void) {
    static const int wanted[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(&signals);
    for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        sigaddset(&signals, wanted[i]);
        signal(wanted[i], SIG_DFL); /* a shell's background jobs start with SIGINT ignored */
    }
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

static void exit_process(DWORD code) {
    fflush(NULL);
    host_stop();
    print_summary(the_options);
    _exit((int)code);
}

/* --- start ------------------------------------------------------------------------------------------------------- */

static bool complain(const char *path, const char *why) {
    fprintf(stderr, "warren-host: %s: %s\n", path, why);
    return false;
}

static bool readable(const char *path) { return !path || !access(path, R_OK) || complain(path, strerror(errno)); }

/* A damaged image is better found now than in the middle. */
static bool image_good(const char *path, bool kernel) {
    char why[512];
    if (!path) return true;
    struct image *image = image_load(path, why, sizeof why);
    bool good = image && image_fits(image, kernel, why, sizeof why);
    if (!good) fprintf(stderr, "warren-host: %s\n", why);
    if (image) image_unload(image);
    return good;
}

/* A file beside this program, NULL if there is none. */
static char *beside(const char *name) {
    char self[4096], *path = NULL;
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    self[size > 0 ? size : 0] = 0;
    char *slash = strrchr(self, '/');
    if (slash) *slash = 0;
    if (asprintf(&path, "%s/%s", self, name) < 0) return NULL;
    if (!access(path, R_OK)) return path;
    free(path);
    return NULL;
}

static void seed_from(const char *text) {
    char *end;
    uint64_t seed = strtoull(text, &end, 10);
    if (!seed || *end) {
        fprintf(stderr, "warren-host: --seed must be a number from 1 on, not \"%s\"\n", text);
        exit(EXIT_UNUSABLE);
    }
    sched_request(&(struct sched_plan){.seed = seed, .changes = 1 + (unsigned)(seed % 5), .choices = 2000});
}

static uint16_t ndis_version_from(const char *text) {
    char *end = NULL;
    unsigned long minor = strncmp(text, "6.", 2) == 0 ? strtoul(text + 2, &end, 10) : 0;
    if (end && !*end && strlen(text) <= 4 && ndis_version_known(NDIS_VERSION_OF(minor)))
        return NDIS_VERSION_OF((uint16_t)minor);
    fprintf(stderr, "warren-host: --ndis must be a version from 6.30 to 6.89, not \"%s\"\n", text);
    exit(EXIT_UNUSABLE);
}

static struct options options_from(int argc, char **argv) {
    enum { DRIVER = 256, LIBRARY, STACK, NO_VERIFY, LIST, MARKDOWN, EXERCISE, NDIS, SEED };
    static const struct option known[] = {
        {"driver", required_argument, NULL, DRIVER},
        {"exercise", required_argument, NULL, EXERCISE},
        {"seed", required_argument, NULL, SEED},
        {"library", required_argument, NULL, LIBRARY},
        {"stack", required_argument, NULL, STACK},
        {"ndis", required_argument, NULL, NDIS},
        {"no-verify", no_argument, NULL, NO_VERIFY},
        {"quiet", no_argument, NULL, 'q'},
        {"trace", no_argument, NULL, 't'},
        {"summary", no_argument, NULL, 's'},
        {"list-exports", no_argument, NULL, LIST},
        {"markdown", no_argument, NULL, MARKDOWN},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct options o = {.config.stack = HOST_STACK_TUN};
    bool list = false, markdown = false;
    for (int c; (c = getopt_long(argc, argv, "+qtsh", known, NULL)) != -1;) {
        switch (c) {
        case DRIVER: o.config.driver = optarg; break;
        case LIBRARY: o.config.library = optarg; break;
        case STACK:
            if (strcmp(optarg, "tun") && strcmp(optarg, "fake")) {
                fprintf(stderr, "warren-host: --stack must be tun or fake, not \"%s\"\n", optarg);
                exit(EXIT_UNUSABLE);
            }
            o.config.stack = *optarg == 't' ? HOST_STACK_TUN : HOST_STACK_FAKE;
            break;
        case NDIS: o.config.ndis_version = ndis_version_from(optarg); break;
        case NO_VERIFY: verify_enabled = false; break;
        case LIST: list = true; break;
        case MARKDOWN: markdown = true; break;
        case EXERCISE: o.exercise = optarg; break;
        case SEED: seed_from(optarg); break;
        case 'q': o.config.quiet = true; break;
        case 't': o.trace = true; break;
        case 's': o.summary = true; break;
        case 'h': usage(0);
        default: usage(EXIT_UNUSABLE);
        }
    }
    if (list) {
        host_export_list(markdown);
        exit(output_arrived() ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    /* A driver in the program's place is to be tried. */
    size_t length = optind + 1 == argc ? strlen(argv[optind]) : 0;
    if (length > 4 && !strcmp(argv[optind] + length - 4, ".sys")) o.exercise = argv[optind++];
    if ((optind == argc) == !o.exercise) usage(EXIT_UNUSABLE);
    o.program = argv + optind;
    o.program_argc = argc - optind;
    o.config.hardware_id = BRAND_HARDWARE_ID;
    o.config.service = BRAND_SERVICE;
    o.config.version = BRAND_PACKAGE_VERSION;
    o.config.provider = BRAND_COMPANY;
    if (!o.config.driver) o.config.driver = beside("warren.sys");
    if (!o.config.library) o.config.library = beside("warren.dll");
    return o;
}

typedef int program_main(int argc, char **argv);

static program_main *program_load(char *path) {
    char *full = realpath(path, NULL); /* dlopen would look for a bare name elsewhere */
    void *module = full ? dlopen(full, RTLD_NOW | RTLD_LOCAL) : NULL;
    void *symbol = module ? dlsym(module, "main") : NULL;
    if (!symbol) complain(path, full ? dlerror() : strerror(errno));
    free(full);
    program_main *entry;
    memcpy(&entry, &symbol, sizeof entry);
    return entry;
}

static bool is_pe(const char *path) {
    char magic[2] = {0};
    FILE *file = fopen(path, "rb");
    bool is = file && fread(magic, 1, 2, file) == 2 && !memcmp(magic, "MZ", 2);
    if (file) fclose(file);
    return is;
}

static int complain_and_stop(const char *why) {
    fprintf(stderr, "warren-host: %s\n", why);
    host_stop();
    return EXIT_UNUSABLE;
}

static bool start(const struct options *options) {
    char text[256];
    const char *why = NULL;
    pthread_t thread;
    if (!readable(options->config.driver) || !readable(options->config.library) || !readable(options->program[0]))
        return false;
    if (options->config.stack == HOST_STACK_TUN && !tun_probe(text, sizeof text)) {
        fprintf(stderr, "warren-host: %s\n", text);
        return false;
    }
    signals_block();
    NTSTATUS status = host_start(&options->config, &why);
    if (!NT_SUCCESS(status)) {
        fprintf(stderr, "warren-host: cannot start: %s (NTSTATUS 0x%08x)\n", why ? why : "no reason given",
                (unsigned)status);
        return false;
    }
    if (pthread_create(&thread, NULL, signal_main, NULL) == 0) pthread_detach(thread);
    return image_good(options->config.driver, true) && image_good(options->config.library, false);
}

int main(int argc, char **argv) {
    static struct options options; /* a console handler may end the process while main still uses them */
    options = options_from(argc, argv);
    the_options = &options;
    if (options.exercise) {
        if (!readable(options.exercise) || !image_good(options.exercise, true)) return EXIT_UNUSABLE;
        bool good = exercise_run(options.exercise, options.config.ndis_version);
        if (options.trace) print_calls(true);
        return output_arrived() && good ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    win32_exit_hook = exit_process;
    if (!start(&options)) return EXIT_UNUSABLE;
    if (is_pe(options.program[0])) {
        char why[512];
        win32_program_run(options.program_argc, options.program, why, sizeof why);
        return complain_and_stop(why);
    }
    program_main *entry = program_load(options.program[0]);
    int code = entry ? entry(options.program_argc, options.program) : EXIT_UNUSABLE;
    fflush(NULL);
    host_stop();
    if (entry) print_summary(&options);
    if (!output_arrived() && code == 0) code = EXIT_FAILURE;
    return code;
}
