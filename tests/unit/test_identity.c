// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "codec/codec.h"

#include <cmocka.h>

static const char *text_of(uint8_t type, struct bytes data)
{
	static char text[IDENTITY_TEXT];
	struct identity identity;

	assert_true(identity_set(&identity, type, data));
	return identity_format(&identity, text);
}

static void format_addresses(void **state)
{
	static const uint8_t v4[] = { 10, 0, 0, 2 };
	static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

	assert_string_equal(text_of(ID_IPV4_ADDR, BYTES(v4)), "10.0.0.2");
	assert_string_equal(text_of(ID_IPV6_ADDR, BYTES(v6)), "2001:db8::1");
	/* An address of a wrong size never comes from the parser, but is no address either. */
	assert_string_equal(text_of(ID_IPV4_ADDR, bytes_of(v4, 3)), "0a0000");
}

static void format_texts(void **state)
{
	assert_string_equal(text_of(ID_FQDN, bytes_of_string("host1.example")), "host1.example");
	assert_string_equal(text_of(ID_RFC822_ADDR, bytes_of_string("a@b.example")), "a@b.example");
	assert_string_equal(text_of(ID_KEY_ID, bytes_of_string("group one")), "group one");
	assert_string_equal(text_of(ID_KEY_ID, bytes_of("\x01\xff", 2)), "01ff");
	assert_string_equal(text_of(ID_DER_ASN1_DN, bytes_of("\x30\x00", 2)), "3000");
	assert_string_equal(text_of(77, bytes_of("ab", 2)), "6162");
}

static struct bytes name_of(const char *text, struct buffer *out)
{
	X509_NAME *name = X509_NAME_new();
	char *copy = strdup(text), *at = copy, *part, *value;
	unsigned char *der = NULL;
	int len;

	while ((part = strsep(&at, "/"))) {
		bool joined = *part == '+';

		part += joined;
		value = strchr(part, '=');
		*value++ = '\0';
		assert_true(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8,
						       (const unsigned char *)value, -1, -1,
						       joined ? -1 : 0));
	}
	len = i2d_X509_NAME(name, &der);
	buffer_set(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	X509_NAME_free(name);
	free(copy);
	return buffer_bytes(out);
}

/* Names as another encoder makes them; cut off anywhere they are hexadecimal digits. */
static void format_names(void **state)
{
	struct buffer der = {};
	struct bytes name;
	char hex[IDENTITY_TEXT];

	assert_string_equal(text_of(ID_DER_ASN1_DN, name_of("C=JP/O=Example/CN=gw", &der)),
			    "cn=gw,o=Example,c=JP");
	assert_string_equal(text_of(ID_DER_ASN1_DN,
				    name_of("O=a, \"b\"/+OU=c+d/CN=\xc3\xa4\n", &der)),
			    "cn=\\c3\\a4\\0a,ou=c\\+d+o=a\\, \\\"b\\\"");
	assert_string_equal(text_of(ID_DER_ASN1_DN,
				    name_of("DC=com/UID=7/unstructuredName=R1/1.2.840.99999=x",
					    &der)),
			    "1.2.840.99999=x,unstructuredName=R1,uid=7,dc=com");
	name = name_of("C=JP/O=Example/CN=gw", &der);
	for (size_t len = 1; len < name.len; len++) {
		bytes_to_hex(bytes_of(name.data, len), hex);
		assert_string_equal(text_of(ID_DER_ASN1_DN, bytes_of(name.data, len)), hex);
	}
	buffer_put_u8(&der, 0);
	bytes_to_hex(buffer_bytes(&der), hex);
	assert_string_equal(text_of(ID_DER_ASN1_DN, buffer_bytes(&der)), hex);
	buffer_free(&der);
}

/* No peer speaks to the terminal of an admin. */
static void format_escapes(void **state)
{
	char long_name[IDENTITY_MAX];
	char hex[IDENTITY_TEXT] = "";

	assert_string_equal(text_of(ID_FQDN, bytes_of("a\0b", 3)), "a\\x00b");
	assert_string_equal(text_of(ID_FQDN, bytes_of("\x1b[2J\n", 5)), "\\x1b[2J\\x0a");
	assert_string_equal(text_of(ID_RFC822_ADDR, bytes_of("\\x41", 4)), "\\x5cx41");
	assert_string_equal(text_of(ID_FQDN, bytes_of("\xc3\xa4", 2)), "\\xc3\\xa4");

	/* Escaped it would not fit, so it becomes hex, whole. */
	memset(long_name, '\n', sizeof(long_name));
	for (size_t i = 0; i < sizeof(long_name); i++)
		memcpy(hex + 2 * i, "0a", 3);
	assert_string_equal(text_of(ID_FQDN, BYTES(long_name)), hex);
	memset(long_name, 'x', sizeof(long_name));
	assert_int_equal(strlen(text_of(ID_FQDN, BYTES(long_name))), IDENTITY_MAX);
}

static bool equal(uint8_t type_a, const char *a, uint8_t type_b, const char *b)
{
	struct identity left, right;

	identity_set_text(&left, type_a, a);
	identity_set_text(&right, type_b, b);
	assert_int_equal(identity_equal(&left, &right), identity_equal(&right, &left));
	return identity_equal(&left, &right);
}

static void comparison(void **state)
{
	assert_true(equal(ID_FQDN, "r1.example", ID_FQDN, "R1.Example"));
	assert_false(equal(ID_FQDN, "r1.example", ID_FQDN, "r2.example"));
	assert_false(equal(ID_FQDN, "r1.example", ID_FQDN, "r1.example."));
	assert_false(equal(ID_FQDN, "r1.example", ID_RFC822_ADDR, "r1.example"));
	/* Only the domain of a mail address has no case. */
	assert_true(equal(ID_RFC822_ADDR, "bob@x.example", ID_RFC822_ADDR, "bob@X.example"));
	assert_false(equal(ID_RFC822_ADDR, "bob@x.example", ID_RFC822_ADDR, "Bob@x.example"));
	assert_false(equal(ID_RFC822_ADDR, "bob@x", ID_RFC822_ADDR, "bobAx"));
	assert_false(equal(ID_KEY_ID, "group", ID_KEY_ID, "Group"));
	assert_true(equal(ID_KEY_ID, "group", ID_KEY_ID, "group"));
}

static void addresses(void **state)
{
	struct address in, out;
	struct identity identity;

	assert_true(address_parse("192.0.2.7", &in));
	identity_set_address(&identity, &in);
	assert_int_equal(identity.type, ID_IPV4_ADDR);
	assert_true(identity_address(&identity, &out));
	assert_true(address_equal(&in, &out));

	assert_true(address_parse("2001:db8::7", &in));
	identity_set_address(&identity, &in);
	assert_int_equal(identity.type, ID_IPV6_ADDR);
	assert_int_equal(identity.len, 16);
	assert_true(identity_address(&identity, &out));
	assert_true(address_equal(&in, &out));

	identity_set_text(&identity, ID_FQDN, "10.0.0.2");
	assert_false(identity_address(&identity, &out));
}

static void size_limit(void **state)
{
	uint8_t octets[IDENTITY_MAX + 1] = { 0 };
	struct identity identity;

	assert_true(identity_set(&identity, ID_KEY_ID, bytes_of(octets, IDENTITY_MAX)));
	assert_false(identity_set(&identity, ID_KEY_ID, BYTES(octets)));
	assert_int_equal(identity.len, 0);
}

/* RFC 7296 section 2.15: AUTH signs type, three reserved octets and the data. */
static void signed_octets(void **state)
{
	struct buffer out = { 0 };
	struct identity identity;

	identity_set_text(&identity, ID_FQDN, "r1");
	id_payload_body(&identity, &out);
	assert_int_equal(out.len, 6);
	assert_memory_equal(out.data, "\x02\0\0\0r1", 6);
	buffer_free(&out);
}

static void type_names(void **state)
{
	static const struct {
		uint8_t type;
		const char *name;
	} want[] = {
		{ ID_NONE, "none" },
		{ ID_IPV4_ADDR, "IPv4 address" },
		{ ID_FQDN, "FQDN" },
		{ ID_RFC822_ADDR, "email" },
		{ ID_IPV6_ADDR, "IPv6 address" },
		{ ID_DER_ASN1_DN, "DER ASN1 DN" },
		{ ID_DER_ASN1_GN, "DER ASN1 GN" },
		{ ID_KEY_ID, "key ID" },
		{ 200, "unknown" },
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		assert_string_equal(identity_type_name(want[i].type), want[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(format_addresses), cmocka_unit_test(format_texts),
		cmocka_unit_test(format_names),	    cmocka_unit_test(format_escapes),
		cmocka_unit_test(comparison),	    cmocka_unit_test(addresses),
		cmocka_unit_test(size_limit),	    cmocka_unit_test(signed_octets),
		cmocka_unit_test(type_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
