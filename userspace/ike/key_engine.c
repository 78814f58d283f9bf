// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/key_engine.h"

#include <stdio.h>
#include <string.h>

#define TRANSFORMS_TEXT (2 * TRANSFORM_TEXT + 4)
#define PROXY_TEXT (2 * ADDRESS_TEXT + 16)

/* "esp-des esp-sha-hmac ": a blank behind each */
static const char *transforms_text(uint8_t protocol, struct transform encr, struct transform integ,
				   char text[TRANSFORMS_TEXT])
{
	char word[TRANSFORM_TEXT];

	*text = '\0';
	if (encr.id)
		strcat(strcat(text, set_word(protocol, &encr, word)), " ");
	if (integ.id)
		strcat(strcat(text, set_word(protocol, &integ, word)), " ");
	return text;
}

/* "50.50.50.0/255.255.255.0/0/0"; of a range that is no network, its first address */
static const char *proxy_text(const struct traffic_selectors *list, char text[PROXY_TEXT])
{
	const struct traffic_selector *selector = &list->items[0];
	char first[ADDRESS_TEXT], bits[ADDRESS_TEXT];
	struct address mask = selector->start;
	size_t len = mask.family == AF_INET6 ? 16 : 4;
	unsigned int port = selector->start_port == selector->end_port ? selector->start_port : 0;

	for (size_t i = 0; i < len; i++)
		mask.octets[i] = (uint8_t) ~(selector->start.octets[i] ^ selector->end.octets[i]);
	snprintf(text, PROXY_TEXT, "%s/%s/%u/%u", address_format(&selector->start, first),
		 address_format(&mask, bits), selector->protocol, port);
	return text;
}

/* One SA of a child */
struct one {
	struct kernel_sa_id id;
	struct transform encr, integ;
	uint32_t conn;
};

static struct one one_of(const struct child_sa *child, enum sa_direction direction, bool outer)
{
	bool in = direction == SA_INBOUND;

	if (outer)
		return (struct one){
			.id = child_outer_kernel_id(child, direction),
			.integ = { TRANSFORM_INTEG, child->outer.integ, 0, false },
			.conn = in ? child->outer.conn_in : child->outer.conn_out,
		};
	return (struct one){
		.id = child_sa_kernel_id(child, direction),
		.encr = { TRANSFORM_ENCR, child->suite.encr, child->suite.key_bits, false },
		.integ = { TRANSFORM_INTEG, child->suite.integ, 0, false },
		.conn = in ? child->conn_in : child->conn_out,
	};
}

void key_engine_event(void)
{
	log_line(LOG_IPSEC, "IPSEC(key_engine): got a queue event...");
}

static struct transform part_of(const struct proposal *part, enum transform_type type)
{
	const struct transform *transform = proposal_get(part, type);

	return transform ? *transform : (struct transform){ .type = type };
}

void key_engine_validate(const struct ike_sa *sa, const struct proposal *part, unsigned int number,
			 const struct traffic_selectors *local_ts,
			 const struct traffic_selectors *remote_ts, bool transport)
{
	struct transform encr = part_of(part, TRANSFORM_ENCR);
	char local[ADDRESS_TEXT], remote[ADDRESS_TEXT], transforms[TRANSFORMS_TEXT];
	char ours[PROXY_TEXT], theirs[PROXY_TEXT];

	if (!log_enabled(LOG_IPSEC))
		return;
	log_line(LOG_IPSEC,
		 "IPSEC(validate_proposal_request): proposal part #%u, (key eng. msg.) dest= %s, "
		 "SRC= %s, dest_proxy= %s, src_proxy= %s, protocol= %s, transform= %s, lifedur= 0s "
		 "and 0kb, spi= 0x0(0), conn_id= 0, keysize= %u, flags= 0x%x",
		 number, address_format(&sa->local.address, local),
		 address_format(&sa->remote.address, remote), proxy_text(local_ts, ours),
		 proxy_text(remote_ts, theirs), protocol_name(part->protocol),
		 transforms_text(part->protocol, encr, part_of(part, TRANSFORM_INTEG), transforms),
		 encr.key_bits, transport ? 0 : 4);
}

static void say_spi(const struct child_sa *child, bool outer)
{
	struct kernel_sa_id id = one_of(child, SA_INBOUND, outer).id;
	char from[ADDRESS_TEXT], to[ADDRESS_TEXT];

	log_line(LOG_IPSEC, "IPSEC(spi_response): getting spi %u for SA from %s to %s for prot %u",
		 id.spi, address_format(&id.remote, from), address_format(&id.local, to),
		 id.protocol);
}

void key_engine_spis(const struct child_sa *child)
{
	key_engine_event();
	if (child->outer.spi_in)
		say_spi(child, true);
	say_spi(child, false);
}

static void initialize_one(const struct child_sa *child, enum sa_direction direction, bool outer)
{
	struct one one = one_of(child, direction, outer);
	char local[ADDRESS_TEXT], remote[ADDRESS_TEXT], transforms[TRANSFORMS_TEXT];
	char ours[PROXY_TEXT], theirs[PROXY_TEXT], ends[2 * (ADDRESS_TEXT + PROXY_TEXT) + 64];

	address_format(&one.id.local, local);
	address_format(&one.id.remote, remote);
	proxy_text(&child->local_ts, ours);
	proxy_text(&child->remote_ts, theirs);
	if (direction == SA_INBOUND)
		snprintf(ends, sizeof(ends), "dest= %s, SRC= %s, dest_proxy= %s, src_proxy= %s",
			 local, remote, ours, theirs);
	else
		snprintf(ends, sizeof(ends), "SRC= %s, dest= %s, src_proxy= %s, dest_proxy= %s",
			 local, remote, ours, theirs);
	log_line(LOG_IPSEC,
		 "IPSEC(initialize_sas): , (key eng. msg.) %s, protocol= %s, transform= %s, "
		 "lifedur= %llus and %llukb, spi= 0x%X(%u), conn_id= %u, keysize= %u, flags= 0x%x",
		 ends, protocol_name(one.id.protocol),
		 transforms_text(one.id.protocol, one.encr, one.integ, transforms),
		 (unsigned long long)child->lifetime_seconds,
		 (unsigned long long)child->lifetime_kilobytes, one.id.spi, one.id.spi, one.conn,
		 one.encr.key_bits, child->transport ? 0 : 4);
}

void key_engine_initialize(const struct child_sa *child)
{
	if (!log_enabled(LOG_IPSEC))
		return;
	key_engine_event();
	for (int outer = child->outer.spi_in != 0; outer >= 0; outer--) {
		initialize_one(child, SA_INBOUND, outer);
		initialize_one(child, SA_OUTBOUND, outer);
	}
}

static void say_sa(const char *what, const struct one *one)
{
	const struct address *to =
		one->id.direction == SA_INBOUND ? &one->id.local : &one->id.remote;
	char dest[ADDRESS_TEXT], transforms[TRANSFORMS_TEXT];

	if (!log_enabled(LOG_IPSEC))
		return;
	log_line(LOG_IPSEC,
		 "IPSEC(%s, (sa) sa_dest= %s, sa_prot= %u, sa_spi= 0x%X(%u), sa_trans= %s, "
		 "sa_conn_id= %u",
		 what, address_format(to, dest), one->id.protocol == PROTOCOL_AH ? 51 : 50,
		 one->id.spi, one->id.spi,
		 transforms_text(one->id.protocol, one->encr, one->integ, transforms), one->conn);
}

void key_engine_created(const struct child_sa *child, enum sa_direction direction, bool outer)
{
	struct one one = one_of(child, direction, outer);

	say_sa("create_sa): sa created", &one);
}

void key_engine_deleted(const struct child_sa *child, enum sa_direction direction, bool outer)
{
	struct one one = one_of(child, direction, outer);

	say_sa("delete_sa): deleting SA", &one);
	log_line(LOG_ENGINE, "CRYPTO(epa_release_crypto_conn_entry): released conn %u", one.conn);
}
