/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CODEC_NUMBERS_H
#define SEKI_CODEC_NUMBERS_H

/* Numbers of RFC 7296 section 3 and IANA's IKEv2 registry, one list each. */

#define IKE_VERSION_2 0x20

#define IKE_FLAG_INITIATOR 0x08
#define IKE_FLAG_VERSION 0x10
#define IKE_FLAG_RESPONSE 0x20

#define EXCHANGE_LIST(X) \
	X(34, IKE_SA_INIT) \
	X(35, IKE_AUTH) \
	X(36, CREATE_CHILD_SA) \
	X(37, INFORMATIONAL) \
	X(38, IKE_SESSION_RESUME) \
	X(43, IKE_INTERMEDIATE) \
	X(44, IKE_FOLLOWUP_KE)

enum exchange_type {
#define X(number, name) EXCHANGE_##name = number,
	EXCHANGE_LIST(X)
#undef X
};

/* number, name, and how IOS's debug calls it */
#define PAYLOAD_LIST(X) \
	X(0, NONE, "NONE") \
	X(33, SA, "SA") \
	X(34, KE, "KE") \
	X(35, IDI, "IDi") \
	X(36, IDR, "IDr") \
	X(37, CERT, "CERT") \
	X(38, CERTREQ, "CERTREQ") \
	X(39, AUTH, "AUTH") \
	X(40, NONCE, "N") \
	X(41, NOTIFY, "NOTIFY") \
	X(42, DELETE, "DELETE") \
	X(43, VENDOR, "VID") \
	X(44, TSI, "TSi") \
	X(45, TSR, "TSr") \
	X(46, ENCRYPTED, "ENCR") \
	X(47, CONFIG, "CFG") \
	X(48, EAP, "EAP") \
	X(53, FRAGMENT, "ENCR FRAG")

enum payload_type {
#define X(number, name, text) PAYLOAD_##name = number,
	PAYLOAD_LIST(X)
#undef X
};

/* number, name; IOS's debug drops some words: third column, NULL for the same */
#define NOTIFY_LIST(X) \
	X(1, UNSUPPORTED_CRITICAL_PAYLOAD, NULL) \
	X(4, INVALID_IKE_SPI, NULL) \
	X(5, INVALID_MAJOR_VERSION, NULL) \
	X(7, INVALID_SYNTAX, NULL) \
	X(9, INVALID_MESSAGE_ID, NULL) \
	X(11, INVALID_SPI, NULL) \
	X(14, NO_PROPOSAL_CHOSEN, NULL) \
	X(17, INVALID_KE_PAYLOAD, NULL) \
	X(24, AUTHENTICATION_FAILED, NULL) \
	X(34, SINGLE_PAIR_REQUIRED, NULL) \
	X(35, NO_ADDITIONAL_SAS, NULL) \
	X(36, INTERNAL_ADDRESS_FAILURE, NULL) \
	X(37, FAILED_CP_REQUIRED, NULL) \
	X(38, TS_UNACCEPTABLE, NULL) \
	X(39, INVALID_SELECTORS, NULL) \
	X(40, UNACCEPTABLE_ADDRESSES, NULL) \
	X(41, UNEXPECTED_NAT_DETECTED, NULL) \
	X(43, TEMPORARY_FAILURE, NULL) \
	X(44, CHILD_SA_NOT_FOUND, NULL) \
	X(47, STATE_NOT_FOUND, NULL) \
	X(16384, INITIAL_CONTACT, NULL) \
	X(16385, SET_WINDOW_SIZE, NULL) \
	X(16386, ADDITIONAL_TS_POSSIBLE, NULL) \
	X(16387, IPCOMP_SUPPORTED, NULL) \
	X(16388, NAT_DETECTION_SOURCE_IP, NULL) \
	X(16389, NAT_DETECTION_DESTINATION_IP, NULL) \
	X(16390, COOKIE, NULL) \
	X(16391, USE_TRANSPORT_MODE, NULL) \
	X(16392, HTTP_CERT_LOOKUP_SUPPORTED, NULL) \
	X(16393, REKEY_SA, NULL) \
	X(16394, ESP_TFC_PADDING_NOT_SUPPORTED, "ESP_TFC_NO_SUPPORT") \
	X(16395, NON_FIRST_FRAGMENTS_ALSO, "NON_FIRST_FRAGS") \
	X(16396, MOBIKE_SUPPORTED, NULL) \
	X(16397, ADDITIONAL_IP4_ADDRESS, NULL) \
	X(16398, ADDITIONAL_IP6_ADDRESS, NULL) \
	X(16399, NO_ADDITIONAL_ADDRESSES, NULL) \
	X(16400, UPDATE_SA_ADDRESSES, NULL) \
	X(16401, COOKIE2, NULL) \
	X(16402, NO_NATS_ALLOWED, NULL) \
	X(16403, AUTH_LIFETIME, NULL) \
	X(16404, MULTIPLE_AUTH_SUPPORTED, NULL) \
	X(16406, REDIRECT_SUPPORTED, NULL) \
	X(16407, REDIRECT, NULL) \
	X(16408, REDIRECTED_FROM, NULL) \
	X(16409, TICKET_LT_OPAQUE, NULL) \
	X(16410, TICKET_REQUEST, NULL) \
	X(16411, TICKET_ACK, NULL) \
	X(16412, TICKET_NACK, NULL) \
	X(16413, TICKET_OPAQUE, NULL) \
	X(16417, EAP_ONLY_AUTHENTICATION, NULL) \
	X(16418, CHILDLESS_IKEV2_SUPPORTED, NULL) \
	X(16430, FRAGMENTATION_SUPPORTED, NULL) \
	X(16431, SIGNATURE_HASH_ALGORITHMS, NULL) \
	X(16435, USE_PPK, NULL) \
	X(16436, PPK_IDENTITY, NULL) \
	X(16437, NO_PPK_AUTH, NULL) \
	X(16438, INTERMEDIATE_EXCHANGE_SUPPORTED, NULL) \
	X(16441, ADDITIONAL_KEY_EXCHANGE, NULL) \
	X(16443, SUPPORTED_AUTH_METHODS, NULL) \
	X(50370, CHILD_PFS_INFO, NULL) /* for private use: ike/v2/pfs_info.c */

enum notify_type {
#define X(number, name, text) NOTIFY_##name = number,
	NOTIFY_LIST(X)
#undef X
};

#define NOTIFY_IS_ERROR(type) ((type) < 16384)

#define AUTH_METHOD_LIST(X) \
	X(1, RSA, "RSA") \
	X(2, SHARED_KEY, "PSK") \
	X(3, DSS, "DSS") \
	X(9, ECDSA_256, "ECDSA") \
	X(10, ECDSA_384, "ECDSA") \
	X(11, ECDSA_521, "ECDSA") \
	X(13, NULL_AUTH, "NULL") \
	X(14, SIGNATURE, "Digital Signature")

enum auth_method {
#define X(number, name, text) AUTH_##name = number,
	AUTH_METHOD_LIST(X)
#undef X
};

#define CONFIG_TYPE_LIST(X) \
	X(1, REQUEST, "CFG_REQUEST") \
	X(2, REPLY, "CFG_REPLY") \
	X(3, SET, "CFG_SET") \
	X(4, ACK, "CFG_ACK")

enum config_type {
#define X(number, name, text) CONFIG_##name = number,
	CONFIG_TYPE_LIST(X)
#undef X
};

/* RFC 7296 section 3.15.1 */
#define CONFIG_ATTRIBUTE_LIST(X) \
	X(1, INTERNAL_IP4_ADDRESS, "internal IP4 address") \
	X(2, INTERNAL_IP4_NETMASK, "internal IP4 netmask") \
	X(3, INTERNAL_IP4_DNS, "internal IP4 DNS") \
	X(4, INTERNAL_IP4_NBNS, "internal IP4 NBNS") \
	X(6, INTERNAL_IP4_DHCP, "internal IP4 DHCP") \
	X(7, APPLICATION_VERSION, "application version") \
	X(8, INTERNAL_IP6_ADDRESS, "internal IP6 address") \
	X(10, INTERNAL_IP6_DNS, "internal IP6 DNS") \
	X(12, INTERNAL_IP6_DHCP, "internal IP6 DHCP") \
	X(13, INTERNAL_IP4_SUBNET, "internal IP4 subnet") \
	X(14, SUPPORTED_ATTRIBUTES, "supported attributes") \
	X(15, INTERNAL_IP6_SUBNET, "internal IP6 subnet")

enum config_attribute_type {
#define X(number, name, text) CONFIG_##name = number,
	CONFIG_ATTRIBUTE_LIST(X)
#undef X
};

#define TS_TYPE_LIST(X) \
	X(7, TS_IPV4_ADDR_RANGE) \
	X(8, TS_IPV6_ADDR_RANGE)

enum ts_type {
#define X(number, name) name = number,
	TS_TYPE_LIST(X)
#undef X
};

/* RFC 7296 section 3.6 */
#define CERT_ENCODING_LIST(X) \
	X(1, PKCS7, "PKCS #7 wrapped X.509 certificate") \
	X(4, X509_SIGNATURE, "X.509 Certificate - signature") \
	X(7, CRL, "Certificate Revocation List") \
	X(11, RAW_RSA, "Raw RSA Key") \
	X(12, HASH_AND_URL, "Hash and URL of PKIX") \
	X(13, HASH_AND_URL_BUNDLE, "Hash and URL of PKIX bundle") \
	X(15, RAW_PUBLIC_KEY, "Raw Public Key")

enum cert_encoding {
#define X(number, name, text) CERT_##name = number,
	CERT_ENCODING_LIST(X)
#undef X
};

#endif
