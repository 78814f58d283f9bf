/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CTL_CTL_H
#define SEKI_CTL_CTL_H

/*
 * The control socket inside sekid. Documentation/control-protocol.rst has the
 * protocol, ctl/client.h the other end.
 *
 * The daemon registers one descriptor, ctl_fd(), for reading in its own epoll
 * and calls ctl_run() whenever that is readable. Nothing here ever blocks.
 */

#include "base/log.h"
#include "base/result.h"
#include "ike/facts.h"
#include "ike/ike.h"
#include "ike/policy.h"

/** struct ctl_path - where packets from an address leave; @mtu 0 when nothing is known */
struct ctl_path {
	char interface[16];
	uint32_t mtu;
};

/** struct ctl_host - what this host encrypts with; texts "" where it does not say */
struct ctl_host {
	char library[64]; /* "OpenSSL 3.0.15 3 Sep 2024" */
	char platform[160]; /* "Linux 6.1.0-28-amd64 x86_64" */
	char serial[64]; /* of the machine */
	char extensions[128]; /* of the processor, for cryptography: "aes vaes sha_ni" */
	uint64_t queued, done; /* computations given to the worker threads so far */
};

/**
 * struct ctl_engine - what the socket asks of the key exchange
 *
 * ctl_ike_engine is the real one; tests bring their own.
 */
struct ctl_engine {
	void (*each_sa)(struct ike *ike,
			void (*found)(void *context, const struct ike_sa_facts *facts),
			void *context);
	void (*each_child)(struct ike *ike,
			   void (*found)(void *context, const struct child_sa_facts *facts),
			   void *context);
	void (*each_tunnel)(struct ike *ike,
			    void (*found)(void *context, const struct tunnel_facts *facts),
			    void *context);
	void (*each_dropped)(struct ike *ike,
			     void (*found)(void *context, const char *interface,
					   const struct address *local, uint64_t count),
			     void *context);
	const char *(*stat_name)(size_t index);
	uint64_t (*stat)(const struct ike *ike, size_t index);
	size_t (*clear_sas)(struct ike *ike, const struct sa_filter *filter);
	size_t (*clear_sas_alone)(struct ike *ike, const struct sa_filter *filter);
	size_t (*clear_children)(struct ike *ike, const struct child_filter *filter);
	size_t (*clear_counters)(struct ike *ike);
	size_t (*rekey_sas)(struct ike *ike, const struct sa_filter *filter);
	size_t (*redirect_sas)(struct ike *ike, const struct address *remote,
			       const struct address *gateway);
	size_t (*rekey_children)(struct ike *ike, const struct child_filter *filter);
	void (*host)(const struct ike *ike, struct ctl_host *host);
	/** @path: the interface that holds @local; false when none does */
	bool (*path)(const struct address *local, struct ctl_path *path);
};

extern const struct ctl_engine ctl_ike_engine;

/**
 * struct ctl_context - what the server works on; outlives it
 * @policy: read at each request, so that it may change with a reload
 * @running_config: the policy as text without its keys, from malloc()
 * @reload: *@report, from malloc(), says line by line what changed, or all that is wrong; it may
 * stay NULL
 * @owner: handed to both
 */
struct ctl_context {
	const struct ctl_engine *engine;
	struct ike *ike;
	const struct policy *policy;
	void *owner;
	char *(*running_config)(void *owner);
	struct result (*reload)(void *owner, char **report);
};

struct ctl_server;

/**
 * ctl_listen() - makes the folder (0700) where it is missing, and the socket (0600)
 * Return: NULL with -EADDRINUSE in @result when another daemon answers there, other errno values as
 * the system gave them
 */
struct ctl_server *ctl_listen(const char *path, struct ctl_context *context, struct result *result);
int ctl_fd(const struct ctl_server *server);
void ctl_run(struct ctl_server *server);
/** ctl_log() - hands a log line to those who monitor; for the sink of log_set_sink() to call */
void ctl_log(struct ctl_server *server, enum log_topic topic, const char *line);
/** ctl_close() - hangs up on everybody and removes the socket; NULL is fine */
void ctl_close(struct ctl_server *server);

#endif
