// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of extended access lists (row D18):
 *
 *   permit PROTOCOL SOURCE [PORTS] DESTINATION [PORTS]
 *
 * with SOURCE and DESTINATION as "any", "host A" or "A WILDCARD". Other things
 * that routers have there filter packets by more than IPsec can agree on.
 */
#include "config/access_list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

static const struct {
	const char *word;
	uint8_t number;
} protocols[] = {
	{ "ip", 0 },	{ "icmp", 1 }, { "igmp", 2 },  { "ipinip", 4 }, { "tcp", 6 },
	{ "udp", 17 },	{ "gre", 47 }, { "esp", 50 },  { "ahp", 51 },	{ "eigrp", 88 },
	{ "ospf", 89 }, { "nos", 94 }, { "pim", 103 }, { "pcp", 108 },	{ "sctp", 132 },
};

static const struct {
	const char *word;
	uint16_t number;
} ports[] = {
	{ "ftp-data", 20 },	{ "ftp", 21 },	       { "ssh", 22 },	  { "telnet", 23 },
	{ "smtp", 25 },		{ "tacacs", 49 },      { "domain", 53 },  { "bootps", 67 },
	{ "bootpc", 68 },	{ "tftp", 69 },	       { "www", 80 },	  { "pop3", 110 },
	{ "sunrpc", 111 },	{ "nntp", 119 },       { "ntp", 123 },	  { "netbios-ns", 137 },
	{ "netbios-dgm", 138 }, { "netbios-ss", 139 }, { "snmp", 161 },	  { "snmptrap", 162 },
	{ "bgp", 179 },		{ "isakmp", 500 },     { "syslog", 514 }, { "non500-isakmp", 4500 },
};

/* struct cursor - the words that are left, and what was wrong */
struct cursor {
	char *word, *save;
	char fault[200];
};

static void next(struct cursor *cursor)
{
	cursor->word = strtok_r(NULL, " \t", &cursor->save);
}

static bool is(const struct cursor *cursor, const char *word)
{
	return cursor->word && !strcasecmp(cursor->word, word);
}

static bool number(const char *word, unsigned long max, unsigned long *out)
{
	char *end;

	if (!word || *word < '0' || *word > '9')
		return false;
	*out = strtoul(word, &end, 10);
	return !*end && *out <= max;
}

static bool take_protocol(struct cursor *cursor, struct access_entry *entry)
{
	unsigned long value;

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (!is(cursor, protocols[i].word))
			continue;
		entry->protocol = protocols[i].number;
		next(cursor);
		return true;
	}
	if (number(cursor->word, 255, &value)) {
		entry->protocol = (uint8_t)value;
		next(cursor);
		return true;
	}
	snprintf(cursor->fault, sizeof(cursor->fault),
		 "\"%.60s\" is no protocol that an access list names",
		 cursor->word ? cursor->word : "");
	return false;
}

/* A wildcard is a mask the other way round: its bits do not matter. */
static bool take_prefix(struct cursor *cursor, const char *what, struct prefix *prefix)
{
	const char *host = cursor->word;
	struct address wildcard;
	uint32_t mask;

	*prefix = (struct prefix){ .address = address_of_ipv4(0) };
	if (is(cursor, "any")) {
		next(cursor);
		return true;
	}
	if (is(cursor, "host")) {
		next(cursor);
		host = cursor->word;
		prefix->length = 32;
	}
	if (!host || !address_parse(host, &prefix->address) || prefix->address.family != AF_INET) {
		snprintf(cursor->fault, sizeof(cursor->fault),
			 "its %s is not \"any\", \"host A.B.C.D\" or \"A.B.C.D WILDCARD\"", what);
		return false;
	}
	next(cursor);
	if (prefix->length == 32)
		return true;
	if (!cursor->word || !address_parse(cursor->word, &wildcard) ||
	    wildcard.family != AF_INET) {
		snprintf(cursor->fault, sizeof(cursor->fault), "the wildcard of its %s is missing",
			 what);
		return false;
	}
	mask = address_ipv4(&wildcard);
	if (mask & (mask + 1)) {
		snprintf(
			cursor->fault, sizeof(cursor->fault),
			"the wildcard %.40s is no network: its ones must stand together at the end",
			cursor->word);
		return false;
	}
	for (prefix->length = 32; mask; mask >>= 1)
		prefix->length--;
	prefix->address = prefix_first(prefix); /* as routers do it */
	next(cursor);
	return true;
}

static bool take_port(struct cursor *cursor, uint16_t *port)
{
	unsigned long value;

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (!is(cursor, ports[i].word))
			continue;
		*port = ports[i].number;
		next(cursor);
		return true;
	}
	if (!number(cursor->word, UINT16_MAX, &value)) {
		snprintf(cursor->fault, sizeof(cursor->fault), "\"%.60s\" is no port",
			 cursor->word ? cursor->word : "");
		return false;
	}
	*port = (uint16_t)value;
	next(cursor);
	return true;
}

static bool take_ports(struct cursor *cursor, const struct access_entry *entry,
		       struct port_range *range)
{
	bool eq = is(cursor, "eq"), above = is(cursor, "gt"), below = is(cursor, "lt");

	*range = (struct port_range){ 0, UINT16_MAX };
	if (is(cursor, "neq")) {
		snprintf(cursor->fault, sizeof(cursor->fault),
			 "\"neq\" is more than one range of ports: use two lines");
		return false;
	}
	if (!eq && !above && !below && !is(cursor, "range"))
		return true;
	if (entry->protocol != IPPROTO_TCP && entry->protocol != IPPROTO_UDP &&
	    entry->protocol != IPPROTO_SCTP) {
		snprintf(cursor->fault, sizeof(cursor->fault), "only tcp, udp and sctp have ports");
		return false;
	}
	next(cursor);
	if (!take_port(cursor, &range->first))
		return false;
	if (eq) {
		range->last = range->first;
	} else if (above && range->first < UINT16_MAX) {
		range->first++;
	} else if (below && range->first > 0) {
		range->last = range->first - 1;
		range->first = 0;
	} else if (above || below || !take_port(cursor, &range->last) ||
		   range->first > range->last) {
		if (!cursor->fault[0])
			snprintf(cursor->fault, sizeof(cursor->fault),
				 "its range of ports is empty");
		return false;
	}
	return true;
}

static bool take_end(struct cursor *cursor)
{
	/* What is logged of a packet is no matter of IPsec. */
	if (is(cursor, "log") || is(cursor, "log-input"))
		next(cursor);
	if (!cursor->word)
		return true;
	snprintf(cursor->fault, sizeof(cursor->fault),
		 "\"%.60s\" cannot be agreed on with a peer: IPsec selects by protocol, addresses "
		 "and ports",
		 cursor->word);
	return false;
}

void access_entry_parse(const char *text, struct access_entry *entry)
{
	char *copy = must_strdup(text);
	struct cursor cursor = { 0 };

	cursor.word = strtok_r(copy, " \t", &cursor.save);
	if (!take_protocol(&cursor, entry) || !take_prefix(&cursor, "source", &entry->source) ||
	    !take_ports(&cursor, entry, &entry->source_ports) ||
	    !take_prefix(&cursor, "destination", &entry->destination) ||
	    !take_ports(&cursor, entry, &entry->destination_ports) || !take_end(&cursor))
		entry->fault = must_strdup(cursor.fault);
	free(copy);
}

static void print_protocol(uint8_t protocol, FILE *out)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (protocols[i].number != protocol)
			continue;
		fprintf(out, " %s", protocols[i].word);
		return;
	}
	fprintf(out, " %u", protocol);
}

static void print_prefix(const struct prefix *prefix, FILE *out)
{
	char address[ADDRESS_TEXT], wildcard[ADDRESS_TEXT];
	struct address mask = prefix_mask(prefix);

	mask = address_of_ipv4(~address_ipv4(&mask));
	address_format(&prefix->address, address);
	if (!prefix->length)
		fprintf(out, " any");
	else if (prefix->length == 32)
		fprintf(out, " host %s", address);
	else
		fprintf(out, " %s %s", address, address_format(&mask, wildcard));
}

static void print_ports(const struct port_range *range, FILE *out)
{
	if (range->first == range->last)
		fprintf(out, " eq %u", range->first);
	else if (range->first || range->last != UINT16_MAX)
		fprintf(out, " range %u %u", range->first, range->last);
}

void access_entry_print(const struct access_entry *entry, FILE *out)
{
	fprintf(out, "%s", entry->permit ? "permit" : "deny");
	print_protocol(entry->protocol, out);
	print_prefix(&entry->source, out);
	print_ports(&entry->source_ports, out);
	print_prefix(&entry->destination, out);
	print_ports(&entry->destination_ports, out);
}

static bool prefixes_overlap(const struct prefix *a, const struct prefix *b)
{
	return prefix_contains(a, &b->address) || prefix_contains(b, &a->address);
}

static bool ranges_overlap(const struct port_range *a, const struct port_range *b)
{
	return a->first <= b->last && b->first <= a->last;
}

bool access_entries_overlap(const struct access_entry *a, const struct access_entry *b)
{
	return (!a->protocol || !b->protocol || a->protocol == b->protocol) &&
	       prefixes_overlap(&a->source, &b->source) &&
	       prefixes_overlap(&a->destination, &b->destination) &&
	       ranges_overlap(&a->source_ports, &b->source_ports) &&
	       ranges_overlap(&a->destination_ports, &b->destination_ports);
}
