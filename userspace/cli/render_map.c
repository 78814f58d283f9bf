// SPDX-License-Identifier: GPL-2.0-or-later
/* show crypto map, transform sets, lifetimes, hosts (rows D19, J07 to J09), as S1 prints them */

#include <string.h>

#include "cli/render.h"

#define NUMBER "%" JSON_INTEGER_FORMAT

/* --- transform sets --- */

static void print_part(const json_t *words, FILE *out)
{
	const json_t *word;
	size_t i;

	fprintf(out, "{ ");
	json_array_foreach((json_t *)words, i, word) fprintf(out, "%s ", text_value(word));
	fprintf(out, "}\n");
}

/* What a set supports follows from what it says: tunnel mode always, transport mode if it asks. */
static void print_set(const json_t *set, bool old, FILE *out)
{
	bool transport = is_true(set, "transport");
	const json_t *words;
	size_t i;

	fprintf(out, "Transform %s %s: ", old ? "proposal" : "set", text_of(set, "name"));
	json_array_foreach((json_t *)field(set, "parts"), i, words)
	{
		if (i)
			fprintf(out, "\n   ");
		print_part(words, out);
		if (old)
			fprintf(out,
				"   supported settings = { Tunnel, %s},\n"
				"   default settings = { Tunnel, },\n",
				transport ? "Transport, " : "");
		fprintf(out, "   will negotiate = { %s, },\n", transport ? "Transport" : "Tunnel");
	}
	fprintf(out, "\n");
}

static void print_sets(const json_t *result, bool old, FILE *out)
{
	const json_t *set;
	size_t i;

	json_array_foreach((json_t *)field(result, "transform_sets"), i, set)
		print_set(set, old, out);
}

void render_transform_sets(const json_t *result, FILE *out)
{
	print_sets(result, false, out);
}

void render_transform_proposals(const json_t *result, FILE *out)
{
	print_sets(result, true, out);
}

/* --- lifetimes --- */

static void print_lifetime(const json_t *object, FILE *out)
{
	if (number_of(object, "lifetime_kilobytes"))
		fprintf(out, NUMBER " kilobytes/", number_of(object, "lifetime_kilobytes"));
	fprintf(out, NUMBER " seconds\n", number_of(object, "lifetime_seconds"));
}

void render_lifetime(const json_t *result, FILE *out)
{
	fprintf(out, "Security association lifetime: ");
	print_lifetime(result, out);
}

void render_session_key(const json_t *result, FILE *out)
{
	fprintf(out, "Session key lifetime: ");
	print_lifetime(result, out);
}

/* --- crypto maps --- */

static const char *protocol_word(json_int_t protocol, char text[24])
{
	static const struct {
		json_int_t number;
		const char *word;
	} words[] = {
		{ 0, "ip" },   { 1, "icmp" }, { 2, "igmp" }, { 4, "ipinip" }, { 6, "tcp" },
		{ 17, "udp" }, { 47, "gre" }, { 50, "esp" }, { 51, "ahp" },   { 89, "ospf" }
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].number == protocol)
			return words[i].word;
	snprintf(text, 24, NUMBER, protocol);
	return text;
}

static void print_side(const char *name, const json_t *side, FILE *out)
{
	json_int_t first = number_of(side, "first_port"), last = number_of(side, "last_port");

	fprintf(out, "                %-7s addr = %s/%s", name, text_of(side, "address"),
		text_of(side, "wildcard"));
	if (first == last)
		fprintf(out, " port = " NUMBER, first);
	else if (first || last != 65535)
		fprintf(out, " ports = " NUMBER "-" NUMBER, first, last);
	fprintf(out, "\n");
}

static void print_entry(const json_t *entry, FILE *out)
{
	const char *list = text_of(entry, "access_list");
	const json_t *line, *set;
	char protocol[24];
	size_t i;

	fprintf(out, "Crypto Map \"%s\" " NUMBER " ipsec-isakmp\n", text_of(entry, "map"),
		number_of(entry, "sequence"));
	fprintf(out, "        Peer = %s\n        Extended IP access list %s\n",
		text_of(entry, "peer"), list);
	json_array_foreach((json_t *)field(entry, "lines"), i, line)
	{
		fprintf(out, "            access-list %s %s %s\n", list,
			is_true(line, "permit") ? "permit" : "deny",
			protocol_word(number_of(line, "protocol"), protocol));
		print_side("source:", field(line, "source"), out);
		print_side("dest:", field(line, "destination"), out);
	}
	fprintf(out,
		"        Current peer: %s\n        Session key lifetime: ", text_of(entry, "peer"));
	print_lifetime(entry, out);
	fprintf(out, "        PFS (Y/N): %s\n", number_of(entry, "pfs_group") ? "Y" : "N");
	if (number_of(entry, "pfs_group"))
		fprintf(out, "        DH group: group" NUMBER "\n", number_of(entry, "pfs_group"));
	fprintf(out, "        Transform proposals={ ");
	json_array_foreach((json_t *)field(entry, "transform_sets"), i, set)
		fprintf(out, "%s, ", text_value(set));
	fprintf(out, "}\n");
}

/* Nothing happens unless an interface has it (row D17): who looks at all wants to know. */
static void print_users(const json_t *entry, FILE *out)
{
	const json_t *interface;
	size_t i;

	fprintf(out, "        Interfaces using crypto map %s:", text_of(entry, "map"));
	if (!json_array_size(field(entry, "interfaces")))
		fprintf(out, " none");
	json_array_foreach((json_t *)field(entry, "interfaces"), i, interface)
		fprintf(out, " %s", text_value(interface));
	fprintf(out, "\n");
}

static void print_entries(const json_t *result, bool users, FILE *out)
{
	const json_t *list = field(result, "crypto_maps"), *entry, *next;
	size_t i;

	if (!json_array_size(list))
		fprintf(out, "No crypto maps found.\n");
	json_array_foreach((json_t *)list, i, entry)
	{
		next = json_array_get(list, i + 1);
		print_entry(entry, out);
		if (users && strcmp(text_of(entry, "map"), text_of(next, "map")) != 0)
			print_users(entry, out);
	}
}

void render_crypto_map(const json_t *result, FILE *out)
{
	print_entries(result, true, out);
}

void render_one_crypto_map(const json_t *result, FILE *out)
{
	print_entries(result, false, out);
}

/* --- hosts --- */

void render_hosts(const json_t *result, FILE *out)
{
	const json_t *host;
	size_t i;

	fprintf(out, "Default domain is %s\n\n", text_or(result, "domain", "not set"));
	fprintf(out, "%-32s %-12s %s\n", "Host", "Flags", "Address");
	json_array_foreach((json_t *)field(result, "hosts"), i, host)
		fprintf(out, "%-32s %-12s %s\n", text_of(host, "name"), "(perm, OK)",
			text_of(host, "address"));
}
