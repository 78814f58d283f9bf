// SPDX-License-Identifier: GPL-2.0-or-later
/* Every row of the grammar: an example, its "no", what it prints, its place in the manual */
#include "config_text.h"

#include "config/grammar.h"

#define PKI "tests/seeds/pki/"
#define TRUSTPOINT \
	"crypto pki trustpoint TP1\n certificate file " PKI "gw.pem\n private-key file " PKI \
	"gw.key\n ca file " PKI "ca.pem\n"

/* The public key of S1's first router */
#define RSA_START \
	"   305C300D 06092A86 4886F70D 01010105 00034B00 30480241 00DC3DDC\n" \
	"   59885F14 1AB30DCB 794AB5C7 82D918DE FC7ADB76 B0B9DD1A ABAF4884\n" \
	"   009E758C 4064C699 3BC9D17E C47581DC 50220CB9 31E267F8 0259C640\n"
#define RSA_END "F8DE4169 1F020301 0001"
#define RSA_STRING RSA_START "   " RSA_END "\n  quit\n"

#define MAP_BODY \
	"crypto legacy\n" WHOLE_PROFILE "crypto isakmp policy 10\n authentication pre-share\n" \
	"crypto isakmp profile O\n match identity address 192.0.2.1\n" \
	"crypto ipsec transform-set T esp-gcm\n" \
	"crypto ipsec transform-set U esp-aes esp-sha256-hmac\n" \
	"access-list 100 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255\n" \
	"ip host there 10.0.0.9\n" \
	"crypto map M 10 ipsec-isakmp\n set peer 10.0.0.2\n match address 100\n"

/* A configuration in whose last mode a statement may stand */
static const char *const contexts[CONFIG_MODE_COUNT] = {
	[CONFIG_MODE_GLOBAL] = "crypto legacy\n",
	[CONFIG_MODE_IKEV2_PROPOSAL] =
		"crypto legacy\ncrypto ikev2 proposal X\n encryption aes-cbc-128\n"
		" integrity sha256\n group 14\n",
	[CONFIG_MODE_IKEV2_POLICY] =
		"crypto ikev2 proposal X\n encryption aes-cbc-128\n integrity sha256\n group 14\n"
		"crypto ikev2 policy Y\n proposal X\n",
	[CONFIG_MODE_KEYRING] = "crypto ikev2 keyring K\n",
	[CONFIG_MODE_PEER] = "crypto ikev2 keyring K\n peer a\n  hostname h\n  pre-shared-key x\n",
	[CONFIG_MODE_AUTHORIZATION] = "ip local pool POOL 10.9.0.1 10.9.0.9\n"
				      "crypto ikev2 authorization policy A\n",
	[CONFIG_MODE_TRUSTPOINT] = TRUSTPOINT,
	[CONFIG_MODE_IKEV2_PROFILE] =
		WHOLE_KEYRING TRUSTPOINT "crypto ikev2 profile P\n" PROFILE_BODY,
	[CONFIG_MODE_ISAKMP_POLICY] = "crypto legacy\ncrypto isakmp key k address 192.0.2.1\n"
				      "crypto isakmp policy 10\n authentication pre-share\n",
	[CONFIG_MODE_ISAKMP_PROFILE] =
		TRUSTPOINT "crypto isakmp profile O\n match identity address 192.0.2.1\n",
	[CONFIG_MODE_CLIENT_GROUP] = "access-list 150 permit ip 10.1.0.0 0.0.255.255 any\n"
				     "ip local pool POOL 10.9.0.1 10.9.0.9\n"
				     "crypto isakmp client configuration group admin\n",
	[CONFIG_MODE_EZVPN] =
		TRUSTPOINT "crypto legacy\ncrypto isakmp policy 10\n authentication pre-share\n"
			   "crypto ipsec transform-set T esp-gcm\n"
			   "crypto ipsec client ezvpn EASY\n peer 10.0.0.2\n"
			   " username bob password x\n",
	[CONFIG_MODE_PUBKEY_CHAIN] = "crypto legacy\ncrypto key pubkey-chain rsa\n",
	[CONFIG_MODE_PUBKEY] = "crypto legacy\ncrypto key pubkey-chain rsa\n named-key r2.example\n"
			       "  key-string\n" RSA_STRING,
	[CONFIG_MODE_KEY_STRING] =
		"crypto legacy\ncrypto key pubkey-chain rsa\n named-key r2.example\n"
		"  key-string\n" RSA_START,
	[CONFIG_MODE_ISAKMP_KEYRING] = "crypto keyring R\n"
				       " pre-shared-key address 192.0.2.1 key 0 k\n",
	[CONFIG_MODE_CRYPTO_MAP] =
		MAP_BODY "interface eth1\n crypto map M\ncrypto map M 20 ipsec-isakmp\n"
			 " set peer 10.0.0.3\n match address 100\n",
	[CONFIG_MODE_ACCESS_LIST] =
		MAP_BODY " match address A\n set ikev2-profile P\ninterface eth1\n crypto map M\n"
			 "ip access-list extended A\n"
			 " 100 permit ip any host 10.3.0.1\n",
	[CONFIG_MODE_TRANSFORM_SET] = "crypto ipsec transform-set T esp-gcm\n",
	[CONFIG_MODE_IPSEC_PROFILE] =
		"crypto legacy\n" WHOLE_PROFILE "crypto ipsec transform-set T esp-gcm\n"
		"crypto ipsec transform-set U esp-aes esp-sha256-hmac\n"
		"crypto ipsec profile I\n set transform-set T\n set ikev2-profile P\n",
	[CONFIG_MODE_INTERFACE] =
		WHOLE_PROFILE "crypto ipsec transform-set T esp-gcm\n"
			      "crypto ipsec profile I\n set transform-set T\n set ikev2-profile P\n"
			      "access-list 100 permit ip host 10.1.0.1 any\n"
			      "crypto map M 10 ipsec-isakmp\n set peer 10.0.0.2\n"
			      " set ikev2-profile P\n match address 100\n"
			      "crypto isakmp policy 10\n encryption aes\n group 14\n"
			      " authentication pre-share\n"
			      "crypto ipsec client ezvpn EASY\n peer 10.0.0.2\n legacy\n"
			      " group g key k\n username bob password x\n"
			      "interface Ethernet0/0\n ip address 192.0.2.1 255.255.255.0\n"
			      "interface Tunnel0\n",
};

/*
 * @tail: what the opened mode needs to be complete
 * @prints: a line of the running configuration; NULL: nothing is kept
 * @finding: part of an error or notice, NULL for none
 */
struct example {
	enum config_mode mode;
	const char *syntax;
	const char *line;
	const char *prints;
	const char *tail;
	const char *finding;
};

#define G CONFIG_MODE_GLOBAL
#define PR CONFIG_MODE_IKEV2_PROPOSAL
#define PO CONFIG_MODE_IKEV2_POLICY
#define K CONFIG_MODE_KEYRING
#define PE CONFIG_MODE_PEER
#define AU CONFIG_MODE_AUTHORIZATION
#define PF CONFIG_MODE_IKEV2_PROFILE
#define TP CONFIG_MODE_TRUSTPOINT
#define SU CONFIG_MODE_ISAKMP_POLICY
#define KC CONFIG_MODE_PUBKEY_CHAIN
#define KP CONFIG_MODE_PUBKEY
#define KS CONFIG_MODE_KEY_STRING
#define IO CONFIG_MODE_ISAKMP_PROFILE
#define CG CONFIG_MODE_CLIENT_GROUP
#define EZ CONFIG_MODE_EZVPN
#define TS CONFIG_MODE_TRANSFORM_SET
#define IP CONFIG_MODE_IPSEC_PROFILE
#define KR CONFIG_MODE_ISAKMP_KEYRING
#define MA CONFIG_MODE_CRYPTO_MAP
#define LI CONFIG_MODE_ACCESS_LIST
#define IF CONFIG_MODE_INTERFACE
#define KEPT(text) text, NULL, NULL
#define REFUSED(text) NULL, NULL, text

static const struct example examples[] = {
	{ G, "hostname NAME", "hostname R1", KEPT("hostname R1") },
	{ G, "service timestamps debug datetime msec", "service timestamps debug datetime msec",
	  KEPT("service timestamps debug datetime msec") },
	{ G, "service timestamps debug datetime msec", "serv time deb date ms",
	  KEPT("service timestamps debug datetime msec") },
	{ G, "crypto legacy", "CRYPTO Legacy", KEPT("crypto legacy") },
	{ G, "crypto key-log DIRECTORY", "crypto key-log /run/seki/keys",
	  KEPT("crypto key-log /run/seki/keys") },
	{ G, "crypto ikev2 proposal NAME", "crypto ikev2 proposal Z", "crypto ikev2 proposal Z",
	  " encryption aes-gcm-256\n prf sha384\n group 20\n", NULL },
	{ PR, "encryption ENCRYPTION...", "encryption 3des aes-cbc-128",
	  KEPT(" encryption 3des aes-cbc-128") },
	{ PR, "encryption ENCRYPTION...", "ENC AES-CBC-256", KEPT(" encryption aes-cbc-256") },
	{ PR, "integrity INTEGRITY...", "integrity sha1 sha512", KEPT(" integrity sha1 sha512") },
	{ PR, "prf PRF...", "prf sha512", KEPT(" prf sha512") },
	{ PR, "group GROUP...", "group 2 14", KEPT(" group 2 14") },
	{ PR, "additional-key-exchange <1-7> METHOD...", "additional-key-exchange 2 31 20 none",
	  KEPT(" additional-key-exchange 2 31 20 none") },
	{ G, "crypto ikev2 policy NAME", "crypto ikev2 policy site", "crypto ikev2 policy site",
	  " proposal Q\ncrypto ikev2 proposal Q\n encryption aes-gcm-128\n prf sha256\n group 31\n",
	  NULL },
	{ PO, "proposal NAME", "proposal X", KEPT(" proposal X\n proposal X") },
	{ PO, "match fvrf any", "match fvrf any", KEPT(" match fvrf any") },
	{ PO, "match fvrf NAME", "match fvrf blue", KEPT(" match fvrf blue") },
	{ PO, "match address local ADDRESS", "match address local 10.0.0.1",
	  KEPT(" match address local 10.0.0.1") },
	{ PO, "match address local ADDRESS", "match address local 2001:db8::1",
	  KEPT(" match address local 2001:db8::1") },
	{ G, "crypto ikev2 keyring NAME", "crypto ikev2 keyring R",
	  KEPT("crypto ikev2 keyring R") },
	{ K, "peer NAME", "peer b", " peer b", "  address 10.0.0.9\n  pre-shared-key y\n", NULL },
	{ PE, "address A.B.C.D [MASK]", "address 10.0.0.2",
	  KEPT("  address 10.0.0.2 255.255.255.255") },
	{ PE, "address A.B.C.D [MASK]", "address 10.0.0.2 255.255.255.0",
	  KEPT("  address 10.0.0.2 255.255.255.0") },
	{ PE, "address A.B.C.D [MASK]", "address 0.0.0.0", KEPT("  address 0.0.0.0") },
	{ PE, "address A.B.C.D [MASK]", "address 0.0.0.0 255.255.255.255",
	  KEPT("  address 0.0.0.0 255.255.255.255") },
	{ PE, "address X:X::X", "address 2001:db8::1", KEPT("  address 2001:db8::1/128") },
	{ PE, "address X:X::X/N", "address 2001:DB8::/32", KEPT("  address 2001:db8::/32") },
	{ PE, "hostname NAME", "hostname host1", KEPT("  hostname host1") },
	{ PE, "identity address ADDRESS", "identity address 192.0.2.1",
	  KEPT("  identity address 192.0.2.1") },
	{ PE, "identity fqdn|email|key-id NAME", "identity fqdn r2.example.com",
	  KEPT("  identity fqdn r2.example.com") },
	{ PE, "identity fqdn|email|key-id NAME", "identity email bob@example.com",
	  KEPT("  identity email bob@example.com") },
	{ PE, "identity fqdn|email|key-id NAME", "identity key-id office",
	  KEPT("  identity key-id office") },
	{ PE, "ppk manual id NAME key [0] KEY", "ppk manual id one key two words",
	  KEPT("  ppk manual id one key 0 two words") },
	{ PE, "ppk manual id NAME key [0] KEY", "ppk manual id one key 0 word required",
	  KEPT("  ppk manual id one key 0 word required") },
	{ PE, "ppk manual id NAME key [0] KEY", "ppk manual id one key <removed> required",
	  REFUSED("the key was removed when this was printed") },
	{ PE, "pre-shared-key [local|remote] [0] KEY", "pre-shared-key two words",
	  KEPT("  pre-shared-key local two words\n  pre-shared-key remote two words") },
	{ PE, "pre-shared-key [local|remote] [0] KEY", "pre-shared-key local mine",
	  KEPT("  pre-shared-key local mine\n  pre-shared-key remote x") },
	{ PE, "pre-shared-key [local|remote] [0] KEY", "pre-shared-key remote theirs",
	  KEPT("  pre-shared-key local x\n  pre-shared-key remote theirs") },
	{ PE, "pre-shared-key [local|remote] [0] KEY", "pre-shared-key local 0 hex 12",
	  KEPT("  pre-shared-key local 0 hex 12") },
	{ PE, "pre-shared-key [local|remote] [0] KEY", "pre-shared-key 0 local  z",
	  KEPT("  pre-shared-key local local  z") },
	{ PE, "pre-shared-key [local|remote] [0] KEY", "pre-shared-key 0 0",
	  KEPT("  pre-shared-key local 0 0") },
	{ PE, "pre-shared-key [local|remote] [0] KEY", "pre-shared-key local !\"#",
	  KEPT("  pre-shared-key local !\"#") },
	{ PE, "pre-shared-key [local|remote] hex HEX", "pre-shared-key hex 00ff10",
	  KEPT("  pre-shared-key local hex 00ff10\n  pre-shared-key remote hex 00ff10") },
	{ PE, "pre-shared-key [local|remote] hex HEX", "pre-shared-key remote hex 0xABCD",
	  KEPT("  pre-shared-key remote hex abcd") },
	{ PE, "pre-shared-key [local|remote] 6 KEY", "pre-shared-key local 6 AAbb",
	  REFUSED("encrypted key") },
	{ G, "crypto ikev2 profile NAME", "crypto ikev2 profile N", "crypto ikev2 profile N",
	  PROFILE_BODY WHOLE_KEYRING, NULL },
	{ PF, "match identity remote address A.B.C.D [MASK]",
	  "match identity remote address 0.0.0.0", KEPT(" match identity remote address 0.0.0.0") },
	{ PF, "match identity remote address A.B.C.D [MASK]",
	  "match identity remote address 10.1.0.0 255.255.0.0",
	  KEPT(" match identity remote address 10.1.0.0 255.255.0.0") },
	{ PF, "match identity remote address X:X::X", "match identity remote address 2001:db8::7",
	  KEPT(" match identity remote address 2001:db8::7/128") },
	{ PF, "match identity remote address X:X::X/N", "match identity remote address ::/0",
	  KEPT(" match identity remote address ::/0") },
	{ PF, "match identity remote fqdn|email|key-id NAME", "match identity remote fqdn r2",
	  KEPT(" match identity remote fqdn r2") },
	{ PF, "match identity remote fqdn|email|key-id NAME", "match identity remote email a@b",
	  KEPT(" match identity remote email a@b") },
	{ PF, "match identity remote fqdn|email|key-id NAME", "match identity remote key-id k",
	  KEPT(" match identity remote key-id k") },
	{ PF, "match identity remote fqdn|email domain NAME", "match id rem fq dom example.com",
	  KEPT(" match identity remote fqdn domain example.com") },
	{ PF, "match identity remote fqdn|email domain NAME",
	  "match identity remote email domain example.com",
	  KEPT(" match identity remote email domain example.com") },
	{ PF, "match identity remote any", "match identity remote any",
	  KEPT(" match identity remote any") },
	{ PF, "match fvrf any", "match fvrf any", KEPT(" match fvrf any") },
	{ PF, "match fvrf NAME", "match fvrf blue", KEPT(" match fvrf blue") },
	{ PF, "identity local address ADDRESS", "identity local address 10.0.0.1",
	  KEPT(" identity local address 10.0.0.1") },
	{ PF, "identity local fqdn|email|key-id NAME", "identity local fqdn r1.example.com",
	  KEPT(" identity local fqdn r1.example.com") },
	{ PF, "authentication local|remote pre-share|rsa-sig|rsa-pss|ecdsa-sig|eddsa-sig|eap",
	  "authentication local pre-share", KEPT(" authentication local pre-share") },
	{ PF, "authentication local|remote pre-share|rsa-sig|rsa-pss|ecdsa-sig|eddsa-sig|eap",
	  "authentication remote rsa-sig", KEPT(" authentication remote rsa-sig") },
	{ PF, "authentication local|remote pre-share|rsa-sig|rsa-pss|ecdsa-sig|eddsa-sig|eap",
	  "authentication remote rsa-pss", KEPT(" authentication remote rsa-pss") },
	{ PF, "authentication local|remote pre-share|rsa-sig|rsa-pss|ecdsa-sig|eddsa-sig|eap",
	  "authentication remote eddsa-sig", KEPT(" authentication remote eddsa-sig") },
	{ PF, "authentication local|remote pre-share|rsa-sig|rsa-pss|ecdsa-sig|eddsa-sig|eap",
	  "authentication local ecdsa-sig", " authentication local ecdsa-sig",
	  " pki trustpoint TP1\n", NULL },
	{ PF, "identity local dn", "identity local dn", " identity local dn",
	  " authentication local ecdsa-sig\n pki trustpoint TP1\n", NULL },
	{ PF, "match identity remote dn REST", "match identity remote dn cn=gw, o=Example Ltd",
	  KEPT(" match identity remote dn cn=gw,o=Example Ltd") },
	{ PF, "authentication local|remote pre-share|rsa-sig|rsa-pss|ecdsa-sig|eddsa-sig|eap",
	  "authentication remote eap", " authentication remote eap", "username bob password b\n",
	  NULL },
	{ PF, "authentication local|remote pre-share|rsa-sig|rsa-pss|ecdsa-sig|eddsa-sig|eap",
	  "authentication remote eap",
	  REFUSED("wants EAP, but there is no \"username NAME password SECRET\"") },
	{ PF, "authentication local|remote pre-share|rsa-sig|rsa-pss|ecdsa-sig|eddsa-sig|eap",
	  "authentication local eap", REFUSED("has no name and password for EAP") },
	{ PF, "authentication remote eap query-identity",
	  "authentication remote eap query-identity", " authentication remote eap query-identity",
	  "username bob password b\n", NULL },
	{ PF, "authentication local eap username NAME password [0] KEY",
	  "authentication local eap username bob password two words",
	  KEPT(" authentication local eap username bob password 0 two words") },
	{ PF, "authentication local eap username NAME password [0] KEY",
	  "authentication local eap username bob password <removed>",
	  REFUSED("the password was removed") },
	{ PF, "authentication local eap username NAME password [0] KEY",
	  "authentication local eap username bob password x\n authentication remote eap",
	  REFUSED("the server must authenticate with something else") },
	{ PF, "eap method ms-chapv2|md5|tls...", "eap method md5 ms-chapv2",
	  KEPT(" eap method md5 ms-chapv2") },
	{ PF, "eap method ms-chapv2|md5|tls...", "eap method tls", KEPT(" eap method tls") },
	{ PF, "eap method ms-chapv2|md5|tls...", "eap method tls md5", NULL,
	  " authentication remote eap\n authentication local eap username bob password x\n",
	  "or \"eap method tls\" alone be permitted" },
	{ PF, "eap method ms-chapv2|md5|tls...", "eap method tls", " eap method tls",
	  " authentication local eap\n authentication remote eap\n pki trustpoint TP1\n", NULL },
	{ PF, "authentication local eap username NAME", "authentication local eap username bob",
	  REFUSED("has no name and password for EAP") },
	{ PF, "authentication local eap username NAME", "authentication local eap username bob",
	  " authentication local eap username bob\n eap method tls", " eap method tls\n", NULL },
	{ PF, "redirect gateway auth ADDRESS", "redirect gateway auth 192.0.2.7",
	  KEPT(" redirect gateway auth 192.0.2.7") },
	{ PF, "eap server NAME", "eap server radius.example", KEPT(" eap server radius.example") },
	{ G, "username NAME password [0] KEY", "username bob password 0 7 up",
	  KEPT("username bob password 0 7 up") },
	{ G, "username NAME password 7 REST", "username bob password 7 0948", REFUSED("ignored") },
	{ PF, "keyring [local] NAME", "keyring local K", KEPT(" keyring local K") },
	{ PF, "keyring [local] NAME", "keyring K", KEPT(" keyring local K") },
	{ PF, "pki trustpoint NAME [sign|verify]", "pki trustpoint TP1",
	  KEPT(" pki trustpoint TP1") },
	{ PF, "pki trustpoint NAME [sign|verify]", "pki trustpoint TP1 verify",
	  KEPT(" pki trustpoint TP1 verify") },
	{ G, "crypto pki trustpoint NAME", "crypto pki trustpoint TP2", "crypto pki trustpoint TP2",
	  " ca file " PKI "ca.pem\n", NULL },
	{ TP, "certificate file PATH", "certificate file " PKI "gw.pem",
	  KEPT(" certificate file " PKI "gw.pem") },
	{ TP, "private-key file PATH", "private-key file " PKI "gw.key",
	  KEPT(" private-key file " PKI "gw.key") },
	{ TP, "private-key passphrase [0] KEY", "private-key passphrase open sesame",
	  " private-key passphrase 0 open sesame", " private-key file " PKI "gw-encrypted.key\n",
	  NULL },
	{ TP, "ca file PATH", "ca file " PKI "ca.pem", KEPT(" ca file " PKI "ca.pem") },
	{ TP, "crl file PATH", "crl file " PKI "ca.crl", KEPT(" crl file " PKI "ca.crl") },
	{ TP, "revocation-check crl|none [none]", "revocation-check crl none",
	  KEPT(" revocation-check crl none") },
	{ TP, "revocation-check crl|none [none]", "revocation-check none",
	  KEPT(" revocation-check none") },
	{ TP, "enrollment REST", "enrollment url http://192.0.2.1", REFUSED("enrolment is not") },
	{ TP, "rsakeypair REST", "rsakeypair K", REFUSED("enrolment is not") },
	{ TP, "subject-name REST", "subject-name cn=gw", REFUSED("enrolment is not") },
	{ PF, "lifetime <30-86400>", "lifetime 120", KEPT(" lifetime 120") },
	{ PF, "dpd <1-3600> <1-60> periodic|on-demand", "dpd 10 2 periodic",
	  KEPT(" dpd 10 2 periodic") },
	{ G, "ip local pool NAME A.B.C.D [A.B.C.D]", "ip local pool POOL 10.9.0.1 10.9.0.9",
	  KEPT("ip local pool POOL 10.9.0.1 10.9.0.9") },
	{ G, "ip local pool NAME A.B.C.D [A.B.C.D]", "ip local pool POOL 10.9.0.1",
	  KEPT("ip local pool POOL 10.9.0.1 10.9.0.1") },
	{ G, "ip local pool NAME A.B.C.D [A.B.C.D]", "ip local pool POOL 10.9.0.9 10.9.0.1",
	  REFUSED("the last address of a pool is not before the first") },
	{ G, "ipv6 local pool NAME X:X::X/N <1-128>", "ipv6 local pool SIX 2001:db8:9::/64 128",
	  KEPT("ipv6 local pool SIX 2001:db8:9::/64 128") },
	{ G, "ipv6 local pool NAME X:X::X/N <1-128>", "ipv6 local pool SIX 2001:db8:9::/48 64",
	  REFUSED("a client gets one address, not a network") },
	{ G, "ipv6 local pool NAME X:X::X/N <1-128>", "ipv6 local pool SIX 2001:db8:9::1/64 128",
	  REFUSED("inconsistent address and mask") },
	{ G, "crypto ikev2 authorization policy NAME", "crypto ikev2 authorization policy AUTHOR",
	  KEPT("crypto ikev2 authorization policy AUTHOR") },
	{ AU, "pool NAME", "pool POOL", KEPT(" pool POOL") },
	{ AU, "ipv6 pool NAME", "ipv6 pool SIX", " ipv6 pool SIX",
	  "ipv6 local pool SIX 2001:db8:9::/64 128\n", NULL },
	{ AU, "ipv6 pool NAME", "ipv6 pool POOL",
	  REFUSED("pool \"POOL\" has IPv4 addresses: use \"pool\"") },
	{ AU, "ipv6 dns X:X::X [X:X::X]", "ipv6 dns 2001:db8::53", KEPT(" ipv6 dns 2001:db8::53") },
	{ AU, "route set remote ipv6 X:X::X/N", "route set remote ipv6 2001:db8:1::/48",
	  KEPT(" route set remote ipv6 2001:db8:1::/48") },
	{ AU, "pool NAME", "pool POLO", REFUSED("there is no \"ip local pool POLO\"") },
	{ AU, "netmask MASK", "netmask 255.255.255.0", KEPT(" netmask 255.255.255.0") },
	{ AU, "dns ADDRESS [ADDRESS]", "dns 10.0.0.1 2001:db8::1",
	  KEPT(" dns 10.0.0.1 2001:db8::1") },
	{ AU, "wins A.B.C.D [A.B.C.D]", "wins 10.0.0.1", KEPT(" wins 10.0.0.1") },
	{ AU, "route set remote ipv4 A.B.C.D MASK", "route set remote ipv4 10.0.0.0 255.0.0.0",
	  KEPT(" route set remote ipv4 10.0.0.0 255.0.0.0") },
	{ AU, "route set remote ipv4 A.B.C.D MASK", "route set remote ipv4 10.0.0.1 255.0.0.0",
	  REFUSED("inconsistent address and mask") },
	{ AU, "route set interface", "route set interface", KEPT(" route set interface") },
	{ AU, "route set access-list REST", "route set access-list 10",
	  REFUSED("access lists are not read") },
	{ PF, "aaa authorization group psk|eap|cert list NAME NAME",
	  "aaa authorization group psk list LIST AUTHOR",
	  " aaa authorization group psk list local AUTHOR",
	  "crypto ikev2 authorization policy AUTHOR\n", NULL },
	{ PF, "aaa authorization group psk|eap|cert list NAME NAME",
	  "aaa authorization group cert list LIST AUTHOR",
	  REFUSED("there is no \"crypto ikev2 authorization policy AUTHOR\"") },
	{ PF, "config-exchange request", "config-exchange request",
	  KEPT(" config-exchange request") },
	{ PF, "nat force-encap", "nat force-encap", KEPT(" nat force-encap") },
	{ PF, "mobike", "mobike", KEPT(" mobike") },
	{ PF, "keep-trying", "keep-trying", KEPT(" keep-trying") },
	{ PF, "retransmit <1-50> <1-100>", "retransmit 3 7", KEPT(" retransmit 3 7") },
	{ PF, "negotiate strictly", "negotiate strictly", KEPT(" negotiate strictly") },
	{ PF, "proposal-limitation", "proposal-limitation", NULL, NULL, NULL },
	{ PF, "child-sa creation auth|separate", "child-sa creation separate",
	  KEPT(" child-sa creation separate") },
	{ PF, "child-sa creation auth|separate", "child-sa creation auth", NULL, NULL, NULL },
	{ PF, "dangling-sa allow", "dangling-sa allow", KEPT(" dangling-sa allow") },
	{ PF, "session-resumption", "session-resumption", KEPT(" session-resumption") },
	{ PF, "reauthentication <30-86400>", "reauthentication 3600",
	  KEPT(" reauthentication 3600") },
	{ PF, "compatibility ios", "compatibility ios", KEPT(" compatibility ios") },
	{ PF, "legacy", "legacy", KEPT(" legacy") },
	{ PF, "description REST", "description to the branch office", REFUSED("ignored") },
	{ G, "crypto ikev2 dpd <1-3600> <1-60> periodic|on-demand",
	  "crypto ikev2 dpd 30 5 on-demand", KEPT("crypto ikev2 dpd 30 5 on-demand") },
	{ G, "crypto ikev2 redirect client", "crypto ikev2 redirect client",
	  KEPT("crypto ikev2 redirect client") },
	{ G, "crypto ikev2 redirect client max-redirects <1-255>",
	  "crypto ikev2 redirect client max-redirects 9",
	  KEPT("crypto ikev2 redirect client max-redirects 9") },
	{ G, "crypto ikev2 redirect gateway init ADDRESS",
	  "crypto ikev2 redirect gateway init 2001:db8::7",
	  KEPT("crypto ikev2 redirect gateway init 2001:db8::7") },
	{ G, "crypto ikev2 cookie-challenge <1-1000>", "crypto ikev2 cookie-challenge 50",
	  KEPT("crypto ikev2 cookie-challenge 50") },
	{ G, "crypto ikev2 fragmentation", "crypto ikev2 fragmentation", NULL, NULL, NULL },
	{ G, "crypto ikev2 fragmentation mtu <68-1500>", "crypto ikev2 fragmentation mtu 576",
	  KEPT("crypto ikev2 fragmentation mtu 576") },
	{ G, "crypto ikev2 nat keepalive <5-3600>", "crypto ikev2 nat keepalive 30",
	  KEPT("crypto ikev2 nat keepalive 30") },
	{ G, "crypto ikev2 window <1-200>", "crypto ikev2 window 1",
	  KEPT("crypto ikev2 window 1") },
	{ G, "crypto ikev2 queue-length <10-10000>", "crypto ikev2 queue-length 50",
	  KEPT("crypto ikev2 queue-length 50") },
	{ G, "crypto ikev2 limit max-sa <1-1000000>", "crypto ikev2 limit max-sa 100",
	  KEPT("crypto ikev2 limit max-sa 100") },
	{ G, "crypto ikev2 limit max-in-negotation-sa <1-1000000>",
	  "crypto ikev2 limit max-in-negotation-sa 10",
	  KEPT("crypto ikev2 limit max-in-negotation-sa 10") },
	{ G, "logging style ios|yamaha", "logging style yamaha", KEPT("logging style yamaha") },
	{ G, "logging ikev2 message-info|payload-info|key-info|keepalive|invalid-spi...",
	  "logging ikev2 keepalive message-info", KEPT("logging ikev2 message-info keepalive") },
	{ G, "crypto ikev2 rekey-margin <10-99>", "crypto ikev2 rekey-margin 50",
	  KEPT("crypto ikev2 rekey-margin 50") },
	{ G, "crypto ipsec transform-set NAME TRANSFORM...",
	  "crypto ipsec transform-set A esp-3des esp-sha-hmac",
	  KEPT("crypto ipsec transform-set A esp-3des esp-sha-hmac") },
	{ G, "crypto ipsec transform-set NAME TRANSFORM...",
	  "crypto ipsec transform-set A esp-sha256-hmac ah-sha-hmac esp-aes 256",
	  KEPT("crypto ipsec transform-set A ah-sha-hmac esp-sha256-hmac esp-aes 256") },
	{ G, "crypto ipsec transform-set NAME TRANSFORM...", "crypto ipsec transform-set A esp-gcm",
	  KEPT("crypto ipsec transform-set A esp-gcm") },
	{ TS, "mode tunnel|transport", "mode transport", KEPT(" mode transport") },
	{ TS, "mode tunnel|transport", "mode tunnel", NULL, NULL, NULL },
	{ G, "crypto ipsec profile NAME", "crypto ipsec profile J", "crypto ipsec profile J",
	  " set transform-set A\n set ikev2-profile P\ncrypto ipsec transform-set A esp-gcm\n" WHOLE_PROFILE,
	  NULL },
	{ IP, "set transform-set NAME...", "set transform-set U T",
	  KEPT(" set transform-set U T") },
	{ IP, "set ikev2-profile NAME", "set ikev2-profile P", KEPT(" set ikev2-profile P") },
	{ IP, "set isakmp-profile NAME", "set isakmp-profile P",
	  REFUSED("there is no \"crypto isakmp profile P\"") },
	{ IP, "set pfs groupN", "set pfs group14", KEPT(" set pfs group14") },
	{ IP, "set additional-key-exchange <1-7> METHOD...", "set additional-key-exchange 7 31 20",
	  " set additional-key-exchange 7 31 20", " set pfs group14\n", NULL },
	{ IP, "set security-association lifetime seconds <30-2592000>",
	  "set security-association lifetime seconds 600",
	  KEPT(" set security-association lifetime seconds 600") },
	{ IP, "set security-association lifetime kilobytes <100-4294967295>",
	  "set security-association lifetime kilobytes 4294967295",
	  KEPT(" set security-association lifetime kilobytes 4294967295") },
	{ IP, "set security-association lifetime kilobytes disable",
	  "set security-association lifetime kilobytes disable",
	  KEPT(" set security-association lifetime kilobytes disable") },
	{ IP, "set security-association replay window-size <32-8192>",
	  "set security-association replay window-size 1024",
	  KEPT(" set security-association replay window-size 1024") },
	{ IP, "set security-association esn", "set security-association esn",
	  KEPT(" set security-association esn") },
	{ IP, "responder-only", "responder-only", KEPT(" responder-only") },
	{ IP, "description REST", "description x", REFUSED("ignored") },
	{ G, "crypto ipsec security-association lifetime seconds <30-2592000>",
	  "crypto ipsec security-association lifetime seconds 900",
	  KEPT("crypto ipsec security-association lifetime seconds 900") },
	{ G, "crypto ipsec security-association lifetime kilobytes <100-4294967295>",
	  "crypto ipsec security-association lifetime kilobytes 2560",
	  KEPT("crypto ipsec security-association lifetime kilobytes 2560") },
	{ G, "crypto ipsec nat-transparency udp-encapsulation",
	  "crypto ipsec nat-transparency udp-encapsulation", NULL, NULL, NULL },
	{ G, "crypto isakmp nat keepalive <5-3600>", "crypto isakmp nat keepalive 40",
	  KEPT("crypto ikev2 nat keepalive 40") },
	{ G, "crypto isakmp policy <1-10000>", "crypto isakmp policy 20", "crypto isakmp policy 20",
	  " authentication pre-share\ncrypto isakmp key k address 192.0.2.1\n", NULL },
	{ SU, "authentication pre-share|rsa-sig", "authentication pre-share",
	  KEPT(" authentication pre-share") },
	{ SU, "authentication rsa-encr [revised]", "authentication rsa-encr",
	  " authentication rsa-encr", NULL, "no key pair of ours" },
	{ SU, "authentication rsa-encr [revised]", "authentication rsa-encr revised",
	  " authentication rsa-encr revised", NULL, "no key pair of ours" },
	{ SU, "authentication hybrid", "authentication hybrid",
	  REFUSED("authenticates with RSA signatures, as a policy does unless told otherwise") },
	{ SU, "encryption des|3des", "encr 3des", KEPT(" encryption 3des") },
	{ SU, "encryption aes [128|192|256]", "encr aes", KEPT(" encryption aes 128") },
	{ SU, "encryption aes [128|192|256]", "encryption aes 256", KEPT(" encryption aes 256") },
	{ SU, "hash md5|sha|sha256|sha384|sha512", "hash md5", KEPT(" hash md5") },
	{ SU, "hash md5|sha|sha256|sha384|sha512", "hash sha", KEPT(" hash sha") },
	{ SU, "group 1|2|5|14|15|16|19|20|21", "group 2", KEPT(" group 2") },
	{ SU, "lifetime <60-86400>", "lifetime 240", KEPT(" lifetime 240") },
	{ G, "crypto isakmp key [0] SECRET address A.B.C.D [MASK]",
	  "crypto isakmp key sharedkey address 20.20.20.20",
	  KEPT("crypto isakmp key 0 sharedkey address 20.20.20.20 255.255.255.255") },
	{ G, "crypto isakmp key [0] SECRET address A.B.C.D [MASK]",
	  "crypto isakmp key 0 0 address 0.0.0.0", KEPT("crypto isakmp key 0 0 address 0.0.0.0") },
	{ G, "crypto isakmp identity address|hostname|dn", "crypto isakmp identity hostname",
	  KEPT("crypto isakmp identity hostname") },
	{ G, "crypto isakmp keepalive <10-3600> [<2-60>] [periodic|on-demand]",
	  "crypto isakmp keepalive 10 3 periodic", KEPT("crypto isakmp keepalive 10 3 periodic") },
	{ G, "crypto isakmp keepalive <10-3600> [<2-60>] [periodic|on-demand]",
	  "crypto isakmp keepalive 20", KEPT("crypto isakmp keepalive 20 2 on-demand") },
	{ G, "crypto isakmp aggressive-mode disable", "crypto isakmp aggressive-mode disable",
	  KEPT("crypto isakmp aggressive-mode disable") },
	{ G, "crypto isakmp profile NAME", "crypto isakmp profile S", "crypto isakmp profile S",
	  " match identity host x\n", NULL },
	{ IO, "match identity address A.B.C.D [MASK]", "match identity address 10.0.0.0 255.0.0.0",
	  KEPT(" match identity address 10.0.0.0 255.0.0.0") },
	{ IO, "match identity host NAME", "match identity host R2.cisco.com",
	  KEPT(" match identity host R2.cisco.com") },
	{ IO, "match identity host domain NAME", "match identity host domain cisco.com",
	  KEPT(" match identity host domain cisco.com") },
	{ IO, "match identity user NAME", "match identity user bob@example",
	  KEPT(" match identity user bob@example") },
	{ IO, "self-identity address", "self-identity address", NULL, NULL, NULL },
	{ IO, "self-identity fqdn|user-fqdn NAME", "self-identity fqdn r1.example",
	  KEPT(" self-identity fqdn r1.example") },
	{ IO, "self-identity fqdn|user-fqdn NAME", "self-identity user-fqdn a@b",
	  KEPT(" self-identity user-fqdn a@b") },
	{ IO, "legacy", "legacy", KEPT(" legacy") },
	{ IO, "keyring NAME", "keyring RING", " keyring RING",
	  "crypto keyring RING\n pre-shared-key address 0.0.0.0 key x\n", NULL },
	{ IO, "keyring NAME", "keyring NOWHERE",
	  REFUSED("there is no \"crypto keyring NOWHERE\"") },
	{ IO, "ca trust-point NAME", "ca trust-point TP1", KEPT(" ca trust-point TP1") },
	{ IO, "match identity group NAME", "match identity group admin",
	  KEPT(" match identity group admin") },
	{ IO, "initiate mode aggressive", "initiate mode aggressive",
	  KEPT(" initiate mode aggressive") },
	{ IO, "client authentication list NAME", "client authentication list USERS",
	  KEPT(" client authentication list USERS") },
	{ IO, "isakmp authorization list NAME", "isakmp authorization list GROUPS",
	  KEPT(" isakmp authorization list GROUPS") },
	{ IO, "client configuration address respond|initiate",
	  "client configuration address respond", KEPT(" client configuration address respond") },
	{ IO, "client configuration address respond|initiate",
	  "client configuration address initiate", KEPT(" client configuration address initiate") },
	{ IO, "client configuration group NAME", "client configuration group G",
	  " client configuration group G", "crypto isakmp client configuration group G\n", NULL },
	{ IO, "client configuration group NAME", "client configuration group NOBODY",
	  REFUSED("there is no \"crypto isakmp client configuration group NOBODY\"") },
	{ G, "crypto isakmp client configuration group NAME",
	  "crypto isakmp client configuration group sales",
	  KEPT("crypto isakmp client configuration group sales") },
	{ G, "crypto isakmp client configuration address-pool local NAME",
	  "crypto isakmp client configuration address-pool local POOL",
	  "crypto isakmp client configuration address-pool local POOL",
	  "ip local pool POOL 10.9.0.1 10.9.0.9\n", NULL },
	{ G, "crypto isakmp client configuration address-pool local NAME",
	  "crypto isakmp client configuration address-pool local POLO",
	  REFUSED("there is no \"ip local pool POLO\"") },
	{ CG, "key [0] SECRET", "key cisco123", KEPT(" key 0 cisco123") },
	{ CG, "key [0] SECRET", "key 0 0", KEPT(" key 0 0") },
	{ CG, "key [0] SECRET", "key <removed>",
	  REFUSED("the password was removed when this was printed") },
	{ CG, "pool NAME", "pool POOL", KEPT(" pool POOL") },
	{ CG, "netmask MASK", "netmask 255.255.255.0", KEPT(" netmask 255.255.255.0") },
	{ CG, "dns A.B.C.D [A.B.C.D]", "dns 10.1.1.1", KEPT(" dns 10.1.1.1") },
	{ CG, "wins A.B.C.D [A.B.C.D]", "wins 10.1.1.1 10.1.1.2", KEPT(" wins 10.1.1.1 10.1.1.2") },
	{ CG, "domain NAME", "domain cisco.com", KEPT(" domain cisco.com") },
	{ CG, "split-dns NAME", "split-dns cisco.com", KEPT(" split-dns cisco.com") },
	{ CG, "acl NAME", "acl 150", KEPT(" acl 150") },
	{ CG, "acl NAME", "acl 151", REFUSED("there is no \"access-list 151\"") },
	{ CG, "save-password", "save-password", KEPT(" save-password") },
	{ CG, "include-local-lan", "include-local-lan", KEPT(" include-local-lan") },
	{ CG, "pfs", "pfs", KEPT(" pfs") },
	{ CG, "backup-gateway NAME", "backup-gateway vpn2.cisco.com",
	  KEPT(" backup-gateway vpn2.cisco.com") },
	{ CG, "banner REST", " banner Welcome, all of you", KEPT(" banner Welcome, all of you") },
	{ CG, "max-users <1-5000>", "max-users 100", KEPT(" max-users 100") },
	{ CG, "max-logins <1-10>", "max-logins 2", KEPT(" max-logins 2") },
	{ G, "crypto ipsec client ezvpn NAME", "crypto ipsec client ezvpn HOME",
	  "crypto ipsec client ezvpn HOME", " peer 10.0.0.2\n username bob password x\n", NULL },
	{ G, "crypto ipsec client ezvpn NAME", "crypto ipsec client ezvpn HOME",
	  REFUSED("client \"HOME\" has no \"peer\"") },
	{ EZ, "connect auto", "connect auto", REFUSED("ignored") },
	{ EZ, "connect manual", "connect manual", REFUSED("only \"connect auto\" is there") },
	{ EZ, "group NAME key [0] SECRET", "group admin key cisco123",
	  KEPT(" group admin key 0 cisco123") },
	{ EZ, "mode client|network-extension", "mode network-extension",
	  KEPT(" mode network-extension") },
	{ EZ, "peer A.B.C.D", "peer 10.0.0.3", KEPT(" peer 10.0.0.3") },
	{ EZ, "username NAME password [0] KEY", "username alice password two words",
	  KEPT(" username alice password 0 two words") },
	{ EZ, "xauth userid mode local", "xauth userid mode local", REFUSED("ignored") },
	{ EZ, "xauth userid mode REST", "xauth userid mode interactive",
	  REFUSED("only \"xauth userid mode local\" is there") },
	{ EZ, "match identity host NAME", "match identity host vpn.cisco.com",
	  KEPT(" match identity host vpn.cisco.com") },
	{ EZ, "ca trust-point NAME", "ca trust-point TP1", KEPT(" ca trust-point TP1") },
	{ EZ, "set transform-set NAME...", "set transform-set T", KEPT(" set transform-set T") },
	{ EZ, "set pfs groupN", "set pfs group14", KEPT(" set pfs group14") },
	{ EZ, "legacy", "legacy", KEPT(" legacy") },
	{ IF, "crypto ipsec client ezvpn NAME [outside]", "crypto ipsec client ezvpn EASY outside",
	  " crypto ipsec client ezvpn EASY", " tunnel source 192.0.2.1\n", NULL },
	{ IO, "description REST", "description x", REFUSED("ignored") },
	{ G, "crypto isakmp REST", "crypto isakmp xauth timeout 5", REFUSED("IKEv1") },
	{ G, "crypto isakmp key [0] SECRET hostname NAME",
	  "crypto isakmp key secret hostname r2.example.com",
	  KEPT("crypto isakmp key 0 secret hostname r2.example.com") },
	{ G, "crypto keyring NAME", "crypto keyring S", "crypto keyring S",
	  " pre-shared-key address 10.0.0.2 key x\n", NULL },
	{ KR, "pre-shared-key address A.B.C.D [MASK] key [0] SECRET",
	  "pre-shared-key address 10.0.0.0 255.255.255.0 key 0 secret",
	  KEPT(" pre-shared-key address 10.0.0.0 255.255.255.0 key 0 secret") },
	{ KR, "pre-shared-key address A.B.C.D [MASK] key [0] SECRET",
	  "pre-shared-key address 0.0.0.0 key secret",
	  KEPT(" pre-shared-key address 0.0.0.0 key 0 secret") },
	{ KR, "pre-shared-key hostname NAME key [0] SECRET",
	  "pre-shared-key hostname r2 key secret",
	  KEPT(" pre-shared-key hostname r2 key 0 secret") },
	{ KR, "description REST", "description x", REFUSED("ignored") },
	{ G, "crypto map NAME <1-65535> ipsec-isakmp", "crypto map N 5 ipsec-isakmp",
	  "crypto map N 5 ipsec-isakmp",
	  " set peer 10.0.0.2\n match address 101\n set ikev2-profile P\n"
	  "access-list 101 permit ip any host 10.0.0.1\n" WHOLE_PROFILE,
	  NULL },
	{ G, "crypto map NAME <1-65535> ipsec-isakmp dynamic NAME",
	  "crypto map M 20 ipsec-isakmp dynamic D", REFUSED("dynamic maps are not there yet") },
	{ G, "crypto map NAME <1-65535> ipsec-manual", "crypto map M 10 ipsec-manual",
	  REFUSED("keys by hand are not there") },
	{ G, "crypto map NAME local-address INTERFACE", "crypto map N local-address Loopback0",
	  "crypto map N local-address Loopback0",
	  "crypto map N 5 ipsec-isakmp\n set peer 10.0.0.2\n match address 101\n"
	  " set ikev2-profile P\n"
	  "access-list 101 permit ip any host 10.0.0.1\n" WHOLE_PROFILE,
	  NULL },
	{ G, "crypto dynamic-map REST", "crypto dynamic-map D 10",
	  REFUSED("dynamic maps are not there yet") },
	{ MA, "set peer A.B.C.D", "set peer 10.0.0.4",
	  REFUSED("an entry has one peer here: for a second one make another entry") },
	{ MA, "set peer NAME", "set peer there", REFUSED("an entry has one peer here") },
	{ MA, "match address NAME", "match address 101", " match address 101",
	  "access-list 101 permit udp any host 10.0.0.1 eq isakmp log\n", NULL },
	{ MA, "match address NAME", "match address NOWHERE",
	  REFUSED("there is no \"access-list NOWHERE\"") },
	{ MA, "set transform-set NAME...", "set transform-set U T",
	  KEPT(" set transform-set U T") },
	{ MA, "set ikev2-profile NAME", "set ikev2-profile P", KEPT(" set ikev2-profile P") },
	{ MA, "set isakmp-profile NAME", "set isakmp-profile O", KEPT(" set isakmp-profile O") },
	{ MA, "set pfs groupN", "set pfs group2", KEPT(" set pfs group2") },
	{ MA, "set security-association lifetime seconds <30-2592000>",
	  "set security-association lifetime seconds 120",
	  KEPT(" set security-association lifetime seconds 120") },
	{ MA, "set security-association lifetime kilobytes <100-4294967295>",
	  "set security-association lifetime kilobytes 1000",
	  KEPT(" set security-association lifetime kilobytes 1000") },
	{ MA, "set security-association lifetime kilobytes disable",
	  "set security-association lifetime kilobytes disable",
	  KEPT(" set security-association lifetime kilobytes disable") },
	{ MA, "set security-association replay window-size <32-8192>",
	  "set security-association replay window-size 64",
	  KEPT(" set security-association replay window-size 64") },
	{ MA, "set security-association esn", "set security-association esn",
	  KEPT(" set security-association esn") },
	{ MA, "responder-only", "responder-only", KEPT(" responder-only") },
	{ MA, "description REST", "description x", REFUSED("ignored") },
	{ G, "access-list <1-2699> permit|deny REST", "access-list 101 permit ip any any",
	  REFUSED("ignored access list \"101\": no crypto map uses it") },
	{ G, "access-list <1-2699> permit|deny REST", "access-list 10 permit 10.0.0.1",
	  REFUSED("ignored standard access lists") },
	{ G, "access-list <1-2699> remark REST", "access-list 101 remark words",
	  REFUSED("ignored") },
	{ G, "ip access-list extended NAME", "ip access-list extended ACL",
	  REFUSED("ignored access list \"ACL\"") },
	{ LI, "permit REST", "permit tcp 10.1.0.9 0.0.0.7 any range 20 21",
	  KEPT(" 110 permit tcp 10.1.0.8 0.0.0.7 any range 20 21") },
	{ LI, "deny REST", "deny 47 host 10.1.0.9 any", KEPT(" 110 deny gre host 10.1.0.9 any") },
	{ LI, "<1-2147483647> permit|deny REST", "20 deny ip host 10.1.0.9 any",
	  KEPT(" 20 deny ip host 10.1.0.9 any") },
	{ LI, "permit REST", "permit tcp any any established",
	  REFUSED("cannot be agreed on with a peer") },
	{ LI, "remark REST", "remark words", REFUSED("ignored") },
	{ G, "ip host NAME A.B.C.D", "ip host r9 10.0.0.9", KEPT("ip host r9 10.0.0.9") },
	{ G, "ip domain-name NAME", "ip domain-name example.com",
	  KEPT("ip domain-name example.com") },
	{ G, "ip domain name NAME", "ip domain name example.com",
	  KEPT("ip domain-name example.com") },
	{ G, "crypto pki REST", "crypto pki enroll T", REFUSED("enrolment is not") },
	{ G, "crypto ca REST", "crypto ca identity T", REFUSED("use \"crypto pki trustpoint\"") },
	{ G, "crypto key storage DIRECTORY", "crypto key storage /nowhere/keys",
	  KEPT("crypto key storage /nowhere/keys") },
	{ G, "crypto key pubkey-chain rsa", "crypto key pubkey-chain rsa",
	  "crypto key pubkey-chain rsa", " named-key r2.example\n  key-string\n" RSA_STRING, NULL },
	{ KC, "named-key NAME [encryption|signature]", "named-key r2.example encryption",
	  " named-key r2.example encryption", "  key-string\n" RSA_STRING, NULL },
	{ KC, "addressed-key A.B.C.D [encryption|signature]", "addressed-key 192.0.2.1",
	  " addressed-key 192.0.2.1", "  key-string\n" RSA_STRING, NULL },
	{ KP, "address A.B.C.D", "address 192.0.2.1", KEPT("  address 192.0.2.1") },
	{ KP, "key-string", "key-string", "  key-string", RSA_STRING, NULL },
	{ KS, "quit", "quit", NULL, NULL, "is no public RSA key" },
	{ KS, "HEX...", RSA_END, KEPT("   " RSA_END) },
	{ G, "crypto key REST", "crypto key generate rsa",
	  REFUSED("keys are made and removed by commands") },
	{ G, "interface INTERFACE [point-to-point|multipoint]", "interface Loopback0",
	  KEPT("interface Loopback0") },
	{ G, "interface INTERFACE [point-to-point|multipoint]",
	  "interface Serial0/0.1 point-to-point", KEPT("interface Serial0/0.1") },
	{ IF, "ip address A.B.C.D MASK", "ip address 172.16.0.101 255.255.255.0",
	  KEPT(" ip address 172.16.0.101 255.255.255.0") },
	{ IF, "ip address A.B.C.D MASK secondary", "ip address 10.9.0.1 255.255.255.0 secondary",
	  REFUSED("ignored") },
	{ IF, "ip address dhcp", "ip address dhcp", REFUSED("ignored") },
	{ IF, "ip address negotiated", "ip address negotiated", KEPT(" ip address negotiated") },
	{ IF, "ipv6 address X:X::X/N", "ipv6 address 2001:db8::101/64",
	  KEPT(" ipv6 address 2001:db8::101/64") },
	{ IF, "ipv6 address negotiated", "ipv6 address negotiated",
	  KEPT(" ipv6 address negotiated") },
	{ IF, "ipv6 address X:X::X link-local", "ipv6 address fe80::1 link-local",
	  REFUSED("ignored") },
	{ IF, "ipv6 enable", "ipv6 enable", REFUSED("ignored") },
	{ IF, "ip mtu <68-65535>", "ip mtu 1400", KEPT(" ip mtu 1400") },
	{ IF, "shutdown", "shutdown", KEPT(" shutdown") },
	{ IF, "tunnel source ADDRESS", "tunnel source 10.0.0.1", KEPT(" tunnel source 10.0.0.1") },
	{ IF, "tunnel source INTERFACE", "tunnel source Ethernet0/0",
	  KEPT(" tunnel source Ethernet0/0") },
	{ IF, "tunnel destination ADDRESS", "tunnel destination 10.0.0.2",
	  KEPT(" tunnel destination 10.0.0.2") },
	{ IF, "tunnel destination ADDRESS", "tunnel destination 2001:db8::2",
	  KEPT(" tunnel destination 2001:db8::2") },
	{ IF, "tunnel mode ipsec ipv4 [v6-overlay]", "tunnel mode ipsec ipv4",
	  KEPT(" tunnel mode ipsec ipv4") },
	{ IF, "tunnel mode ipsec ipv4 [v6-overlay]", "tunnel mode ipsec ipv4 v6-overlay",
	  KEPT(" tunnel mode ipsec ipv4 v6-overlay") },
	{ IF, "tunnel mode ipsec ipv6 [v4-overlay]", "tunnel mode ipsec ipv6",
	  KEPT(" tunnel mode ipsec ipv6") },
	{ IF, "tunnel mode ipsec ipv6 [v4-overlay]", "tunnel mode ipsec ipv6 v4-overlay",
	  KEPT(" tunnel mode ipsec ipv6 v4-overlay") },
	{ IF, "tunnel mode ipsec dual-overlay", "tunnel mode ipsec dual-overlay",
	  KEPT(" tunnel mode ipsec dual-overlay") },
	{ IF, "tunnel mode gre REST", "tunnel mode gre ip", REFUSED("only \"tunnel mode ipsec") },
	{ IF, "tunnel protection ipsec profile NAME", "tunnel protection ipsec profile I",
	  KEPT(" tunnel protection ipsec profile I") },
	{ IF, "crypto map NAME", "crypto map M",
	  REFUSED("\"Tunnel0\" is a tunnel: use \"tunnel protection\"") },
	{ G, "ip route vrf REST", "ip route vrf blue 0.0.0.0 0.0.0.0 10.0.0.2",
	  REFUSED("ignored") },
	{ G, "ip route A.B.C.D MASK A.B.C.D [<1-255>]", "ip route 0.0.0.0 0.0.0.0 10.0.0.2",
	  KEPT("ip route 0.0.0.0 0.0.0.0 10.0.0.2") },
	{ G, "ip route A.B.C.D MASK A.B.C.D [<1-255>]", "ip route 10.0.0.0 255.0.0.0 10.0.0.2 200",
	  KEPT("ip route 10.0.0.0 255.0.0.0 10.0.0.2 200") },
	{ G, "ipv6 route X:X::X/N X:X::X [<1-254>]", "ipv6 route 2001:db8:1::/48 2001:db8::2 9",
	  KEPT("ipv6 route 2001:db8:1::/48 2001:db8::2 9") },
	{ G, "ipv6 route X:X::X/N INTERFACE [<1-254>]", "ipv6 route ::/0 Tunnel0",
	  KEPT("ipv6 route ::/0 Tunnel0") },
	{ G, "ip route A.B.C.D MASK INTERFACE [<1-255>]",
	  "ip route 192.168.2.1 255.255.255.255 Tunnel0",
	  KEPT("ip route 192.168.2.1 255.255.255.255 Tunnel0") },
};

#define EXAMPLE_COUNT (sizeof(examples) / sizeof(examples[0]))

/* The row that a line matches by the table itself */
static const struct statement *row_of(enum config_mode mode, const char *text, bool negated)
{
	static struct match match;
	struct mismatch mismatch;
	struct word words[32];
	char split[200], *at, *save = NULL;
	struct line line = { .raw = text, .negated = negated, .words = words };

	snprintf(split, sizeof(split), "%s", text);
	for (at = strtok_r(split, " ", &save); at; at = strtok_r(NULL, " ", &save))
		words[line.count++] = (struct word){ at, strlen(at), at - split + 1 };
	return match_line(mode, &line, &match, &mismatch) ? match.statement : NULL;
}

/* Is @wanted in @text as whole lines? */
static bool has_lines(const char *text, const char *wanted)
{
	char *framed_text, *framed;
	bool found;

	assert_true(asprintf(&framed_text, "\n%s", text) > 0);
	assert_true(asprintf(&framed, "\n%s\n", wanted) > 0);
	found = strstr(framed_text, framed);
	free(framed_text);
	free(framed);
	return found;
}

static void no_change(void *context, enum config_change change, const char *object)
{
	fail_msg("\"%s\" is not what was printed", object);
}

/* What is printed loads again, says the same and differs in nothing. */
static void check_fixed_point(const struct policy *policy)
{
	char *first = print_policy(policy, true), *second;
	struct policy *again = load_good(first);

	second = print_policy(again, true);
	assert_string_equal(first, second);
	assert_int_equal(config_compare(policy, again, no_change, NULL), 0);
	policy_free(again);
	free(first);
	free(second);
}

static char *configuration(const struct example *example, const char *more)
{
	char *text;

	assert_true(asprintf(&text, "%s%s\n%s%s", contexts[example->mode], example->line, more,
			     example->tail ? example->tail : "") > 0);
	return text;
}

static void check_example(const struct example *example)
{
	const struct statement *row = row_of(example->mode, example->line, false);
	char *text = configuration(example, ""), *findings, *printed;
	struct policy *policy = load(text, &findings);

	if (!row || strcmp(row->syntax, example->syntax))
		fail_msg("\"%s\" matches \"%s\"", example->line, row ? row->syntax : "nothing");
	if (example->finding && !strstr(findings, example->finding))
		fail_msg("\"%s\" gives %s", example->line, findings);
	if (!example->finding && !policy)
		fail_msg("\"%s\" gives %s", example->line, findings);
	if (policy) {
		printed = print_policy(policy, true);
		if (example->prints && !has_lines(printed, example->prints))
			fail_msg("\"%s\" is printed as\n%s", example->line, printed);
		free(printed);
		check_fixed_point(policy);
	}
	policy_free(policy);
	free(findings);
	free(text);
}

static void every_row_has_an_example(void **state)
{
	const struct statement *row;
	size_t i, j;

	for (j = 0; j < EXAMPLE_COUNT; j++)
		check_example(&examples[j]);
	for (i = 0; (row = statement_at(i)); i++) {
		for (j = 0; j < EXAMPLE_COUNT; j++)
			if (examples[j].mode == row->mode &&
			    !strcmp(examples[j].syntax, row->syntax))
				break;
		if (j == EXAMPLE_COUNT)
			fail_msg("no example of \"%s\"", row->syntax);
		assert_true(row->handle || row->refusal);
		assert_true(row->help && *row->help);
	}
	assert_true(i > 80);
}

/* The leading keywords of a row: "no" needs no more */
static void keywords_of(const char *syntax, char text[200])
{
	struct token token;

	text[0] = '\0';
	while (token_next(&syntax, &token) && token.kind == TOKEN_KEYWORD &&
	       !memchr(token.text, '|', token.len))
		sprintf(text + strlen(text), "%s%.*s", *text ? " " : "", (int)token.len,
			token.text);
}

static void check_negated(const struct example *example, const char *negated)
{
	char more[300], *text, *findings, *printed;
	struct policy *policy;

	snprintf(more, sizeof(more), "no %s\n", negated);
	text = configuration(example, more);
	policy = load(text, &findings);
	if (!policy)
		fail_msg("\"no %s\" gives %s", negated, findings);
	printed = print_policy(policy, true);
	if (has_lines(printed, example->prints))
		fail_msg("\"no %s\" changes nothing", negated);
	free(printed);
	policy_free(policy);
	free(findings);
	free(text);
}

static void no_takes_a_statement_back(void **state)
{
	const struct statement *row;
	char keywords[200];
	size_t j, count = 0;

	for (j = 0; j < EXAMPLE_COUNT; j++) {
		row = row_of(examples[j].mode, examples[j].line, false);
		keywords_of(examples[j].syntax, keywords);
		if (!row->can_negate || row->refusal)
			continue;
		check_negated(&examples[j], examples[j].line);
		check_negated(&examples[j], keywords);
		count++;
	}
	assert_true(count > 20);
	/* Keywords that leave a choice between statements are not enough. */
	assert_null(row_of(CONFIG_MODE_INTERFACE, "tunnel", true));
	assert_null(row_of(CONFIG_MODE_GLOBAL, "crypto ikev2", true));
	/* What cannot be undone in a file is not understood. */
	assert_null(row_of(CONFIG_MODE_IKEV2_PROPOSAL, "encryption", true));
}

static void modes_know_their_place(void **state)
{
	assert_null(config_mode_opener(CONFIG_MODE_GLOBAL));
	assert_string_equal(config_mode_opener(CONFIG_MODE_PEER), "peer NAME");
	assert_int_equal(config_mode_parent(CONFIG_MODE_PEER), CONFIG_MODE_KEYRING);
	assert_int_equal(config_mode_parent(CONFIG_MODE_KEYRING), CONFIG_MODE_GLOBAL);
	assert_int_equal(config_mode_parent(CONFIG_MODE_GLOBAL), CONFIG_MODE_GLOBAL);
}

static void gather_word(void *context, const char *word, const char *help)
{
	char *list = context;

	assert_true(*help);
	snprintf(list + strlen(list), 1000 - strlen(list), "%s%s", *list ? " " : "", word);
}

static void completion(void **state)
{
	static const struct {
		enum config_mode mode;
		const char *line, *words;
	} cases[] = {
		{ G, "", "hostname service crypto username logging interface ip ipv6 access-list" },
		{ G, "cr", "crypto" },
		{ G, "CR", "crypto" },
		{ G, "crypto ik", "ikev2" },
		{ G, "crypto ikev2 p", "proposal policy profile" },
		{ G, "crypto ikev2 authorization policy ", "NAME" },
		{ G, "crypto ikev2 profile ", "NAME" },
		{ G, "crypto ikev2 profile P", "NAME" },
		{ G, "crypto ikev2 profile P ", "<cr>" },
		{ G, "cry ike lim ", "max-sa max-in-negotation-sa" },
		{ G, "crypto legacy ", "<cr>" },
		{ G, "no crypto ikev2 ",
		  "dpd redirect cookie-challenge fragmentation nat window queue-length limit rekey-margin" },
		{ G, "nonsense ", "" },
		{ PR, "integrity sha1 sha5", "sha512" },
		{ PR, "gr", "group" },
		{ IP, "set pfs group1", "group1 group14 group15 group16 group17 group18 group19" },
		{ IP, "set security-association lifetime kilobytes ", "<100-4294967295> disable" },
		{ PE, "pre-shared-key ", "local remote 0 KEY hex 6" },
		{ PE, "pre-shared-key lo", "local KEY" },
		{ PE, "address 10.0.0.2 ", "MASK <cr>" },
		/* The modes around are open too */
		{ PE, "pe", "peer" },
		{ PE, "in", "interface" },
		{ IF, "ip ", "address mtu host domain-name domain local route access-list" },
	};
	char list[1000];
	size_t i, count;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		list[0] = '\0';
		count = config_complete(cases[i].mode, cases[i].line, gather_word, list);
		if (strcmp(list, cases[i].words))
			fail_msg("\"%s\" completes to \"%s\"", cases[i].line, list);
		assert_int_equal(!count, !*list);
	}
}

/* The row of the manual's tables for a row of the grammar */
static char *manual_row(const struct config_help *help)
{
	char *text;

	assert_true(asprintf(&text, "   * - ``%s``\n     - %s%s%s%s\n", help->syntax, help->help,
			     help->can_negate && !help->refusal ? " (``no``)" : "",
			     help->refusal ? ". Refused: " : "",
			     help->refusal ? help->refusal : "") > 0);
	return text;
}

static void the_manual_has_every_row(void **state)
{
	char *manual = calloc(1, 1 << 17), *row;
	FILE *in = fopen("Documentation/configuration.rst", "r");
	struct config_help help;
	const char *at = manual;
	size_t rows, listed = 0;

	assert_non_null(in);
	assert_true(fread(manual, 1, (1 << 17) - 1, in) > 0);
	fclose(in);
	for (rows = 0; config_help_at(rows, &help); rows++) {
		row = manual_row(&help);
		if (!strstr(manual, row))
			fail_msg("Documentation/configuration.rst lacks\n%s", row);
		free(row);
	}
	while ((at = strstr(at, "\n   * - ``"))) {
		at++;
		listed++;
	}
	/* Rows that are gone from the grammar are gone from the manual. */
	assert_int_equal(listed, rows);
	free(manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_has_an_example),
		cmocka_unit_test(no_takes_a_statement_back),
		cmocka_unit_test(modes_know_their_place),
		cmocka_unit_test(completion),
		cmocka_unit_test(the_manual_has_every_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
