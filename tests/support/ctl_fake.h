/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_TESTS_CTL_FAKE_H
#define SEKI_TESTS_CTL_FAKE_H

/* A key exchange that only has facts, for the control socket to ask. */

#include "ctl/ctl.h"

#define CTL_FAKE_MAX 8

struct ctl_fake {
	struct ctl_context context; /* ready for use after ctl_fake_init() */
	struct ike_sa_facts sas[CTL_FAKE_MAX];
	size_t sa_count;
	struct child_sa_facts children[CTL_FAKE_MAX];
	size_t child_count;
	struct tunnel_facts tunnels[CTL_FAKE_MAX];
	size_t tunnel_count;
	size_t repeat; /* each child is reported that often; 0: once */
	struct ctl_path path;
	struct ctl_host host;
	uint64_t dropped; /* once for each child */
	/* Orders that came: "clear_sas 10.0.0.2", the last one. */
	char order[128];
	/* What the daemon would say. */
	const char *config_text;
	struct result reload_result;
	const char *reload_report;
};

void ctl_fake_init(struct ctl_fake *fake);
/** ctl_fake_router() - the facts behind the outputs of Router 1 or 2 in the S0 document */
void ctl_fake_router(struct ctl_fake *fake, int router);

/** any_selector() - everything of IPv4 */
struct traffic_selectors any_selector(void);
struct endpoint endpoint_of(const char *address, uint16_t port);

#endif
