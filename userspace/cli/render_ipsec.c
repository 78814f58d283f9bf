// SPDX-License-Identifier: GPL-2.0-or-later
/* show crypto ipsec sa */

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

/** struct flow - SAs @first to @last - 1 of the list */
struct flow {
	const json_t *list;
	size_t first, last;
};

static json_int_t sum(const struct flow *flow, const char *direction, const char *name)
{
	json_int_t total = 0;

	for (size_t i = flow->first; i < flow->last; i++)
		total += number_of(field(json_array_get(flow->list, i), direction), name);
	return total;
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
	json_int_t sent = sum(flow, "out", "packets"), received = sum(flow, "in", "packets");

	fprintf(out,
		"    #pkts encaps: " NUMBER ", #pkts encrypt: " NUMBER ", #pkts digest: " NUMBER
		"\n",
		sent, sent, sent);
	fprintf(out,
		"    #pkts decaps: " NUMBER ", #pkts decrypt: " NUMBER ", #pkts verify: " NUMBER
		"\n",
		received, received, received);
	/* There is no IPComp. */
	fprintf(out, "    #pkts compressed: 0, #pkts decompressed: 0\n");
	fprintf(out, "    #pkts not compressed: 0, #pkts compr. failed: 0\n");
	fprintf(out, "    #pkts not decompressed: 0, #pkts decompress failed: 0\n");
	fprintf(out, "    #send errors " NUMBER ", #recv errors " NUMBER "\n",
		sum(flow, "out", "errors"), sum(flow, "in", "errors"));
}

static void print_path(const json_t *sa, FILE *out)
{
	json_int_t mtu = number_of(sa, "path_mtu");
	const char *interface = text_or(sa, "path_interface", "(none)");

	/* Without a route the tunnel's own is all that is known. */
	if (!mtu) {
		mtu = number_of(sa, "interface_mtu");
		interface = text_of(sa, "interface");
	}
	fprintf(out, "     path mtu " NUMBER ", ip mtu " NUMBER ", ip mtu idb %s\n", mtu, mtu,
		interface);
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

static void print_sa(const json_t *sa, bool inbound, FILE *out)
{
	json_int_t spi = number_of(sa, inbound ? "inbound_spi" : "outbound_spi");
	json_int_t conn = number_of(sa, inbound ? "conn_in" : "conn_out");
	const json_t *word;
	size_t i;

	fprintf(out,
		"      spi: 0x%08llX(" NUMBER ")\n        transform: ", (unsigned long long)spi,
		spi);
	json_array_foreach((json_t *)field(sa, "transform_set"), i, word)
		fprintf(out, "%s ", text_value(word));
	fprintf(out, ",\n        in use settings ={%s%s, %s}\n",
		is_true(sa, "tunnel_mode") ? "Tunnel" : "Transport",
		is_true(sa, "udp_encap") ? " UDP-Encaps" : "", is_true(sa, "esn") ? "esn, " : "");
	fprintf(out,
		"        conn id: " NUMBER ", flow_id: SW:" NUMBER
		", sibling_flags 80000040, crypto map: %s\n",
		conn, conn, text_of(sa, "map_tag"));
	print_timing(sa, inbound ? "left_kilobytes_in" : "left_kilobytes_out", out);
	if (number_of(sa, "iv_size_bytes")) /* AH has none */
		fprintf(out, "        IV size: " NUMBER " bytes\n", number_of(sa, "iv_size_bytes"));
	fprintf(out, "        replay detection support: %s\n",
		is_true(sa, "replay_protection") ? "Y" : "N");
	fprintf(out, "        Status: %s(ACTIVE)\n", is_true(sa, "active") ? "ACTIVE" : "INACTIVE");
}

static void print_sas(const struct flow *flow, bool inbound, const char *protocol, FILE *out)
{
	const json_t *sa;

	for (size_t i = flow->first; i < flow->last; i++) {
		sa = json_array_get(flow->list, i);
		/* While a pair is being replaced, it may still receive but no longer send. */
		if (strcmp(text_of(sa, "protocol"), protocol) == 0 &&
		    number_of(sa, inbound ? "inbound_spi" : "outbound_spi"))
			print_sa(sa, inbound, out);
	}
}

static void print_flow(const struct flow *flow, FILE *out)
{
	const json_t *sa = current(flow);
	json_int_t spi = number_of(sa, "outbound_spi");

	fprintf(out, "\n   protected vrf: (none)\n");
	print_identities("local", field(sa, "local_ts"), out);
	print_identities("remote", field(sa, "remote_ts"), out);
	fprintf(out, "   current_peer %s port " NUMBER "\n", endpoint_address(sa, "remote"),
		endpoint_port(sa, "remote"));
	fprintf(out, "     PERMIT, flags={origin_is_acl,}\n");
	print_counters(flow, out);
	fprintf(out, "\n     local crypto endpt.: %s, remote crypto endpt.: %s\n",
		endpoint_address(sa, "local"), endpoint_address(sa, "remote"));
	print_path(sa, out);
	fprintf(out, "     current outbound spi: 0x%08llX(" NUMBER ")\n", (unsigned long long)spi,
		spi);
	print_pfs(sa, out);
	for (int inbound = 1; inbound >= 0; inbound--) {
		const char *direction = inbound ? "inbound" : "outbound";

		fprintf(out, "\n     %s esp sas:\n", direction);
		print_sas(flow, inbound, "ESP", out);
		fprintf(out, "\n     %s ah sas:\n", direction);
		print_sas(flow, inbound, "AH", out);
		fprintf(out, "\n     %s pcp sas:\n", direction);
	}
}

void render_ipsec_sa(const json_t *result, FILE *out)
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
		if (flow.first == 0 ||
		    !same_interface(first, json_array_get(flow.list, flow.first - 1)))
			fprintf(out, "\ninterface: %s\n    Crypto map tag: %s, local addr %s\n",
				text_or(first, "interface", "(none)"), text_of(first, "map_tag"),
				endpoint_address(first, "local"));
		print_flow(&flow, out);
	}
}
