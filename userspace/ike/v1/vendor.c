// SPDX-License-Identifier: GPL-2.0-or-later
/* Vendor IDs: who can do what (row E09; RFC 3706 section 5.1, RFC 3947 section 3.1). */

#include "ike/v1/auth.h"

struct vendor {
	const char *name;
	enum natt_kind natt;
	bool dpd;
	uint8_t len;
	uint8_t id[20];
	uint8_t prefix; /* octets that count, where others follow; 0: all */
	bool user; /* of XAUTH, said by who may do that */
};

/* clang-format off */
static const struct vendor vendors[] = {
	{ "NAT-T RFC 3947", NATT_RFC, false, 16,
	  { 0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45,
	    0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f }, 0, false },
	{ "NAT-T v7", NATT_NONE, false, 16,
	  { 0x43, 0x9b, 0x59, 0xf8, 0xba, 0x67, 0x6c, 0x4c,
	    0x77, 0x37, 0xae, 0x22, 0xea, 0xb8, 0xf5, 0x82 }, 0, false },
	{ "NAT-T v3", NATT_DRAFT_03, false, 16,
	  { 0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f,
	    0x2c, 0x17, 0x9d, 0x92, 0x15, 0x52, 0x9d, 0x56 }, 0, false },
	{ "NAT-T v2", NATT_DRAFT_02, false, 16,
	  { 0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69, 0x6e,
	    0x08, 0x63, 0x81, 0xb5, 0xec, 0x42, 0x7b, 0x1f }, 0, false },
	{ "DPD", NATT_NONE, true, 16,
	  { 0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9,
	    0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01, 0x00 }, 0, false },
	{ "Unity", NATT_NONE, false, 16,
	  { 0x12, 0xf5, 0xf2, 0x8c, 0x45, 0x71, 0x68, 0xa9,
	    0x70, 0x2d, 0x9f, 0xe2, 0x74, 0xcc, 0x01, 0x00 }, 0, true },
	{ "fragmentation", NATT_NONE, false, 20,
	  { 0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7,
	    0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3, 0x80, 0x00, 0x00, 0x00 }, 16, false },
	{ "XAUTH", NATT_NONE, false, 8,
	  { 0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12 }, 0, true },
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_ours(const struct ikev1_sa *sa, const struct vendor *vendor)
{
	if (vendor->dpd)
		return true;
	if (vendor->user)
		return sa->method ? sa->method->user : ikev1_is_client(sa);
	if (vendor->prefix)
		return sa->base.ike->policy->fragment_mtu;
	if (!vendor->natt || !sa->base.ike->policy->nat_traversal)
		return false;
	/* A responder takes one of those that the initiator has named (RFC 3947 section 3.1). */
	return sa->base.initiator || vendor->natt == sa->natt;
}

void vendors_put(struct ikev1_sa *sa, struct writer *writer)
{
	for (size_t i = 0; i < COUNT(vendors); i++) {
		if (!is_ours(sa, &vendors[i]))
			continue;
		isakmp_line(sa, " constructed %s vendor ID", vendors[i].name);
		put_raw_payload(writer, ISAKMP_PAYLOAD_VENDOR,
				bytes_of(vendors[i].id, vendors[i].len));
	}
}

static void take(struct ikev1_sa *sa, const struct vendor *vendor)
{
	isakmp_line(sa, " vendor ID is %s", vendor->name);
	if (vendor->dpd)
		sa->peer_dpd = true;
	if (vendor->user && vendor->len == 16)
		sa->unity = true;
	if (vendor->prefix)
		sa->peer_fragments = true;
	if (vendor->natt > sa->natt && sa->base.ike->policy->nat_traversal)
		sa->natt = vendor->natt;
}

static bool is_vendor(struct bytes body, const struct vendor *vendor)
{
	if (vendor->prefix && body.len > vendor->prefix)
		body.len = vendor->prefix;
	return bytes_equal(body,
			   bytes_of(vendor->id, vendor->prefix ? vendor->prefix : vendor->len));
}

void vendors_take(struct ikev1_sa *sa, const struct message *message)
{
	const struct payload *payload = message_get(message, ISAKMP_PAYLOAD_VENDOR);

	for (; payload; payload = message_next(message, payload)) {
		isakmp_line(sa, " processing vendor id payload");
		for (size_t i = 0; i < COUNT(vendors); i++)
			if (is_vendor(payload->body, &vendors[i]))
				take(sa, &vendors[i]);
	}
}
