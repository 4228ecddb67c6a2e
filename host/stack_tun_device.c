/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Making a TUN device.
 */
#include "host/stack_tun_netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TUN_PATH "/dev/net/tun"

static void explain(int error, const char *step, char *why, size_t why_size) {
    const char *advice = "";
    if (error == ENOENT || error == ENODEV || error == ENXIO)
        advice = "; load the tun module or run where it exists";
    else if (error == EACCES)
        advice = "; the device file is not for this user: its mode should be 0666";
    else if (error == EPERM)
        advice = "; needs CAP_NET_ADMIN: run as root or in `unshare -Urn`";
    snprintf(why, why_size, "%s " TUN_PATH ": %s%s", step, strerror(error), advice);
}

static int index_of(const char name[16]) {
    struct ifreq request = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), index = -1;
    if (fd < 0) return -1;
    memcpy(request.ifr_name, name, sizeof request.ifr_name);
    if (!ioctl(fd, SIOCGIFINDEX, &request)) index = request.ifr_ifindex;
    close(fd);
    return index;
}

int link_open(const char *name, char made[16], int *index, char *why, size_t why_size) {
    int fd = open(TUN_PATH, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        explain(errno, "cannot open", why, why_size);
        return -1;
    }
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int result = -1;
    if (name && *name) {
        snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
        result = ioctl(fd, TUNSETIFF, &request);
    }
    if (result < 0) {
        snprintf(request.ifr_name, sizeof request.ifr_name, "tun%%d");
        result = ioctl(fd, TUNSETIFF, &request);
    }
    if (result < 0) {
        explain(errno, "cannot make a device with", why, why_size);
        goto close_device;
    }
    memcpy(made, request.ifr_name, 16);
    *index = index_of(made);
    if (*index >= 0) return fd;
    explain(errno, "cannot find the device made with", why, why_size);
close_device:
    close(fd);
    return -1;
}

int link_set_carrier(int fd, bool on) {
    int value = on;
    return ioctl(fd, TUNSETCARRIER, &value) < 0 ? errno : 0;
}

void link_close(int fd) { close(fd); }

ssize_t link_read(int fd, const struct iovec *parts, int count) {
    ssize_t size;
    do size = readv(fd, parts, count);
    while (size < 0 && errno == EINTR);
    return size;
}

ssize_t link_write(int fd, const struct iovec *parts, int count) {
    return count == 1 ? write(fd, parts->iov_base, parts->iov_len) : writev(fd, parts, count);
}

/* --- waking ------------------------------------------------------------------------------------------------------ */

int link_wake_open(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void link_wake_close(int wake) { close(wake); }

void link_wake(int wake) { eventfd_write(wake, 1); }

void link_wait(int wake, int fd) {
    struct pollfd fds[2] = {{.fd = wake, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    if (poll(fds, fd < 0 ? 1 : 2, -1) > 0 && fds[0].revents) {
        eventfd_t value;
        eventfd_read(wake, &value);
    }
}
