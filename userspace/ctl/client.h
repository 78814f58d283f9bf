/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CTL_CLIENT_H
#define SEKI_CTL_CLIENT_H

/* The control socket as the command uses it. These functions block. */

#include <jansson.h>

#include "base/result.h"

#define CTL_PATH_DEFAULT "/run/seki/control"

struct ctl_client;

/** ctl_connect() - NULL with -ENOENT or -ECONNREFUSED in @result when no daemon is there */
struct ctl_client *ctl_connect(const char *path, struct result *result);
/** ctl_send() - takes over @arguments, which may be NULL */
struct result ctl_send(struct ctl_client *client, const char *command, json_t *arguments);
/**
 * ctl_receive() - one answer
 * @value: the "result", for the caller to release; after a refusal its report, a string, if it has
 * one; else NULL
 * Return: -EREMOTEIO with the daemon's sentence for a refusal, -EPIPE when it hung up, -EINTR when a
 * signal came while nothing did
 */
struct result ctl_receive(struct ctl_client *client, json_t **value);
void ctl_disconnect(struct ctl_client *client);

#endif
