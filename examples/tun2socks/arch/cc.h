/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What lwIP has to know about the compiler and the system.
 */
#ifndef TUN2SOCKS_CC_H
#define TUN2SOCKS_CC_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

uint32_t StackRandom(void);

#define BYTE_ORDER LITTLE_ENDIAN
/* Winsock has them. */
#define LWIP_DONT_PROVIDE_BYTEORDER_FUNCTIONS 1
#define LWIP_RAND() StackRandom()
#define LWIP_PLATFORM_DIAG(Text)                                                                                       \
    do {                                                                                                               \
        printf Text;                                                                                                   \
    } while (0)
#define LWIP_PLATFORM_ASSERT(Text)                                                                                     \
    do {                                                                                                               \
        fprintf(stderr, "error: lwIP: %s (%s:%d)\n", Text, __FILE__, __LINE__);                                        \
        abort();                                                                                                       \
    } while (0)

#endif
