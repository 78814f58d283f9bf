/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSHIM_LINUX_SOCKET_H
#define KSHIM_LINUX_SOCKET_H

/* AF_INET, which the kernel's linux/socket.h has and the one for the host has not. */
#include_next <linux/socket.h>
#include <sys/socket.h>

#endif
