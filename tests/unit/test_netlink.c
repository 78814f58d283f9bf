// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SAs, policies and events over netlink: requests are checked octet by octet,
 * answers and events made here, good and broken ones.
 */
#include "kernel_pair.h"

/* SAs */

static void alloc_spi_asks_for_its_tunnel(void **state)
{
	struct kernel_sa_id id = sa_id(0, SA_INBOUND);
	const struct kernel_owner tunnel = { .ifindex = 7 };
	struct nlattr *tb[SEKI_A_SA_MAX + 1];
	struct nl_msg *reply = family_message(SEKI_CMD_SPI_ALLOC, 0, 1);
	struct result result;
	uint32_t spi = 0;

	nla_put_u32(reply, SEKI_A_SA_SPI, htonl(0x6b74cb79));
	answer(generic, reply, NULL);
	result = kernel->ops->alloc_spi(kernel, PROTOCOL_ESP, &tunnel, &id.local, &spi);
	assert_int_equal(result.code, 0);
	assert_int_equal(spi, 0x6b74cb79);

	/* The answer is the acknowledgement: none besides is asked for. */
	read_family_request(SEKI_CMD_SPI_ALLOC, 0, tb, SEKI_A_SA_MAX);
	assert_u32(tb[SEKI_A_SA_IFINDEX], 7);
	assert_null(tb[SEKI_A_SA_POLICY]);
	assert_octets(tb[SEKI_A_SA_PROTO], "\x32", 1);
	assert_octets(tb[SEKI_A_SA_LOCAL], "\x0a\0\0\1", 4);
}

static void alloc_spi_asks_for_its_policy(void **state)
{
	const struct kernel_owner policy = { .ifindex = 3, .policy = 5 };
	struct kernel_sa_id id = sa_id(0, SA_INBOUND);
	struct nl_msg *reply = family_message(SEKI_CMD_SPI_ALLOC, 0, 1);
	struct nlattr *tb[SEKI_A_SA_MAX + 1];
	uint32_t spi;

	nla_put_u32(reply, SEKI_A_SA_SPI, htonl(0x1234));
	answer(generic, reply, NULL);
	assert_int_equal(kernel->ops->alloc_spi(kernel, PROTOCOL_AH, &policy, &id.local, &spi).code,
			 0);
	assert_int_equal(spi, 0x1234);
	read_family_request(SEKI_CMD_SPI_ALLOC, 0, tb, SEKI_A_SA_MAX);
	assert_u32(tb[SEKI_A_SA_POLICY], 5);
	assert_null(tb[SEKI_A_SA_IFINDEX]);
	assert_octets(tb[SEKI_A_SA_PROTO], "\x33", 1);
}

static const uint8_t encr_key[] = "0123456789abcdefSALT", integ_key[] = "ffffeeeeddddccccbbbb";

static struct kernel_sa full_sa(void)
{
	return (struct kernel_sa){
		.id = sa_id(0xf6083add, SA_OUTBOUND),
		.owner.ifindex = 7,
		.mode = SA_TUNNEL,
		.local_port = 4500,
		.remote_port = 61234,
		.encr = 12,
		.integ = 2,
		.encr_key = { encr_key, 16 },
		.integ_key = { integ_key, 20 },
		.esn = true,
		.roaming = true,
		.replay_window = 2048,
		.tfc = 1000,
		.limits = { .soft_seconds = 3000,
			    .hard_seconds = 3600,
			    .hard_bytes = 1ULL << 40,
			    .soft_packets = 5 },
	};
}

static void add_sa_says_everything(void **state)
{
	struct nlattr *tb[SEKI_A_SA_MAX + 1], *nest[16];
	struct kernel_sa sa = full_sa();
	struct result result;

	answer(generic, verdict(0, NULL, 1, 0), NULL);
	result = kernel->ops->add_sa(kernel, &sa);
	assert_int_equal(result.code, 0);

	read_family_request(SEKI_CMD_SA_NEW, NLM_F_ACK, tb, SEKI_A_SA_MAX);
	assert_u32(tb[SEKI_A_SA_IFINDEX], 7);
	assert_u32(tb[SEKI_A_SA_DIRECTION], SEKI_DIRECTION_OUT);
	assert_octets(tb[SEKI_A_SA_SPI], "\xf6\x08\x3a\xdd", 4);
	assert_u32(tb[SEKI_A_SA_MODE], SEKI_MODE_TUNNEL);
	assert_octets(tb[SEKI_A_SA_LOCAL], "\x0a\0\0\1", 4);
	assert_octets(tb[SEKI_A_SA_REMOTE], "\x0a\0\0\2", 4);
	assert_int_equal(nla_get_u16(tb[SEKI_A_SA_ENCR]), 12);
	assert_octets(tb[SEKI_A_SA_ENCR_KEY], encr_key, 16);
	assert_int_equal(nla_get_u16(tb[SEKI_A_SA_INTEG]), 2);
	assert_octets(tb[SEKI_A_SA_INTEG_KEY], integ_key, 20);
	assert_u32(tb[SEKI_A_SA_FLAGS], SEKI_SA_FLAGS_ESN | SEKI_SA_FLAGS_ROAMING);
	assert_u32(tb[SEKI_A_SA_REPLAY_WINDOW], 2048);
	assert_u32(tb[SEKI_A_SA_TFC], 1000);

	assert_int_equal(nla_parse_nested(nest, SEKI_A_ENCAP_MAX, tb[SEKI_A_SA_ENCAP], NULL), 0);
	assert_u32(nest[SEKI_A_ENCAP_TYPE], SEKI_ENCAP_TYPE_ESPINUDP);
	assert_int_equal(ntohs(nla_get_u16(nest[SEKI_A_ENCAP_SPORT])), 4500);
	assert_int_equal(ntohs(nla_get_u16(nest[SEKI_A_ENCAP_DPORT])), 61234);

	assert_int_equal(nla_parse_nested(nest, SEKI_A_LIMITS_MAX, tb[SEKI_A_SA_LIMITS], NULL), 0);
	assert_int_equal(nla_get_u64(nest[SEKI_A_LIMITS_SOFT_SECONDS]), 3000);
	assert_int_equal(nla_get_u64(nest[SEKI_A_LIMITS_HARD_SECONDS]), 3600);
	assert_null(nest[SEKI_A_LIMITS_SOFT_BYTES]);
	assert_int_equal(nla_get_u64(nest[SEKI_A_LIMITS_HARD_BYTES]), 1ULL << 40);
	assert_int_equal(nla_get_u64(nest[SEKI_A_LIMITS_SOFT_PACKETS]), 5);
	assert_null(nest[SEKI_A_LIMITS_HARD_PACKETS]);
}

static void add_sa_leaves_out_what_is_not_there(void **state)
{
	struct nlattr *tb[SEKI_A_SA_MAX + 1];
	struct kernel_sa sa = {
		.id = sa_id(0x1000, SA_INBOUND),
		.owner.ifindex = 7,
		.encr = 20,
		.encr_key = { encr_key, 20 },
	};

	answer(generic, verdict(0, NULL, 1, 0), NULL);
	assert_int_equal(kernel->ops->add_sa(kernel, &sa).code, 0);
	read_family_request(SEKI_CMD_SA_NEW, NLM_F_ACK, tb, SEKI_A_SA_MAX);
	assert_u32(tb[SEKI_A_SA_DIRECTION], SEKI_DIRECTION_IN);
	assert_octets(tb[SEKI_A_SA_ENCR_KEY], encr_key, 20);
	assert_null(tb[SEKI_A_SA_INTEG]);
	assert_null(tb[SEKI_A_SA_INTEG_KEY]);
	assert_null(tb[SEKI_A_SA_FLAGS]);
	assert_null(tb[SEKI_A_SA_REPLAY_WINDOW]); /* the kernel's default */
	assert_null(tb[SEKI_A_SA_ENCAP]);
	assert_null(tb[SEKI_A_SA_POLICY]);
	assert_null(tb[SEKI_A_SA_TFC]);
	assert_null(tb[SEKI_A_SA_OUTER_SPI]);
	assert_null(tb[SEKI_A_SA_ORIGIN_LOCAL]);
	assert_null(tb[SEKI_A_SA_ORIGIN_REMOTE]);
}

/* Both halves of a bundle, in transport mode behind a NAT. */
static void add_sa_says_policies_and_bundles(void **state)
{
	struct nlattr *tb[SEKI_A_SA_MAX + 1];
	struct kernel_sa sa = {
		.id = sa_id(0x2000, SA_INBOUND),
		.owner = { .ifindex = 3, .policy = 5 },
		.mode = SA_TRANSPORT,
		.bundled = true,
		.integ = 2,
		.integ_key = { integ_key, 20 },
	};

	sa.id.protocol = PROTOCOL_AH;
	answer(generic, verdict(0, NULL, 1, 0), NULL);
	assert_int_equal(kernel->ops->add_sa(kernel, &sa).code, 0);
	read_family_request(SEKI_CMD_SA_NEW, NLM_F_ACK, tb, SEKI_A_SA_MAX);
	assert_u32(tb[SEKI_A_SA_POLICY], 5);
	assert_null(tb[SEKI_A_SA_IFINDEX]);
	assert_octets(tb[SEKI_A_SA_PROTO], "\x33", 1);
	assert_u32(tb[SEKI_A_SA_MODE], SEKI_MODE_TRANSPORT);
	assert_u32(tb[SEKI_A_SA_FLAGS], SEKI_SA_FLAGS_BUNDLED);
	assert_null(tb[SEKI_A_SA_ENCR]);
	assert_null(tb[SEKI_A_SA_ENCR_KEY]);
	assert_octets(tb[SEKI_A_SA_INTEG_KEY], integ_key, 20);

	sa = full_sa();
	sa.mode = SA_TRANSPORT;
	sa.outer_spi = 0x2000;
	assert_true(address_parse("192.168.1.1", &sa.origin_local));
	assert_true(address_parse("192.168.2.2", &sa.origin_remote));
	answer(generic, verdict(0, NULL, 2, 0), NULL);
	assert_int_equal(kernel->ops->add_sa(kernel, &sa).code, 0);
	read_family_request(SEKI_CMD_SA_NEW, NLM_F_ACK, tb, SEKI_A_SA_MAX);
	assert_octets(tb[SEKI_A_SA_OUTER_SPI], "\0\0\x20\0", 4);
	assert_octets(tb[SEKI_A_SA_ORIGIN_LOCAL], "\xc0\xa8\1\1", 4);
	assert_octets(tb[SEKI_A_SA_ORIGIN_REMOTE], "\xc0\xa8\2\2", 4);
}

static void keys_do_not_stay_in_the_message(void **state)
{
	struct kernel_sa sa = full_sa();
	const uint8_t *memory = (const uint8_t *)nlmsg_hdr(netlink.generic.request);

	answer(generic, verdict(0, NULL, 1, 0), NULL);
	assert_int_equal(kernel->ops->add_sa(kernel, &sa).code, 0);
	assert_null(memmem(memory, 4096, encr_key, 8));
	assert_null(memmem(memory, 4096, integ_key, 8));
	assert_non_null(memmem(read_request(generic), sizeof(request), encr_key, 8));

	/* Nor when it could not be sent, being too long for any algorithm. */
	sa.integ_key.len = 4090;
	sa.integ_key.data = must_calloc(1, 4090);
	assert_int_equal(kernel->ops->add_sa(kernel, &sa).code, -EMSGSIZE);
	assert_null(memmem(memory, 4096, encr_key, 8));
	free((void *)sa.integ_key.data);
}

/* The sentence of the kernel arrives, whether or not our request is echoed before it. */
static void refusals_carry_the_kernels_sentence(void **state)
{
	struct kernel_sa sa = full_sa();
	struct result result;

	answer(generic, verdict(-EINVAL, "Key of 3 bytes where 16 are due", 1, 0), NULL);
	result = kernel->ops->add_sa(kernel, &sa);
	assert_int_equal(result.code, -EINVAL);
	assert_string_equal(result.why, "Key of 3 bytes where 16 are due");

	answer(generic, verdict(-EEXIST, "Another SA has this SPI", 2, 36), NULL);
	result = kernel->ops->add_sa(kernel, &sa);
	assert_int_equal(result.code, -EEXIST);
	assert_string_equal(result.why, "Another SA has this SPI");

	answer(generic, verdict(-EPERM, NULL, 3, 0), NULL);
	result = kernel->ops->add_sa(kernel, &sa);
	assert_int_equal(result.code, -EPERM);
	assert_string_equal(result.why, "new SA: Operation not permitted");
}

static void broken_verdicts_are_errors(void **state)
{
	struct kernel_sa_id id = sa_id(0x1000, SA_INBOUND);
	struct nlmsgerr error = { .error = -EINVAL, .msg.nlmsg_len = 0xfffffff0 };
	struct nl_msg *msg = message(NLMSG_ERROR, 0, 1);
	struct result result;

	answer(generic, msg, NULL); /* without any code */
	result = kernel->ops->delete_sa(kernel, &id);
	assert_int_equal(result.code, -EPROTO);

	msg = message(NLMSG_ERROR, NLM_F_ACK_TLVS, 2); /* an echo longer than the message */
	nlmsg_append(msg, &error, sizeof(error), 0);
	answer(generic, msg, NULL);
	result = kernel->ops->delete_sa(kernel, &id);
	assert_int_equal(result.code, -EINVAL);
	assert_string_equal(result.why, "deletion of an SA: Invalid argument");
}

static void late_answers_are_ignored(void **state)
{
	struct kernel_sa_id id = sa_id(0x1000, SA_INBOUND);

	netlink.generic.sequence = 41;
	answer(generic, verdict(-EINVAL, "To an earlier request", 41, 0), NULL);
	answer(generic, verdict(-ESRCH, "There is no such SA", 42, 0), NULL);
	assert_int_equal(kernel->ops->delete_sa(kernel, &id).code, -ENOENT);
}

static void silence_of_the_kernel_ends(void **state)
{
	const struct timeval timeout = { .tv_usec = 1000 };
	struct kernel_sa_id id = sa_id(0x1000, SA_INBOUND);

	setsockopt(netlink.generic.fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	assert_int_equal(kernel->ops->delete_sa(kernel, &id).code, -ETIMEDOUT);
}

static struct endpoint endpoint_of(const char *text, uint16_t port)
{
	struct endpoint endpoint = { .port = port };

	assert_true(address_parse(text, &endpoint.address));
	return endpoint;
}

static void an_sa_moves_with_its_ports(void **state)
{
	const struct endpoint local = endpoint_of("10.0.0.9", 4500);
	const struct endpoint remote = endpoint_of("2001:db8::5", 61235);
	struct nlattr *tb[SEKI_A_SA_MAX + 1], *encap[SEKI_A_ENCAP_MAX + 1];
	struct kernel_sa_id id = sa_id(0x1000, SA_INBOUND);

	answer(generic, verdict(0, NULL, 1, 0), NULL);
	assert_int_equal(kernel->ops->sa_set_endpoints(kernel, &id, &local, &remote).code, 0);
	read_family_request(SEKI_CMD_SA_SET, NLM_F_ACK, tb, SEKI_A_SA_MAX);
	assert_u32(tb[SEKI_A_SA_DIRECTION], SEKI_DIRECTION_IN);
	assert_octets(tb[SEKI_A_SA_PROTO], "\x32", 1);
	assert_octets(tb[SEKI_A_SA_SPI], "\0\0\x10\0", 4);
	assert_octets(tb[SEKI_A_SA_LOCAL], "\x0a\0\0\1", 4);
	assert_octets(tb[SEKI_A_SA_REMOTE], "\x0a\0\0\2", 4);
	assert_octets(tb[SEKI_A_SA_NEW_LOCAL], "\x0a\0\0\x09", 4);
	assert_octets(tb[SEKI_A_SA_NEW_REMOTE], remote.address.octets, 16);
	assert_int_equal(nla_parse_nested(encap, SEKI_A_ENCAP_MAX, tb[SEKI_A_SA_ENCAP], NULL), 0);
	assert_u32(encap[SEKI_A_ENCAP_TYPE], SEKI_ENCAP_TYPE_ESPINUDP);
	assert_octets(encap[SEKI_A_ENCAP_SPORT], "\x11\x94", 2);
	assert_octets(encap[SEKI_A_ENCAP_DPORT], "\xef\x33", 2);
}

static void an_sa_moves_without_udp(void **state)
{
	const struct endpoint local = endpoint_of("10.0.0.9", 0);
	const struct endpoint remote = endpoint_of("10.0.0.2", 0);
	struct kernel_sa_id id = sa_id(0x1000, SA_OUTBOUND);
	struct nlattr *tb[SEKI_A_SA_MAX + 1];
	struct result result;

	answer(generic, verdict(0, NULL, 1, 0), NULL);
	assert_int_equal(kernel->ops->sa_set_endpoints(kernel, &id, &local, &remote).code, 0);
	read_family_request(SEKI_CMD_SA_SET, NLM_F_ACK, tb, SEKI_A_SA_MAX);
	assert_octets(tb[SEKI_A_SA_NEW_LOCAL], "\x0a\0\0\x09", 4);
	assert_null(tb[SEKI_A_SA_ENCAP]);

	answer(generic, verdict(-ESRCH, "There is no such SA", 2, 0), NULL);
	result = kernel->ops->sa_set_endpoints(kernel, &id, &local, &remote);
	assert_int_equal(result.code, -ENOENT);
	assert_string_equal(result.why, "There is no such SA");
}

static void counters_and_drops(void **state)
{
	struct kernel_sa_id id = sa_id(0x1000, SA_INBOUND);
	struct nl_msg *reply = family_message(SEKI_CMD_SA_GET, 0, 1);
	struct nlattr *tb[SEKI_A_SA_MAX + 1], *drops;
	struct kernel_counters counters;

	put_sa_id(reply, 0x1000, SEKI_DIRECTION_IN);
	nla_put_u64(reply, SEKI_A_SA_PACKETS, 100);
	nla_put_u64(reply, SEKI_A_SA_BYTES, 6400000000ULL);
	nla_put_u64(reply, SEKI_A_SA_SEQ, 1ULL << 33);
	nla_put_u64(reply, SEKI_A_SA_AGE, 12);
	drops = nla_nest_start(reply, SEKI_A_SA_DROPS);
	nla_put_u64(reply, SEKI_A_DROPS_REPLAYED, 3);
	nla_put(reply, SEKI_A_DROPS_PAD, 0, NULL);
	nla_put_u64(reply, SEKI_A_DROPS_AUTH_FAILED, 4);
	nla_put_u64(reply, SEKI_A_DROPS_MAX + 100, 5); /* of a newer module */
	nla_nest_end(reply, drops);
	answer(generic, reply, NULL);

	assert_int_equal(kernel->ops->get_counters(kernel, &id, &counters).code, 0);
	assert_int_equal(counters.packets, 100);
	assert_int_equal(counters.bytes, 6400000000ULL);
	assert_int_equal(counters.sequence, 1ULL << 33);
	assert_int_equal(counters.age_seconds, 12);
	assert_true(counters.idle_seconds == UINT64_MAX); /* it never carried a packet */
	assert_int_equal(counters.errors, 12);
	assert_int_equal(counters.drop_count, 3);
	assert_string_equal(counters.drops[0].name, "replayed");
	assert_int_equal(counters.drops[0].count, 3);
	assert_string_equal(counters.drops[1].name, "auth-failed");
	assert_non_null(strstr(counters.drops[2].name, "reason-"));
	read_family_request(SEKI_CMD_SA_GET, 0, tb, SEKI_A_SA_MAX);
	assert_octets(tb[SEKI_A_SA_SPI], "\0\0\x10\0", 4);
}

static void every_drop_reason_has_a_name(void **state)
{
	int i;

	for (i = SEKI_A_DROPS_PAD + 1; i <= SEKI_A_DROPS_MAX; i++)
		assert_non_null(kernel_drop_name(i));
	assert_null(kernel_drop_name(SEKI_A_DROPS_MAX + 1));
	assert_null(kernel_drop_name(-1));
}

static void delete_in_dump(void *context, const struct kernel_sa_id *id,
			   const struct kernel_owner *owner)
{
	assert_int_equal(owner->ifindex, 7);
	assert_int_equal(owner->policy, 0);
	assert_int_equal(id->protocol, PROTOCOL_ESP);
	assert_int_equal(id->spi, 0x1000 + got.deleted);
	assert_int_equal(id->direction, got.deleted == 1 ? SA_OUTBOUND : SA_INBOUND);
	answer(generic, verdict(0, NULL, 2 + got.deleted, 0), NULL);
	assert_int_equal(kernel->ops->delete_sa(kernel, id).code, 0);
	got.deleted++;
}

/* In two datagrams; and the receiver uses the kernel before the dump is handed over. */
static void each_sa_may_be_deleted_while_listed(void **state)
{
	struct nlattr *tb[SEKI_A_SA_MAX + 1];

	answer(generic, dumped_sa(0x1000, SEKI_DIRECTION_IN, SEKI_STATE_MATURE),
	       dumped_sa(0x1001, SEKI_DIRECTION_OUT, SEKI_STATE_MATURE), NULL);
	answer(generic, dumped_sa(0x1002, SEKI_DIRECTION_IN, SEKI_STATE_LARVAL), dump_end(0, 1, 0),
	       NULL);
	assert_int_equal(kernel->ops->each_sa(kernel, delete_in_dump, NULL).code, 0);
	assert_int_equal(got.deleted, 3);
	read_family_request(SEKI_CMD_SA_GET, NLM_F_DUMP, tb, SEKI_A_SA_MAX);
	read_family_request(SEKI_CMD_SA_DEL, NLM_F_ACK, tb, SEKI_A_SA_MAX);
}

static void a_dump_may_end_with_an_error(void **state)
{
	answer(generic, dumped_sa(0x1000, SEKI_DIRECTION_IN, SEKI_STATE_MATURE),
	       dump_end(-ENOMEM, 1, 0), NULL);
	assert_int_equal(kernel->ops->each_sa(kernel, delete_in_dump, NULL).code, -ENOMEM);
	assert_int_equal(got.deleted, 0);
}

/* Policies */

static struct prefix prefix_of(const char *text, uint8_t length)
{
	struct prefix prefix = { .length = length };

	assert_true(address_parse(text, &prefix.address));
	return prefix;
}

static struct kernel_policy full_policy(void)
{
	struct kernel_policy policy = {
		.ifindex = 3,
		.priority = 10,
		.action = KERNEL_PROTECT,
		.mode = SA_TRANSPORT,
		.fragments = true,
		.protocol = IPPROTO_TCP,
		.source = prefix_of("10.1.0.0", 24),
		.destination = prefix_of("10.2.0.0", 16),
		.source_ports = { 0, UINT16_MAX },
		.destination_ports = { 80, 90 },
		.profile = "crypto-map 10",
	};

	assert_true(address_parse("10.0.0.1", &policy.local));
	assert_true(address_parse("10.0.0.2", &policy.remote));
	return policy;
}

static void add_policy_says_everything(void **state)
{
	struct nl_msg *reply = family_message(SEKI_CMD_POLICY_NEW, 0, 1);
	struct kernel_policy policy = full_policy();
	struct nlattr *tb[SEKI_A_POLICY_MAX + 1];
	uint32_t id;

	nla_put_u32(reply, SEKI_A_POLICY_ID, 42);
	answer(generic, reply, NULL);
	assert_int_equal(kernel->ops->add_policy(kernel, &policy, &id).code, 0);
	assert_int_equal(id, 42);
	read_family_request(SEKI_CMD_POLICY_NEW, 0, tb, SEKI_A_POLICY_MAX);
	assert_null(tb[SEKI_A_POLICY_ID]);
	assert_u32(tb[SEKI_A_POLICY_IFINDEX], 3);
	assert_u32(tb[SEKI_A_POLICY_PRIORITY], 10);
	assert_u32(tb[SEKI_A_POLICY_ACTION], SEKI_POLICY_ACTION_PROTECT);
	assert_u32(tb[SEKI_A_POLICY_FLAGS], SEKI_POLICY_FLAGS_FRAGMENTS);
	assert_u32(tb[SEKI_A_POLICY_MODE], SEKI_MODE_TRANSPORT);
	assert_octets(tb[SEKI_A_POLICY_PROTO], "\6", 1);
	assert_octets(tb[SEKI_A_POLICY_SRC], "\x0a\1\0\0", 4);
	assert_octets(tb[SEKI_A_POLICY_SRC_LEN], "\x18", 1);
	assert_octets(tb[SEKI_A_POLICY_DST], "\x0a\2\0\0", 4);
	assert_octets(tb[SEKI_A_POLICY_DST_LEN], "\x10", 1);
	assert_null(tb[SEKI_A_POLICY_SPORT_LO]); /* any */
	assert_null(tb[SEKI_A_POLICY_SPORT_HI]);
	assert_int_equal(nla_get_u16(tb[SEKI_A_POLICY_DPORT_LO]), 80);
	assert_int_equal(nla_get_u16(tb[SEKI_A_POLICY_DPORT_HI]), 90);
	assert_octets(tb[SEKI_A_POLICY_LOCAL], "\x0a\0\0\1", 4);
	assert_octets(tb[SEKI_A_POLICY_REMOTE], "\x0a\0\0\2", 4);
	assert_string_equal(nla_get_string(tb[SEKI_A_POLICY_PROFILE]), "crypto-map 10");

	policy.id = 7;
	policy.action = KERNEL_DISCARD;
	answer(generic, verdict(-EEXIST, "Another policy has this number", 2, 0), NULL);
	assert_int_equal(kernel->ops->add_policy(kernel, &policy, &id).code, -EEXIST);
	read_family_request(SEKI_CMD_POLICY_NEW, 0, tb, SEKI_A_POLICY_MAX);
	assert_u32(tb[SEKI_A_POLICY_ID], 7);
	assert_u32(tb[SEKI_A_POLICY_ACTION], SEKI_POLICY_ACTION_DISCARD);
}

static void policies_are_deleted(void **state)
{
	struct nlattr *tb[SEKI_A_POLICY_MAX + 1];

	answer(generic, verdict(-ESRCH, "There is no such policy", 1, 0), NULL);
	assert_int_equal(kernel->ops->delete_policy(kernel, 42).code, -ENOENT);
	read_family_request(SEKI_CMD_POLICY_DEL, NLM_F_ACK, tb, SEKI_A_POLICY_MAX);
	assert_u32(tb[SEKI_A_POLICY_ID], 42);

	answer(generic, verdict(0, NULL, 2, 0), NULL);
	assert_int_equal(kernel->ops->flush_policies(kernel, 3).code, 0);
	read_family_request(SEKI_CMD_POLICY_FLUSH, NLM_F_ACK, tb, SEKI_A_POLICY_MAX);
	assert_u32(tb[SEKI_A_POLICY_IFINDEX], 3);

	answer(generic, verdict(0, NULL, 3, 0), NULL);
	assert_int_equal(kernel->ops->flush_policies(kernel, 0).code, 0);
	read_family_request(SEKI_CMD_POLICY_FLUSH, NLM_F_ACK, tb, SEKI_A_POLICY_MAX);
	assert_null(tb[SEKI_A_POLICY_IFINDEX]);
}

/* J11: the sum of all reasons, also of those that only a newer module has */
static void drops_of_a_policy_are_added_up(void **state)
{
	const struct kernel_owner owner = { .ifindex = 3, .policy = 42 };
	struct nl_msg *reply = family_message(SEKI_CMD_POLICY_GET, 0, 1);
	struct nlattr *tb[SEKI_A_POLICY_MAX + 1], *drops;
	uint64_t count = 1;

	nla_put_u32(reply, SEKI_A_POLICY_ID, 42);
	drops = nla_nest_start(reply, SEKI_A_POLICY_DROPS);
	nla_put_u64(reply, SEKI_A_DROPS_REPLAYED, 3);
	nla_put(reply, SEKI_A_DROPS_PAD, 0, NULL);
	nla_put_u64(reply, SEKI_A_DROPS_MAX + 100, 5);
	nla_nest_end(reply, drops);
	answer(generic, reply, NULL);
	assert_int_equal(kernel->ops->get_dropped(kernel, &owner, &count).code, 0);
	assert_int_equal(count, 8);
	read_family_request(SEKI_CMD_POLICY_GET, 0, tb, SEKI_A_POLICY_MAX);
	assert_u32(tb[SEKI_A_POLICY_ID], 42);

	answer(generic, verdict(-ESRCH, "There is no such policy", 2, 0), NULL);
	assert_int_equal(kernel->ops->get_dropped(kernel, &owner, &count).code, -ENOENT);
	assert_int_equal(count, 0);
}

static struct kernel_policy listed[4];

static void keep_policy(void *context, const struct kernel_policy *policy)
{
	listed[got.seen++] = *policy;
}

static struct nl_msg *dumped_policy(uint32_t id, const char *source, uint8_t length)
{
	struct nl_msg *msg = family_message(SEKI_CMD_POLICY_GET, NLM_F_MULTI, 1);

	nla_put_u32(msg, SEKI_A_POLICY_ID, id);
	nla_put_u32(msg, SEKI_A_POLICY_IFINDEX, 3);
	nla_put_u32(msg, SEKI_A_POLICY_ACTION, SEKI_POLICY_ACTION_BYPASS);
	nla_put_u32(msg, SEKI_A_POLICY_MODE, SEKI_MODE_TRANSPORT);
	put_ipv4(msg, SEKI_A_POLICY_SRC, source);
	nla_put_u8(msg, SEKI_A_POLICY_SRC_LEN, length);
	nla_put_u16(msg, SEKI_A_POLICY_DPORT_LO, 53);
	nla_put_u32(msg, SEKI_A_POLICY_FLAGS, SEKI_POLICY_FLAGS_FRAGMENTS);
	put_ipv4(msg, SEKI_A_POLICY_REMOTE, "10.0.0.2");
	nla_put_string(msg, SEKI_A_POLICY_PROFILE, "crypto-map 10");
	return msg;
}

static void policies_are_listed(void **state)
{
	struct nlattr *tb[SEKI_A_POLICY_MAX + 1];

	answer(generic, dumped_policy(1, "10.1.0.0", 24),
	       dumped_policy(2, "10.2.0.0", 33), /* no such prefix: not told */
	       dumped_policy(3, "10.3.0.0", 32), dump_end(0, 1, 0), NULL);
	assert_int_equal(kernel->ops->each_policy(kernel, keep_policy, NULL).code, 0);
	read_family_request(SEKI_CMD_POLICY_GET, NLM_F_DUMP, tb, SEKI_A_POLICY_MAX);
	assert_int_equal(got.seen, 2);
	assert_int_equal(listed[0].id, 1);
	assert_int_equal(listed[0].ifindex, 3);
	assert_int_equal(listed[0].action, KERNEL_BYPASS);
	assert_int_equal(listed[0].mode, SA_TRANSPORT);
	assert_true(listed[0].fragments);
	assert_int_equal(address_ipv4(&listed[0].source.address), 0x0a010000);
	assert_int_equal(listed[0].source.length, 24);
	assert_int_equal(listed[0].source_ports.first, 0);
	assert_int_equal(listed[0].source_ports.last, UINT16_MAX);
	assert_int_equal(listed[0].destination_ports.first, 53);
	assert_int_equal(listed[0].destination_ports.last, 53);
	assert_int_equal(address_ipv4(&listed[0].remote), 0x0a000002);
	assert_string_equal(listed[0].profile, "crypto-map 10");
	assert_int_equal(listed[1].id, 3);
}

/* Events */

static void acquire_tells_which_packet(void **state)
{
	struct nl_msg *msg = family_message(SEKI_CMD_ACQUIRE_NTF, 0, 0);

	nla_put_u32(msg, SEKI_A_ACQUIRE_IFINDEX, 7);
	nla_put_string(msg, SEKI_A_ACQUIRE_IFNAME, "tunnel0");
	nla_put_u8(msg, SEKI_A_ACQUIRE_INNER_PROTO, IPPROTO_TCP);
	put_ipv4(msg, SEKI_A_ACQUIRE_INNER_SRC, "192.168.1.1");
	put_ipv4(msg, SEKI_A_ACQUIRE_INNER_DST, "192.168.2.1");
	nla_put_u16(msg, SEKI_A_ACQUIRE_INNER_DPORT, htons(443));
	hear(generic_event, msg);
	assert_int_equal(got.acquires, 1);
	assert_int_equal(got.acquire.owner.ifindex, 7);
	assert_int_equal(got.acquire.owner.policy, 0);
	assert_int_equal(got.acquire.protocol, IPPROTO_TCP);
	assert_int_equal(address_ipv4(&got.acquire.source.address), 0xc0a80101);
	assert_int_equal(address_ipv4(&got.acquire.destination.address), 0xc0a80201);
	assert_int_equal(got.acquire.source.port, 0);
	assert_int_equal(got.acquire.destination.port, 443);

	msg = family_message(SEKI_CMD_ACQUIRE_NTF, 0, 0);
	nla_put_u32(msg, SEKI_A_ACQUIRE_POLICY, 5);
	hear(generic_event, msg);
	assert_int_equal(got.acquires, 2);
	assert_int_equal(got.acquire.owner.policy, 5);
}

static void expire_tells_which_sa(void **state)
{
	struct nl_msg *msg = family_message(SEKI_CMD_EXPIRE_NTF, 0, 0);

	put_sa_id(msg, 0xf6083add, SEKI_DIRECTION_OUT);
	nla_put_u32(msg, SEKI_A_SA_IFINDEX, 7);
	hear(generic_event, msg);
	assert_int_equal(got.expires, 1);
	assert_int_equal(got.expire.id.spi, 0xf6083add);
	assert_int_equal(got.expire.id.direction, SA_OUTBOUND);
	assert_int_equal(got.expire.owner.ifindex, 7);
	assert_false(got.expire.hard);

	msg = family_message(SEKI_CMD_EXPIRE_NTF, 0, 0);
	put_sa_id(msg, 0x1000, SEKI_DIRECTION_IN);
	nla_put_flag(msg, SEKI_A_SA_HARD);
	nla_put_u32(msg, SEKI_A_SA_POLICY, 5);
	hear(generic_event, msg);
	assert_true(got.expire.hard);
	assert_int_equal(got.expire.owner.policy, 5);
	assert_int_equal(got.expire.id.direction, SA_INBOUND);
}

static void peer_moved_tells_where_to(void **state)
{
	struct nl_msg *msg = family_message(SEKI_CMD_PEER_NTF, 0, 0);
	struct nlattr *encap;

	put_sa_id(msg, 0x1000, SEKI_DIRECTION_IN);
	nla_put_u32(msg, SEKI_A_SA_IFINDEX, 7);
	put_ipv4(msg, SEKI_A_SA_NEW_LOCAL, "10.0.0.1");
	put_ipv4(msg, SEKI_A_SA_NEW_REMOTE, "192.0.2.77");
	encap = nla_nest_start(msg, SEKI_A_SA_ENCAP);
	nla_put_u32(msg, SEKI_A_ENCAP_TYPE, SEKI_ENCAP_TYPE_ESPINUDP);
	nla_put_u16(msg, SEKI_A_ENCAP_SPORT, htons(4500));
	nla_put_u16(msg, SEKI_A_ENCAP_DPORT, htons(61235));
	nla_nest_end(msg, encap);
	hear(generic_event, msg);
	assert_int_equal(got.moves, 1);
	assert_int_equal(got.moved.id.spi, 0x1000);
	assert_int_equal(got.moved.owner.ifindex, 7);
	assert_int_equal(got.moved.id.direction, SA_INBOUND);
	assert_int_equal(address_ipv4(&got.moved.id.remote), 0x0a000002);
	assert_int_equal(address_ipv4(&got.moved.local.address), 0x0a000001);
	assert_int_equal(got.moved.local.port, 4500);
	assert_int_equal(address_ipv4(&got.moved.remote.address), 0xc000024d);
	assert_int_equal(got.moved.remote.port, 61235);

	msg = family_message(SEKI_CMD_PEER_NTF, 0, 0);
	put_sa_id(msg, 0x1000, SEKI_DIRECTION_IN);
	put_ipv4(msg, SEKI_A_SA_NEW_LOCAL, "10.0.0.1"); /* from nowhere */
	hear(generic_event, msg);
	assert_int_equal(got.moves, 1);
}

static void broken_and_foreign_events_reach_nobody(void **state)
{
	struct nl_msg *msg = family_message(SEKI_CMD_ACQUIRE_NTF, 0, 0);

	hear(generic_event, msg); /* without its tunnel */

	msg = family_message(SEKI_CMD_ACQUIRE_NTF, 0, 0);
	nla_put_u16(msg, SEKI_A_ACQUIRE_IFINDEX, 7); /* too short */
	hear(generic_event, msg);

	msg = family_message(SEKI_CMD_EXPIRE_NTF, 0, 0);
	nla_put_u32(msg, SEKI_A_SA_DIRECTION, SEKI_DIRECTION_IN); /* without its SPI */
	hear(generic_event, msg);

	msg = family_message(SEKI_CMD_EXPIRE_NTF, 0, 0);
	put_sa_id(msg, 1, SEKI_DIRECTION_IN);
	nla_put(msg, SEKI_A_SA_LOCAL, 7, "seven o"); /* no address has seven octets */
	hear(generic_event, msg);

	msg = family_message(SEKI_CMD_EXPIRE_NTF, 0, 0);
	put_sa_id(msg, 1, SEKI_DIRECTION_IN);
	nlmsg_hdr(msg)->nlmsg_type = FAMILY + 1;
	hear(generic_event, msg);

	msg = message(FAMILY, 0, 0); /* no room for a generic netlink header */
	hear(generic_event, msg);

	assert_int_equal(got.acquires + got.expires, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KERNEL_TEST(alloc_spi_asks_for_its_tunnel),
		KERNEL_TEST(alloc_spi_asks_for_its_policy),
		KERNEL_TEST(add_sa_says_everything),
		KERNEL_TEST(add_sa_says_policies_and_bundles),
		KERNEL_TEST(add_sa_leaves_out_what_is_not_there),
		KERNEL_TEST(keys_do_not_stay_in_the_message),
		KERNEL_TEST(refusals_carry_the_kernels_sentence),
		KERNEL_TEST(broken_verdicts_are_errors),
		KERNEL_TEST(late_answers_are_ignored),
		KERNEL_TEST(silence_of_the_kernel_ends),
		KERNEL_TEST(an_sa_moves_with_its_ports),
		KERNEL_TEST(an_sa_moves_without_udp),
		KERNEL_TEST(counters_and_drops),
		KERNEL_TEST(every_drop_reason_has_a_name),
		KERNEL_TEST(each_sa_may_be_deleted_while_listed),
		KERNEL_TEST(a_dump_may_end_with_an_error),
		KERNEL_TEST(add_policy_says_everything),
		KERNEL_TEST(policies_are_deleted),
		KERNEL_TEST(drops_of_a_policy_are_added_up),
		KERNEL_TEST(policies_are_listed),
		KERNEL_TEST(acquire_tells_which_packet),
		KERNEL_TEST(expire_tells_which_sa),
		KERNEL_TEST(peer_moved_tells_where_to),
		KERNEL_TEST(broken_and_foreign_events_reach_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
