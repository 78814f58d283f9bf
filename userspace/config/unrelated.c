// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <strings.h>

#include "config/unrelated.h"

/*
 * Only needed where guessing would go wrong: for statements that open a
 * sub-mode in a file without indentation, and for words that look like a slip
 * in one of ours. Everything else that is unknown is ignored without a list.
 * The first row that fits counts.
 */
static const struct unrelated unrelated[] = {
	{ "aaa group", true },
	{ "aaa", false },
	{ "access-list", false },
	{ "address-family", true },
	{ "alias", false },
	{ "archive", true },
	{ "boot-end-marker", false },
	{ "boot-start-marker", false },
	{ "bridge", false },
	{ "class-map", true },
	{ "control-plane", true },
	{ "controller", true },
	{ "dial-peer", true },
	{ "dialer", false },
	{ "dialer-list", false },
	{ "enable", false },
	{ "ip access-list", true },
	{ "ip dhcp pool", true },
	{ "ip router", false },
	{ "ip routing", false },
	{ "ip vrf forwarding", false },
	{ "ip vrf", true },
	{ "isdn", false },
	{ "key chain", true },
	{ "line", true },
	{ "logging", false },
	{ "ntp", false },
	{ "policy-map", true },
	{ "redundancy", true },
	{ "route-map", true },
	{ "router", true },
	{ "snmp-server", false },
	{ "username", false },
	{ "version", false },
	{ "voice", true },
	{ "vrf definition", true },
	{ "vrf forwarding", false },
};

static bool leads(const char *words, const struct line *line)
{
	size_t i, len;

	for (i = 0; *words; i++) {
		len = strcspn(words, " ");
		if (i == line->count || line->words[i].len != len ||
		    strncasecmp(line->words[i].text, words, len))
			return false;
		words += len + strspn(words + len, " ");
	}
	return true;
}

const struct unrelated *unrelated_find(const struct line *line)
{
	size_t i;

	for (i = 0; i < sizeof(unrelated) / sizeof(unrelated[0]); i++)
		if (leads(unrelated[i].words, line))
			return &unrelated[i];
	return NULL;
}
