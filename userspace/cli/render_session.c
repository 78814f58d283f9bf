// SPDX-License-Identifier: GPL-2.0-or-later
/* show crypto session [detail] */

#include <string.h>

#include "cli/render.h"

#define NUMBER "%" JSON_INTEGER_FORMAT

static const char *protocol_text(json_int_t protocol, char *text, size_t size)
{
	switch (protocol) {
	case 0:
		return "ip";
	case 1:
		return "icmp";
	case 6:
		return "tcp";
	case 17:
		return "udp";
	}
	snprintf(text, size, NUMBER, protocol);
	return text;
}

static void print_traffic(const json_t *child, const char *direction, const char *verb,
			  const char *left, FILE *out)
{
	const json_t *counters = field(child, direction);

	fprintf(out, "        %-9s #pkts %s " NUMBER " drop " NUMBER " life (KB/Sec) ",
		strcmp(direction, "in") == 0 ? "Inbound:" : "Outbound:", verb,
		number_of(counters, "packets"), number_of(counters, "errors"));
	if (number_of(child, "lifetime_kilobytes"))
		fprintf(out, NUMBER "/", number_of(child, left));
	else
		fprintf(out, "KB Vol Rekey Disabled/");
	fprintf(out, NUMBER "\n", number_of(child, "left_seconds"));
}

static void print_flow(const json_t *child, size_t active, bool detail, FILE *out)
{
	const json_t *local = json_array_get(field(child, "local_ts"), 0);
	const json_t *remote = json_array_get(field(child, "remote_ts"), 0);
	char from[SELECTOR_TEXT], to[SELECTOR_TEXT], protocol[24];

	fprintf(out, "  IPSEC FLOW: permit %s %s %s\n",
		protocol_text(number_of(local, "protocol"), protocol, sizeof(protocol)),
		selector_range(local, from), selector_range(remote, to));
	fprintf(out, "        Active SAs: %zu, origin: crypto map\n", active);
	if (detail) {
		print_traffic(child, "in", "dec'ed", "left_kilobytes_in", out);
		print_traffic(child, "out", "enc'ed", "left_kilobytes_out", out);
	}
}

static bool same_traffic(const json_t *a, const json_t *b)
{
	return json_equal((json_t *)field(a, "local_ts"), (json_t *)field(b, "local_ts")) &&
	       json_equal((json_t *)field(a, "remote_ts"), (json_t *)field(b, "remote_ts"));
}

/* A pair and its successor are one flow, shown once and by the active one. */
static void print_flows(const json_t *children, bool detail, FILE *out)
{
	size_t count = json_array_size(children);

	for (size_t i = 0, next; i < count; i = next) {
		const json_t *child = json_array_get(children, i), *shown = child;
		size_t active = 0;

		for (next = i; next < count; next++) {
			const json_t *other = json_array_get(children, next);

			/* json_equal() finds that nothing does not equal nothing */
			if (next > i && !same_traffic(child, other))
				break;
			if (is_true(other, "active")) {
				active += 2;
				shown = other;
			}
		}
		print_flow(shown, active, detail, out);
	}
}

/* A tunnel without SAs still says what it would carry. */
static void print_empty_flow(const json_t *session, FILE *out)
{
	bool ipv6 = strchr(text_of(session, "remote"), ':');

	if (json_is_null(field(session, "interface")))
		return;
	fprintf(out, "  IPSEC FLOW: permit ip %s %s\n        Active SAs: 0, origin: crypto map\n",
		ipv6 ? "::/0" : "0.0.0.0/0.0.0.0", ipv6 ? "::/0" : "0.0.0.0/0.0.0.0");
}

static void print_ike_sa(const json_t *sa, bool detail, FILE *out)
{
	char left[DURATION_TEXT];
	json_int_t seconds = number_of(sa, "lifetime_seconds") - number_of(sa, "active_seconds");

	if (detail)
		fprintf(out, "  Session ID: " NUMBER "\n", number_of(sa, "session_id"));
	fprintf(out, "  IKEv" NUMBER " SA: local %s/" NUMBER " remote %s/" NUMBER " %s\n",
		number_of(sa, "version"), endpoint_address(sa, "local"), endpoint_port(sa, "local"),
		endpoint_address(sa, "remote"), endpoint_port(sa, "remote"),
		is_true(sa, "established") ? "Active" : "Inactive");
	if (!detail)
		return;
	fprintf(out, "          Capabilities:%s%s%s connid:" NUMBER " lifetime:%s\n",
		number_of(sa, "dpd_interval_seconds") ? "D" : "",
		is_true(sa, "nat_local") || is_true(sa, "nat_remote") ? "N" : "",
		!number_of(sa, "dpd_interval_seconds") && !is_true(sa, "nat_local") &&
				!is_true(sa, "nat_remote") ?
			"(none)" :
			"",
		number_of(sa, "tunnel_id"), duration(seconds > 0 ? seconds : 0, left));
	if (text_of(field(sa, "client_config"), "address")[0])
		fprintf(out, "          Assigned address: %s\n",
			text_of(field(sa, "client_config"), "address"));
	if (text_of(field(sa, "client_config"), "ipv6_address")[0])
		fprintf(out, "          Assigned IPv6 address: %s\n",
			text_of(field(sa, "client_config"), "ipv6_address"));
	if (is_true(sa, "legacy"))
		fprintf(out, "          Legacy algorithms are in use\n");
}

static bool down(const json_t *session)
{
	return strncmp(text_of(session, "status"), "DOWN", 4) == 0;
}

static void print_session(const json_t *session, bool detail, FILE *out)
{
	const json_t *sas = field(session, "ike_sas"), *children = field(session, "ipsec_sas");
	const json_t *first = json_array_get(sas, 0), *sa;
	json_int_t port = 500;
	char uptime[DURATION_TEXT];
	size_t i;

	if (!first)
		first = json_array_get(children, 0);
	if (first)
		port = endpoint_port(first, "remote");
	fprintf(out, "\nInterface: %s\n", text_or(session, "interface", "(none)"));
	if (detail) {
		fprintf(out, "Profile: %s\n", text_or(session, "profile", "(none)"));
		if (is_true(first, "established"))
			fprintf(out, "Uptime: %s\n",
				duration(number_of(first, "active_seconds"), uptime));
	}
	fprintf(out, "Session status: %s\n", text_of(session, "status"));
	/* IOS would leave the admin alone with "DOWN". */
	if (text_of(session, "last_error")[0] && (detail || down(session)))
		fprintf(out, "Last failure: %s\n", text_of(session, "last_error"));
	fprintf(out, "Peer: %s port " NUMBER,
		first ? endpoint_address(first, "remote") : text_of(session, "remote"), port);
	if (detail)
		fprintf(out, " fvrf: (none) ivrf: (none)\n      Phase1_id: %s\n      Desc: (none)",
			text_or(field(json_array_get(sas, 0), "remote_id"), "text", "(none)"));
	fprintf(out, "\n");
	json_array_foreach((json_t *)sas, i, sa) print_ike_sa(sa, detail, out);
	if (json_array_size(children))
		print_flows(children, detail, out);
	else
		print_empty_flow(session, out);
}

static void print(const json_t *result, bool detail, FILE *out)
{
	const json_t *session;
	size_t i;

	fprintf(out, "Crypto session current status\n");
	if (detail)
		fprintf(out, "\nCode: D - Dead Peer Detection, N - NAT-traversal\n");
	json_array_foreach((json_t *)field(result, "sessions"), i, session)
		print_session(session, detail, out);
	fprintf(out, "\n");
}

void render_session(const json_t *result, FILE *out)
{
	print(result, false, out);
}

void render_session_detail(const json_t *result, FILE *out)
{
	print(result, true, out);
}
