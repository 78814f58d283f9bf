/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_TESTS_REENCODE_H
#define SEKI_TESTS_REENCODE_H

#include "codec/codec.h"

/**
 * reencode_payload() - reads a payload and writes what it means
 *
 * Payloads without a reader, or whose content is all of kinds that we pass
 * over, are copied.
 * Return: the reader's verdict; nothing is written when it refused
 */
struct result reencode_payload(struct writer *writer, const struct payload *payload);
/** reencode_chain() - all payloads of a message into @writer, up to the first that is refused */
struct result reencode_chain(struct writer *writer, const struct message *message);

#endif
