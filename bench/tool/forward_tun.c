/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What examples/forward.c does, over two of Linux's own TUN devices: a thread for each direction, a read and a write per
 * packet. Says "ready:" and ends with its standard input.
 *
 *   forward_tun NAME NAME
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int devices[2];

static int device(const char *name) {
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (fd >= 0 && ioctl(fd, TUNSETIFF, &request) == 0) return fd;
    fprintf(stderr, "forward_tun: %s: %s\n", name, strerror(errno));
    return -1;
}

static void *run(void *context) {
    uint8_t packet[65536];
    int at = (int)(intptr_t)context;
    for (ssize_t size; (size = read(devices[at], packet, sizeof packet)) > 0 || errno == EINTR || errno == EIO;) {
        if (size <= 0) usleep(1000); /* not up yet */
        if (size > 0 && write(devices[!at], packet, (size_t)size) < 0 && errno != EIO && errno != ENOBUFS) break;
    }
    return NULL;
}

int main(int argc, char **argv) {
    char ignored[64];
    pthread_t threads[2];
    if (argc != 3) {
        fprintf(stderr, "usage: forward_tun NAME NAME\n");
        return 2;
    }
    for (int at = 0; at < 2; at++)
        if ((devices[at] = device(argv[1 + at])) < 0) return 1;
    for (int at = 0; at < 2; at++) pthread_create(&threads[at], NULL, run, (void *)(intptr_t)at);
    printf("ready:\n");
    fflush(stdout);
    while (read(0, ignored, sizeof ignored) > 0) continue;
    return 0;
}
