// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * show crypto ipsec sa, in two layouts: that of S0 (row J02), and the old one of S1 (row J03). What
 * IKEv1 has made for a crypto map is shown as S1 shows it, all else as S0 does; "old" and "new"
 * choose one for everything.
 */

#include <string.h>

#include "cli/render.h"

#define NUMBER "%" JSON_INTEGER_FORMAT

/* SAs with the same of these stand under one heading: a pair and its successor. */
static bool same_flow(const json_t *a, const json_t *b)
{
	static const char *const names[] = { "ifindex", "map_tag",  "local",
					     "remote",	"local_ts", "remote_ts" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!json_equal((json_t *)field(a, names[i]), (json_t *)field(b, names[i])))
			return false;
	return true;
}

static bool same_interface(const json_t *a, const json_t *b)
{
	return number_of(a, "ifindex") == number_of(b, "ifindex") &&
	       strcmp(text_of(a, "map_tag"), text_of(b, "map_tag")) == 0;
}

enum layout { LAYOUT_BY_FLOW, LAYOUT_OLD, LAYOUT_NEW };

/** struct flow - SAs @first to @last - 1 of the list */
struct flow {
	const json_t *list;
	size_t first, last;
	bool old; /* its layout */
};

static json_int_t sum(const struct flow *flow, const char *direction, const char *name)
{
	json_int_t total = 0;

	for (size_t i = flow->first; i < flow->last; i++)
		total += number_of(field(json_array_get(flow->list, i), direction), name);
	return total;
}

/* What passes both SAs of a bundle is one packet. */
static json_int_t packets(const struct flow *flow, const char *direction)
{
	json_int_t total = 0;

	for (size_t i = flow->first; i < flow->last; i++)
		if (!is_true(json_array_get(flow->list, i), "bundled"))
			total += number_of(field(json_array_get(flow->list, i), direction),
					   "packets");
	return total;
}

/* What is on the wire, and so what the peer knows the flow by: of a bundle AH. */
static const json_t *outermost(const struct flow *flow, const json_t *sa)
{
	for (size_t i = flow->first; i < flow->last; i++)
		if (is_true(json_array_get(flow->list, i), "active") &&
		    is_true(json_array_get(flow->list, i), "bundled"))
			return json_array_get(flow->list, i);
	return sa;
}

/* The pair that packets leave through now. */
static const json_t *current(const struct flow *flow)
{
	for (size_t i = flow->first; i < flow->last; i++)
		if (is_true(json_array_get(flow->list, i), "active"))
			return json_array_get(flow->list, i);
	return json_array_get(flow->list, flow->last - 1);
}

static void print_identities(const char *side, const json_t *selectors, FILE *out)
{
	char text[SELECTOR_TEXT];
	const json_t *selector;
	size_t i;

	json_array_foreach((json_t *)selectors, i, selector)
		fprintf(out, "   %-6s ident (addr/mask/prot/port): (%s)\n", side,
			selector_ident(selector, text));
}

static void print_counters(const struct flow *flow, FILE *out)
{
	json_int_t sent = packets(flow, "out"), received = packets(flow, "in");
	const char *colon = flow->old ? "" : ":";

	fprintf(out,
		"    #pkts encaps: " NUMBER ", #pkts encrypt: " NUMBER ", #pkts digest%s " NUMBER
		"\n",
		sent, sent, colon, sent);
	fprintf(out,
		"    #pkts decaps: " NUMBER ", #pkts decrypt: " NUMBER ", #pkts verify%s " NUMBER
		"\n",
		received, received, colon, received);
	/* There is no IPComp. */
	if (!flow->old)
		fprintf(out, "    #pkts compressed: 0, #pkts decompressed: 0\n"
			     "    #pkts not compressed: 0, #pkts compr. failed: 0\n"
			     "    #pkts not decompressed: 0, #pkts decompress failed: 0\n");
	fprintf(out, "    #send errors " NUMBER ", #recv errors " NUMBER "\n",
		sum(flow, "out", "errors"), sum(flow, "in", "errors"));
}

static void print_path(const json_t *sa, bool old, FILE *out)
{
	json_int_t mtu = number_of(sa, "path_mtu");
	const char *interface = text_or(sa, "path_interface", "(none)");

	/* Without a route the tunnel's own is all that is known. */
	if (!mtu) {
		mtu = number_of(sa, "interface_mtu");
		interface = text_of(sa, "interface");
	}
	if (old)
		fprintf(out, "     path mtu " NUMBER ", media mtu " NUMBER "\n", mtu, mtu);
	else
		fprintf(out, "     path mtu " NUMBER ", ip mtu " NUMBER ", ip mtu idb %s\n", mtu,
			mtu, interface);
}

/* Row B41: the group of the last rekey, not the configured one. */
static void print_pfs(const json_t *sa, FILE *out)
{
	json_int_t group = number_of(sa, "pfs_group");

	if (group)
		fprintf(out, "     PFS (Y/N): Y, DH group: group" NUMBER "\n", group);
	else
		fprintf(out, "     PFS (Y/N): N, DH group: none\n");
}

static void print_timing(const json_t *sa, const char *left, FILE *out)
{
	if (number_of(sa, "lifetime_kilobytes") && number_of(sa, "lifetime_seconds"))
		fprintf(out,
			"        sa timing: remaining key lifetime (k/sec): (" NUMBER "/" NUMBER
			")\n",
			number_of(sa, left), number_of(sa, "left_seconds"));
	else if (number_of(sa, "lifetime_kilobytes"))
		fprintf(out, "        sa timing: remaining key lifetime (k): (" NUMBER ")\n",
			number_of(sa, left));
	else if (number_of(sa, "lifetime_seconds"))
		fprintf(out, "        sa timing: remaining key lifetime (sec): (" NUMBER ")\n",
			number_of(sa, "left_seconds"));
}

static void print_sa(const json_t *sa, bool inbound, bool old, FILE *out)
{
	json_int_t spi = number_of(sa, inbound ? "inbound_spi" : "outbound_spi");
	json_int_t conn = number_of(sa, inbound ? "conn_in" : "conn_out");
	const json_t *word;
	size_t i;

	fprintf(out, old ? "      spi: 0x%llX(" : "      spi: 0x%08llX(", (unsigned long long)spi);
	fprintf(out, NUMBER ")\n        transform: ", spi);
	json_array_foreach((json_t *)field(sa, "transform_set"), i, word)
		fprintf(out, "%s ", text_value(word));
	fprintf(out, ",\n        in use settings ={%s%s, %s}\n",
		is_true(sa, "tunnel_mode") ? "Tunnel" : "Transport",
		is_true(sa, "udp_encap") ? " UDP-Encaps" : "", is_true(sa, "esn") ? "esn, " : "");
	if (old)
		fprintf(out, "        slot: 0, conn id: " NUMBER ", crypto map: %s\n", conn,
			text_of(sa, "map_tag"));
	else
		fprintf(out,
			"        conn id: " NUMBER ", flow_id: SW:" NUMBER
			", sibling_flags 80000040, crypto map: %s\n",
			conn, conn, text_of(sa, "map_tag"));
	print_timing(sa, inbound ? "left_kilobytes_in" : "left_kilobytes_out", out);
	if (number_of(sa, "iv_size_bytes")) /* AH has none */
		fprintf(out, "        IV size: " NUMBER " bytes\n", number_of(sa, "iv_size_bytes"));
	fprintf(out, "        replay detection support: %s\n",
		is_true(sa, "replay_protection") ? "Y" : "N");
	if (!old)
		fprintf(out, "        Status: %s(ACTIVE)\n",
			is_true(sa, "active") ? "ACTIVE" : "INACTIVE");
}

static void print_sas(const struct flow *flow, bool inbound, const char *protocol, FILE *out)
{
	const json_t *sa;

	for (size_t i = flow->first; i < flow->last; i++) {
		sa = json_array_get(flow->list, i);
		/* While a pair is being replaced, it may still receive but no longer send. */
		if (strcmp(text_of(sa, "protocol"), protocol) == 0 &&
		    number_of(sa, inbound ? "inbound_spi" : "outbound_spi"))
			print_sa(sa, inbound, flow->old, out);
	}
}

static void print_flow(const struct flow *flow, FILE *out)
{
	const json_t *sa = current(flow);
	json_int_t spi = number_of(outermost(flow, sa), "outbound_spi");

	fprintf(out, flow->old ? "\n" : "\n   protected vrf: (none)\n");
	print_identities("local", field(sa, "local_ts"), out);
	print_identities("remote", field(sa, "remote_ts"), out);
	if (flow->old)
		fprintf(out, "   current_peer: %s\n", endpoint_address(sa, "remote"));
	else
		fprintf(out, "   current_peer %s port " NUMBER "\n", endpoint_address(sa, "remote"),
			endpoint_port(sa, "remote"));
	fprintf(out, "     PERMIT, flags={origin_is_acl,%s}\n", flow->old ? "ident_is_ipsec," : "");
	print_counters(flow, out);
	fprintf(out, "\n     local crypto endpt.: %s, remote crypto endpt.: %s\n",
		endpoint_address(sa, "local"), endpoint_address(sa, "remote"));
	print_path(sa, flow->old, out);
	if (flow->old) {
		fprintf(out, "     current outbound spi: %llX\n", (unsigned long long)spi);
	} else {
		fprintf(out, "     current outbound spi: 0x%08llX(" NUMBER ")\n",
			(unsigned long long)spi, spi);
		print_pfs(sa, out);
	}
	for (int inbound = 1; inbound >= 0; inbound--) {
		const char *direction = inbound ? "inbound" : "outbound";

		fprintf(out, "\n     %s esp sas:\n", direction);
		print_sas(flow, inbound, "ESP", out);
		fprintf(out, "\n     %s ah sas:\n", direction);
		print_sas(flow, inbound, "AH", out);
		if (!flow->old)
			fprintf(out, "\n     %s pcp sas:\n", direction);
	}
}

static bool is_old(const json_t *sa, enum layout layout)
{
	return layout == LAYOUT_OLD || (layout == LAYOUT_BY_FLOW && is_true(sa, "crypto_map") &&
					number_of(sa, "ike_version") == 1);
}

static void print_all(const json_t *result, enum layout layout, FILE *out)
{
	struct flow flow = { .list = field(result, "ipsec_sas") };
	size_t count = json_array_size(flow.list);
	const json_t *first;

	if (!count)
		fprintf(out, "\nNo SAs found\n");
	for (; flow.first < count; flow.first = flow.last) {
		first = json_array_get(flow.list, flow.first);
		for (flow.last = flow.first + 1; flow.last < count; flow.last++)
			if (!same_flow(first, json_array_get(flow.list, flow.last)))
				break;
		flow.old = is_old(first, layout);
		if (flow.first == 0 ||
		    !same_interface(first, json_array_get(flow.list, flow.first - 1)))
			fprintf(out, "\ninterface: %s\n    Crypto map tag: %s, local addr%s %s\n",
				text_or(first, "interface", "(none)"), text_of(first, "map_tag"),
				flow.old ? "." : "", endpoint_address(first, "local"));
		print_flow(&flow, out);
	}
}

void render_ipsec_sa(const json_t *result, FILE *out)
{
	print_all(result, LAYOUT_BY_FLOW, out);
}

void render_ipsec_sa_old(const json_t *result, FILE *out)
{
	print_all(result, LAYOUT_OLD, out);
}

void render_ipsec_sa_new(const json_t *result, FILE *out)
{
	print_all(result, LAYOUT_NEW, out);
}
