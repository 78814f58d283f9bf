/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CLI_RENDER_H
#define SEKI_CLI_RENDER_H

/*
 * From the daemon's JSON to the text that IOS prints. Each renderer takes the
 * "result" of its command. What is missing in it prints as empty or 0, so that
 * an older command reads a newer daemon, and the other way round.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

typedef void render_fn(const json_t *result, FILE *out);

render_fn render_ikev2_sa, render_ikev2_sa_detailed;
render_fn render_isakmp_sa, render_isakmp_sa_detail, render_isakmp_policy;
render_fn render_rsa_keys, render_rsa_peers;
render_fn render_ipsec_sa, render_ipsec_sa_old, render_ipsec_sa_new;
render_fn render_transform_sets, render_transform_proposals, render_lifetime, render_session_key;
render_fn render_crypto_map, render_one_crypto_map;
render_fn render_connections, render_dropped, render_engine_configuration;
render_fn render_hosts;
render_fn render_session, render_session_detail;
render_fn render_profile, render_proposal, render_policy;
render_fn render_stats, render_debug, render_text, render_report;
render_fn render_cleared, render_counters_cleared, render_rekeyed, render_redirected;

/** render_line() - one answer of "monitor" */
void render_line(const json_t *result, FILE *out);

/* Look-ups that never fail. */
const json_t *field(const json_t *object, const char *name);
const char *text_value(const json_t *value); /* "" when it is no string */
const char *text_of(const json_t *object, const char *name); /* "" when missing */
const char *text_or(const json_t *object, const char *name, const char *otherwise);
json_int_t number_of(const json_t *object, const char *name);
bool is_true(const json_t *object, const char *name);

/** endpoint_address() - of {"address": ..., "port": ...} */
const char *endpoint_address(const json_t *object, const char *name);
json_int_t endpoint_port(const json_t *object, const char *name);

#define SELECTOR_TEXT 160
/** selector_ident() - "0.0.0.0/0.0.0.0/256/0", as show crypto ipsec sa has it */
const char *selector_ident(const json_t *selector, char text[SELECTOR_TEXT]);
/** selector_range() - "10.1.0.0/255.255.0.0", "host 10.1.1.1", as an access list has it */
const char *selector_range(const json_t *selector, char text[SELECTOR_TEXT]);

#define DURATION_TEXT 24
/** duration() - "00:01:50", "1d02h" as IOS prints spans */
const char *duration(json_int_t seconds, char text[DURATION_TEXT]);

#endif
