/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Sends UDP datagrams to an echo and checks every one that comes back: number and contents.
 *
 * At most a window of them is on its way at a time, so that no queue on the path can overflow: whatever is missing in
 * the end was lost by somebody who should not have. An ordinary Linux program.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define HEADER 16          /* run, sequence number */
#define SIZE_MAX_UDP 65507 /* what fits an IPv4 packet */
#define STALL_SECONDS 2.0  /* without any answer: what is on its way counts as lost */

struct options {
    const char *target;
    uint64_t count;
    uint32_t size, window, port;
    double deadline;
    bool json;
};

struct load {
    struct options o;
    int fd;
    uint64_t run; /* tells this run's datagrams from a former one's */
    uint32_t window;
    uint64_t sent, received, duplicates, corrupt, foreign, given_up;
    uint8_t *seen; /* a bit per datagram */
    double start, last_answer, end;
    bool timed_out;
    uint8_t *out, *in; /* BATCH datagrams each */
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static _Noreturn void die(const char *what) {
    fprintf(stderr, "udp_load: %s: %s\n", what, strerror(errno));
    exit(2);
}

/* --- contents ---------------------------------------------------------------------------------------------------- */

static void fill(uint8_t *data, uint32_t size, uint64_t run, uint64_t number) {
    uint64_t word = number * 0x9e3779b97f4a7c15u ^ run;
    memcpy(data, &run, 8);
    memcpy(data + 8, &number, 8);
    for (uint32_t at = HEADER; at < size; at += 8) {
        word += 0xd1b54a32d192ed03u;
        memcpy(data + at, &word, size - at < 8 ? size - at : 8);
    }
}

static bool contents_right(const uint8_t *data, uint32_t size, uint64_t run, uint64_t number) {
    uint64_t word = number * 0x9e3779b97f4a7c15u ^ run;
    for (uint32_t at = HEADER; at < size; at += 8) {
        word += 0xd1b54a32d192ed03u;
        if (memcmp(data + at, &word, size - at < 8 ? size - at : 8)) return false;
    }
    return true;
}

static void check(struct load *load, const uint8_t *data, uint32_t size) {
    uint64_t run, number;
    if (size < HEADER) {
        load->corrupt++;
        return;
    }
    memcpy(&run, data, 8);
    memcpy(&number, data + 8, 8);
    if (run != load->run) {
        load->foreign++;
    } else if (number >= load->sent || size != load->o.size || !contents_right(data, size, run, number)) {
        load->corrupt++;
    } else if (load->seen[number / 8] & 1u << number % 8) {
        load->duplicates++;
    } else {
        load->seen[number / 8] |= (uint8_t)(1u << number % 8);
        load->received++;
    }
}

/* --- traffic ----------------------------------------------------------------------------------------------------- */

static void open_socket(struct load *load) {
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)load->o.port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)load->o.port)};
    bool is_four = inet_pton(AF_INET, load->o.target, &four.sin_addr) == 1;
    if (!is_four && inet_pton(AF_INET6, load->o.target, &six.sin6_addr) != 1) {
        fprintf(stderr, "udp_load: %s is no IPv4 or IPv6 address\n", load->o.target);
        exit(2);
    }
    load->fd = socket(is_four ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (load->fd < 0) die("socket");
    int room = 32 << 20;
    /* Beyond the system's limit if we may; else as much as it lets us have. */
    if (setsockopt(load->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room))
        setsockopt(load->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (setsockopt(load->fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room))
        setsockopt(load->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    socklen_t length = sizeof room;
    if (getsockopt(load->fd, SOL_SOCKET, SO_RCVBUF, &room, &length)) die("SO_RCVBUF");
    if (connect(load->fd, is_four ? (void *)&four : (void *)&six, is_four ? sizeof four : sizeof six))
        die(load->o.target);
    /* Linux charges a datagram's buffers, not its bytes: twice the size and a page is more than it ever takes. */
    uint64_t fit = (uint64_t)room / (2 * (uint64_t)load->o.size + 4096);
    load->window = load->o.window < fit ? load->o.window : (uint32_t)(fit ? fit : 1);
}

static uint64_t outstanding(const struct load *load) {
    uint64_t done = load->received + load->given_up;
    return load->sent > done ? load->sent - done : 0;
}

static bool send_some(struct load *load) {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    uint64_t room = load->window > outstanding(load) ? load->window - outstanding(load) : 0;
    uint64_t left = load->o.count - load->sent;
    unsigned count = (unsigned)(room < BATCH ? room : BATCH);
    if (count > left) count = (unsigned)left;
    if (!count) return false;
    memset(messages, 0, sizeof messages);
    for (unsigned i = 0; i < count; i++) {
        uint8_t *data = load->out + (size_t)i * load->o.size;
        fill(data, load->o.size, load->run, load->sent + i);
        parts[i] = (struct iovec){.iov_base = data, .iov_len = load->o.size};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int sent = sendmmsg(load->fd, messages, count, 0);
    if (sent < 0) {
        if (errno == EAGAIN || errno == ENOBUFS || errno == EINTR) return false;
        die("sendmmsg");
    }
    load->sent += (unsigned)sent;
    return true;
}

static bool receive_some(struct load *load) {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    memset(messages, 0, sizeof messages);
    for (unsigned i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){.iov_base = load->in + (size_t)i * (load->o.size + 1), .iov_len = load->o.size + 1};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int count = recvmmsg(load->fd, messages, BATCH, 0, NULL);
    if (count < 0) {
        if (errno == EAGAIN || errno == EINTR) return false;
        die("recvmmsg");
    }
    for (int i = 0; i < count; i++) check(load, parts[i].iov_base, messages[i].msg_len);
    if (count) load->last_answer = now();
    return count > 0;
}

/* --- telling ----------------------------------------------------------------------------------------------------- */

static void progress(struct load *load, bool tty) {
    static double shown;
    static unsigned tenth;
    double time = now();
    double part = (double)load->sent / (double)load->o.count, elapsed = time - load->start;
    if (tty) {
        if (time - shown < 0.1 && load->sent < load->o.count) return;
        shown = time;
        char bar[31];
        memset(bar, '.', 30);
        memset(bar, '#', (size_t)(part * 30));
        bar[30] = 0;
        fprintf(stderr, "\r  [%s] %3.0f %%  %" PRIu64 " sent, %" PRIu64 " back, %.0f per second ", bar, part * 100,
                load->sent, load->received, (double)load->received / (elapsed > 0.001 ? elapsed : 0.001));
        return;
    }
    if ((unsigned)(part * 10) > tenth) {
        tenth = (unsigned)(part * 10);
        fprintf(stderr, "  %u0 %%: %" PRIu64 " sent, %" PRIu64 " back, %.1f s\n", tenth, load->sent, load->received,
                elapsed);
    }
}

static bool all_arrived(const struct load *load) {
    return load->received == load->o.count && !load->duplicates && !load->corrupt;
}

static void result(const struct load *load, bool tty) {
    double seconds = load->end - load->start;
    double rate = (double)load->received / seconds, bits = rate * load->o.size * 8;
    uint64_t lost = load->sent - load->received;
    if (tty && !load->o.json) fputs("\r\033[K", stderr);
    if (load->o.json) {
        printf("{\"target\": \"%s\", \"count\": %" PRIu64 ", \"size\": %u, \"window\": %u, \"sent\": %" PRIu64
               ", \"received\": %" PRIu64 ", \"lost\": %" PRIu64 ", \"duplicates\": %" PRIu64 ", \"corrupt\": %" PRIu64
               ", \"foreign\": %" PRIu64 ", \"seconds\": %.3f, \"per_second\": %.0f, \"timed_out\": %s}\n",
               load->o.target, load->o.count, load->o.size, load->window, load->sent, load->received, lost,
               load->duplicates, load->corrupt, load->foreign, seconds, rate, load->timed_out ? "true" : "false");
    } else {
        printf("  %s: %" PRIu64 " datagrams of %u bytes sent, %" PRIu64 " back, %" PRIu64 " lost, %" PRIu64
               " duplicate, %" PRIu64 " corrupt\n  %.2f s, %.0f per second each way, %.2f Gbit/s each way\n",
               load->o.target, load->sent, load->o.size, load->received, lost, load->duplicates, load->corrupt, seconds,
               rate, bits / 1e9);
    }
    fflush(stdout);
    if (load->timed_out)
        fprintf(stderr, "udp_load: the deadline of %.0f s is over: %" PRIu64 " of %" PRIu64 " datagrams are back\n",
                load->o.deadline, load->received, load->o.count);
    else if (!all_arrived(load))
        fprintf(stderr, "udp_load: not every datagram came back once and unchanged\n");
}

/* --- main -------------------------------------------------------------------------------------------------------- */

static void run(struct load *load, bool tty) {
    load->start = load->last_answer = now();
    while (load->sent < load->o.count || outstanding(load)) {
        bool busy = send_some(load);
        while (receive_some(load)) busy = true;
        double time = now();
        if (time - load->start > load->o.deadline) {
            load->timed_out = true;
            break;
        }
        if (!load->o.json) progress(load, tty);
        if (busy) continue;
        if (time - load->last_answer > STALL_SECONDS) {
            load->given_up = load->sent - load->received;
            load->last_answer = time;
            continue;
        }
        struct pollfd wait = {.fd = load->fd, .events = POLLIN};
        poll(&wait, 1, 100);
    }
    load->end = now();
}

static _Noreturn void usage(int code) {
    fprintf(code ? stderr : stdout,
            "usage: udp_load [--count N] [--size BYTES] [--window N] [--port N] [--deadline SECONDS] [--json] ADDRESS\n"
            "Sends N (1000000) datagrams of BYTES (1024, from %d to %d) to the UDP echo at ADDRESS, at most a window\n"
            "(256) at a time. Exit code 0: each came back once and unchanged. 1: not so. 2: it could not be tried.\n",
            HEADER, SIZE_MAX_UDP);
    exit(code);
}

static uint64_t number(const char *text, uint64_t low, uint64_t high, const char *what) {
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 0);
    if (errno || end == text || *end || value < low || value > high) {
        fprintf(stderr, "udp_load: %s must be a number from %" PRIu64 " to %" PRIu64 ", not \"%s\"\n", what, low, high,
                text);
        exit(2);
    }
    return value;
}

static struct options options_from(int argc, char **argv) {
    static const struct option known[] = {
        {"count", required_argument, NULL, 'c'},    {"size", required_argument, NULL, 's'},
        {"window", required_argument, NULL, 'w'},   {"port", required_argument, NULL, 'p'},
        {"deadline", required_argument, NULL, 'd'}, {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},           {0},
    };
    struct options o = {.count = 1000000, .size = 1024, .window = 256, .port = 7, .deadline = 60};
    for (int c; (c = getopt_long(argc, argv, "c:s:w:p:d:jh", known, NULL)) != -1;) {
        switch (c) {
        case 'c': o.count = number(optarg, 1, 1000000000, "count"); break;
        case 's': o.size = (uint32_t)number(optarg, HEADER, SIZE_MAX_UDP, "size"); break;
        case 'w': o.window = (uint32_t)number(optarg, 1, 65536, "window"); break;
        case 'p': o.port = (uint32_t)number(optarg, 1, 65535, "port"); break;
        case 'd': o.deadline = (double)number(optarg, 1, 86400, "deadline"); break;
        case 'j': o.json = true; break;
        case 'h': usage(0);
        default: usage(2);
        }
    }
    if (optind + 1 != argc) usage(2);
    o.target = argv[optind];
    return o;
}

int main(int argc, char **argv) {
    struct load load = {.o = options_from(argc, argv)};
    load.run = (uint64_t)getpid() << 32 ^ (uint64_t)time(NULL);
    load.seen = calloc(1, load.o.count / 8 + 1);
    load.out = malloc((size_t)BATCH * load.o.size);
    load.in = malloc((size_t)BATCH * (load.o.size + 1));
    if (!load.seen || !load.out || !load.in) die("memory");
    bool tty = isatty(STDERR_FILENO);
    open_socket(&load);
    run(&load, tty);
    result(&load, tty);
    close(load.fd);
    free(load.seen);
    free(load.out);
    free(load.in);
    return all_arrived(&load) ? 0 : 1;
}
