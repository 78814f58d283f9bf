/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CTL_INTERNAL_H
#define SEKI_CTL_INTERNAL_H

#include <jansson.h>

#include "ctl/ctl.h"

#define CTL_LINE_MAX 65536

/** struct ctl_reply - what one request line leads to */
struct ctl_reply {
	json_t *answer; /* to be sent and released */
	bool hang_up; /* the stream cannot be trusted after this */
	bool monitor; /* log lines follow */
};

/** ctl_answer() - from an untrusted line to its answer */
struct ctl_reply ctl_answer(struct ctl_context *context, const char *line, size_t len);
json_t *ctl_refusal(const char *sentence);
json_t *ctl_success(json_t *result);

/** ctl_text() - a JSON string whatever the octets are; null for NULL */
json_t *ctl_text(const char *text);

/* Facts as JSON; each returns an array. @remote, @interface: only those, NULL for all. */
json_t *ctl_ike_sas(struct ctl_context *context, unsigned int version,
		    const struct address *remote); /* version 0: of all */
json_t *ctl_ipsec_sas(struct ctl_context *context, const char *interface,
		      const struct address *peer);
json_t *ctl_sessions(struct ctl_context *context);
json_t *ctl_stats(struct ctl_context *context); /* an object */
/** ctl_dropped() - how many packets have been dropped, for each interface with any */
json_t *ctl_dropped(struct ctl_context *context);
json_t *ctl_engine(struct ctl_context *context); /* an object */
/** ctl_host_facts() - all but the queue, which is the engine's */
void ctl_host_facts(struct ctl_host *host);

json_t *ctl_profiles(const struct policy *policy);
json_t *ctl_proposals(const struct policy *policy);
json_t *ctl_policies(const struct policy *policy);
json_t *ctl_isakmp_policies(const struct policy *policy);
json_t *ctl_transform_sets(const struct policy *policy);
json_t *ctl_lifetime(const struct policy *policy); /* an object */
/**
 * ctl_crypto_maps() - their entries
 * @interface, @map: only those; NULL for all. A sentence in @result when there is no such thing
 */
json_t *ctl_crypto_maps(const struct policy *policy, const char *interface, const char *map,
			struct result *result);
json_t *ctl_hosts(const struct policy *policy); /* an object */
/** ctl_rsa_keys(), ctl_rsa_peers() - public keys alone */
json_t *ctl_rsa_keys(const struct policy *policy);
json_t *ctl_rsa_peers(const struct policy *policy);

#endif
