/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CODEC_CODEC_H
#define SEKI_CODEC_CODEC_H

/*
 * The wire format of IKE (RFC 7296 section 3). Parsing has two steps: bounds
 * of header and payload chain first (message_parse), then the meaning of each
 * payload (the *_parse functions). Whatever is refused names the bound and its
 * numbers in the words of the requirement rows L12 and L13: "IKE header size
 * is not enough 20/28", "payload size unmatched 40/36".
 *
 * Views (struct bytes) point into the parsed octets, which must outlive them.
 */

#include "base/address.h"
#include "base/bytes.h"
#include "base/result.h"
#include "codec/identity.h"
#include "codec/numbers.h"
#include "cryptox/cryptox.h"
#include "proposal/proposal.h"

#define IKE_HEADER_SIZE 28
#define IKE_HEADER_LENGTH_AT 24
#define PAYLOAD_HEADER_SIZE 4
#define PAYLOAD_HEADER_LENGTH_AT 2
#define MESSAGE_PAYLOADS_MAX 64
#define MESSAGE_SIZE_MAX 65535

/** struct ike_header - spis in host order of their eight octets; @version 0x20 for IKEv2 */
struct ike_header {
	uint64_t spi_initiator;
	uint64_t spi_responder;
	uint8_t next_payload;
	uint8_t version;
	uint8_t exchange;
	uint8_t flags;
	uint32_t message_id;
	uint32_t length;
};

struct payload {
	uint8_t type;
	uint8_t next;
	bool critical;
	struct bytes body; /* without the generic header */
	size_t offset; /* of the generic header in the message (or in the decrypted run) */
};

/** struct message - a parsed message; @octets is all of it */
struct message {
	struct bytes octets;
	struct ike_header header;
	uint8_t count;
	struct payload payloads[MESSAGE_PAYLOADS_MAX];
};

/** header_parse() - the 28 octets alone, for dispatch; checks nothing but their number */
struct result header_parse(struct bytes in, struct ike_header *header);
/**
 * message_parse() - header and payload chain
 *
 * Stops at an encrypted payload (SK, SKF), which must be the last one.
 * Payload types that are not known are kept in the list. Every octet must
 * belong to a payload, and a message has at most MESSAGE_PAYLOADS_MAX.
 * Return: -EPROTO with the bound that was broken
 */
struct result message_parse(struct bytes in, struct message *message);
/** payloads_parse() - a bare chain, as it comes out of an encrypted payload; fills count and payloads */
struct result payloads_parse(uint8_t first, struct bytes in, struct message *message);
const struct payload *message_get(const struct message *message, uint8_t type); /* first, or NULL */
/** message_next() - the one after @after of the same type, or NULL */
const struct payload *message_next(const struct message *message, const struct payload *after);
/** message_unknown_critical() - type of the first unknown payload with the critical bit, 0 for none */
uint8_t message_unknown_critical(const struct message *message);

/* Payload bodies to meaning; -EPROTO with the bound or the value that is wrong. */

/**
 * sa_payload_parse() - proposals and transforms in the peer's order
 *
 * A transform with a type or attribute that is not known is marked so. Proposals
 * for protocols that are not known are passed over, and so is what does not fit
 * into the arrays; the bounds of those are checked all the same.
 */
struct result sa_payload_parse(struct bytes body, struct proposal_list *list);

struct ke_payload {
	uint16_t group;
	struct bytes value;
};
struct result ke_payload_parse(struct bytes body, struct ke_payload *ke);

/** nonce_payload_parse() - 16 to 256 octets */
struct result nonce_payload_parse(struct bytes body, struct bytes *nonce);

struct result id_payload_parse(struct bytes body, struct identity *identity);

struct auth_payload {
	uint8_t method;
	struct bytes data;
};
struct result auth_payload_parse(struct bytes body, struct auth_payload *auth);

struct notify_payload {
	uint8_t protocol;
	struct bytes spi; /* 0, 4 or 8 octets */
	uint16_t type;
	struct bytes data;
};
struct result notify_payload_parse(struct bytes body, struct notify_payload *notify);
/** message_get_notify() - the first notify of a type; false for none (malformed ones are passed over) */
bool message_get_notify(const struct message *message, uint16_t type, struct notify_payload *out);
/** message_get_error() - the first notify with an error type (below 16384) */
bool message_get_error(const struct message *message, struct notify_payload *out);

struct delete_payload {
	uint8_t protocol;
	uint8_t spi_size;
	uint16_t count;
	struct bytes spis; /* count * spi_size octets */
};
struct result delete_payload_parse(struct bytes body, struct delete_payload *delete);

/** struct traffic_selector - ports inclusive; protocol 0 for any */
struct traffic_selector {
	uint8_t protocol;
	uint16_t start_port, end_port;
	struct address start, end;
};

#define TRAFFIC_SELECTORS_MAX 16
struct traffic_selectors {
	uint8_t count;
	struct traffic_selector items[TRAFFIC_SELECTORS_MAX];
};
/**
 * ts_payload_parse() - at least one selector is there on the wire
 *
 * Unknown TS types and what does not fit into the array are passed over, so
 * @selectors may end up empty.
 */
struct result ts_payload_parse(struct bytes body, struct traffic_selectors *selectors);

/** struct config_attribute - of a configuration payload */
struct config_attribute {
	uint16_t type;
	struct bytes value;
};
#define CONFIG_ATTRIBUTES_MAX 64
struct config_payload {
	uint8_t type;
	uint8_t count;
	struct config_attribute attributes[CONFIG_ATTRIBUTES_MAX];
};
/** config_payload_parse() - unknown attributes are kept, those past the array passed over */
struct result config_payload_parse(struct bytes body, struct config_payload *config);

struct result eap_payload_parse(struct bytes body, struct bytes *packet);
struct result cert_payload_parse(struct bytes body, uint8_t *encoding,
				 struct bytes *data); /* CERT and CERTREQ */

/* Building. A writer either starts with an IKE header or holds a bare chain
 * that message_seal() will encrypt.
 */
struct writer {
	struct buffer buffer;
	size_t next_at; /* where the type of the next payload goes; SIZE_MAX: @first */
	uint8_t first; /* type of the first payload of a bare chain */
	bool overflow; /* something grew past what its length field holds */
};

void writer_begin(struct writer *writer, const struct ike_header *header);
void writer_begin_chain(struct writer *writer);
void writer_free(struct writer *writer);
/** writer_finish() - sets the header's length; the octets stay the writer's; none after an overflow */
struct bytes writer_finish(struct writer *writer);

/** writer_open() - starts a payload; put its body into writer->buffer, then writer_close() */
size_t writer_open(struct writer *writer, uint8_t type);
void writer_close(struct writer *writer, size_t at);

void put_raw_payload(struct writer *writer, uint8_t type, struct bytes body);
void put_sa(struct writer *writer, const struct proposal_list *list);
void put_ke(struct writer *writer, uint16_t group, struct bytes value);
void put_nonce(struct writer *writer, struct bytes nonce);
void put_vendor_id(struct writer *writer, struct bytes id);
void put_id(struct writer *writer, uint8_t payload_type, const struct identity *identity);
void put_auth(struct writer *writer, uint8_t method, struct bytes data);
void put_notify(struct writer *writer, uint16_t type, struct bytes data); /* protocol 0, no SPI */
void put_notify_spi(struct writer *writer, uint16_t type, uint8_t protocol, struct bytes spi,
		    struct bytes data);
/** put_delete_ike() - of the IKE SA itself; put_delete_child() - of child SAs, SPIs in host order */
void put_delete_ike(struct writer *writer);
void put_delete_child(struct writer *writer, uint8_t protocol, const uint32_t *spis, size_t count);
void put_ts(struct writer *writer, uint8_t payload_type, const struct traffic_selectors *selectors);
void put_config(struct writer *writer, uint8_t config_type,
		const struct config_attribute *attributes, size_t count);
void put_certreq(struct writer *writer, uint8_t encoding, struct bytes data);

/**
 * id_payload_body() - the octets that AUTH signs: type, reserved, data (RFC 7296 section 2.15)
 */
void id_payload_body(const struct identity *identity, struct buffer *out);

/* The encrypted payload (RFC 7296 section 3.14). */

/**
 * message_seal() - header, then one SK payload that holds @chain
 * @header: length and next_payload are filled in
 * @out: gets the whole datagram in place of what it held; empty after a failure
 *
 * Pads to the cipher's block size and no further.
 * Return: -EMSGSIZE when it would not fit into a datagram
 */
struct result message_seal(const struct ike_header *header, const struct writer *chain,
			   struct sealer *sealer, struct buffer *out);
/**
 * message_open() - checks and decrypts the SK payload of @message
 * @plain: keeps the decrypted octets; @inner's views point into it
 * @inner: gets the header of @message and the inner payloads
 * Return: -EBADMSG when the ICV is wrong or the outside does not even fit the
 * suite, so that anybody may have sent it; -EPROTO when the peer did send it
 * and what is inside is malformed
 */
struct result message_open(const struct message *message, struct sealer *sealer,
			   struct buffer *plain, struct message *inner);

/* Pieces of a message (RFC 7383): each is a datagram with one SKF payload. */

/** struct fragment - one piece of a run of payloads */
struct fragment {
	uint16_t number, total; /* from 1 */
	uint8_t first; /* type of the first payload, in number 1 alone; else PAYLOAD_NONE */
};

/** fragment_room() - octets of payloads that fit into a datagram of @size; 0 when none do */
size_t fragment_room(const struct sealer *sealer, size_t size);
/** fragment_seal() - header, then one SKF payload that holds @part */
struct result fragment_seal(const struct ike_header *header, const struct fragment *fragment,
			    struct bytes part, struct sealer *sealer, struct buffer *out);
/** fragment_numbers() - what the SKF payload says of itself, before it is authentic */
struct result fragment_numbers(const struct message *message, struct fragment *fragment);
/**
 * fragment_open() - checks and decrypts the SKF payload of @message
 * @plain: gets the piece without its padding
 * Return: as message_open()
 */
struct result fragment_open(const struct message *message, struct sealer *sealer,
			    struct buffer *plain);

/* Reading aloud (rows C07, C08): one call of @line per line of the dump. */
/** message_dump_payloads() - without the header, as before it is sealed */
void message_dump_payloads(const struct message *message,
			   void (*line)(void *context, const char *text), void *context);
void message_dump(const struct message *message, void (*line)(void *context, const char *text),
		  void *context);
/* Names as IOS prints them; other numbers become "Unknown - 40960", in a ring
 * of a few static texts: good for one line, not for keeping.
 */
const char *exchange_name(uint8_t exchange); /* "IKE_SA_INIT", ... */
const char *payload_name(uint8_t type); /* "SA", "KE", "N", "NOTIFY", ... */
const char *notify_name(uint16_t type); /* "NAT_DETECTION_SOURCE_IP", ... */
const char *auth_method_name(uint8_t method); /* "PSK", "RSA", ... */
const char *config_type_name(uint8_t type); /* "CFG_REQUEST", ... */
const char *config_attribute_name(uint16_t type); /* "internal IP4 DNS", ... */
const char *ts_type_name(uint8_t type); /* "TS_IPV4_ADDR_RANGE", ... */
const char *cert_encoding_name(uint8_t encoding); /* "Hash and URL of PKIX", ... */

#endif
