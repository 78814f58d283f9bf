/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_KERNEL_NONE_H
#define SEKI_KERNEL_NONE_H

/* A kernel that accepts everything and carries nothing: for measuring and
 * trying the key exchange on hosts without the module (sekid --no-kernel).
 */

#include "kernel/kernel.h"

struct kernel *kernel_none_new(void);
void kernel_none_free(struct kernel *kernel);
/** kernel_none_tell() - tells @tunnel to the receiver of events, as new or changed */
void kernel_none_tell(struct kernel *kernel, const struct kernel_tunnel *tunnel);
void kernel_none_tell_gone(struct kernel *kernel, uint32_t ifindex);

#endif
