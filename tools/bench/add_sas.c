// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Add pairs of SAs with AES-128-GCM, one to each of COUNT peers, and print the
 * nanoseconds for one SA, which under QEMU's -icount are instructions:
 *
 *	add_sas seki DEVICE LOCAL COUNT BATCH
 *	add_sas xfrm IF-ID LOCAL COUNT BATCH
 *
 * BATCH requests are handed over with one call, and the last is acknowledged.
 * Only the calls count, not the making of the messages.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/genetlink.h>
#include <linux/xfrm.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/seki.h>

#define FIRST_SPI 0x100000
#define FIRST_PEER 0x0a400000 /* 10.64.0.0 */
#define KEY_BYTES 20 /* AES-128 and the salt */
#define ENCR_AES_GCM_16 20
#define ICV_BITS 128

static struct nl_sock *sock;
static bool seki;
static int family; /* of generic netlink */
static uint32_t owner; /* the tunnel's index or the interface identifier */
static struct in_addr local;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void put_seki(struct nl_msg *msg, bool out, struct in_addr peer, uint32_t spi,
		     const uint8_t *key)
{
	genlmsg_put(msg, 0, 0, family, 0, 0, SEKI_CMD_SA_NEW, SEKI_FAMILY_VERSION);
	nla_put_u32(msg, SEKI_A_SA_IFINDEX, owner);
	nla_put_u32(msg, SEKI_A_SA_DIRECTION, out ? SEKI_DIRECTION_OUT : SEKI_DIRECTION_IN);
	nla_put_u32(msg, SEKI_A_SA_SPI, htonl(spi));
	nla_put(msg, SEKI_A_SA_LOCAL, sizeof(local), &local);
	nla_put(msg, SEKI_A_SA_REMOTE, sizeof(peer), &peer);
	nla_put_u16(msg, SEKI_A_SA_ENCR, ENCR_AES_GCM_16);
	nla_put(msg, SEKI_A_SA_ENCR_KEY, KEY_BYTES, key);
}

static void put_xfrm(struct nl_msg *msg, bool out, struct in_addr peer, uint32_t spi,
		     const uint8_t *key)
{
	const struct xfrm_usersa_info info = {
		.saddr.a4 = out ? local.s_addr : peer.s_addr,
		.id = { .daddr.a4 = out ? peer.s_addr : local.s_addr,
			.spi = htonl(spi),
			.proto = IPPROTO_ESP },
		.lft = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF },
		.family = AF_INET,
		.mode = XFRM_MODE_TUNNEL,
		.replay_window = 32,
	};
	struct {
		struct xfrm_algo_aead head;
		uint8_t key[KEY_BYTES];
	} aead = { .head = { .alg_name = "rfc4106(gcm(aes))",
			     .alg_key_len = KEY_BYTES * 8,
			     .alg_icv_len = ICV_BITS } };

	memcpy(aead.head.alg_key, key, KEY_BYTES);
	nlmsg_put(msg, 0, 0, XFRM_MSG_NEWSA, 0, 0);
	nlmsg_append(msg, (void *)(uintptr_t)&info, sizeof(info), NLMSG_ALIGNTO);
	nla_put(msg, XFRMA_ALG_AEAD, (int)sizeof(aead), &aead);
	nla_put_u32(msg, XFRMA_IF_ID, owner);
}

/* Append the request for SA number i to a batch; even numbers are inbound. */
static size_t append(uint8_t *batch, uint32_t i, bool last)
{
	const struct in_addr peer = { htonl(FIRST_PEER + i / 2) };
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsghdr *header;
	uint8_t key[KEY_BYTES];
	size_t len;

	if (!msg)
		errx(1, "no memory");
	for (size_t k = 0; k < sizeof(key); k++)
		key[k] = (uint8_t)(k * 7 + i);
	if (seki)
		put_seki(msg, i % 2, peer, FIRST_SPI + i, key);
	else
		put_xfrm(msg, i % 2, peer, FIRST_SPI + i, key);
	header = nlmsg_hdr(msg);
	header->nlmsg_seq = i + 1;
	header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (last ? NLM_F_ACK : 0));
	len = NLMSG_ALIGN(header->nlmsg_len);
	memcpy(batch, header, header->nlmsg_len);
	nlmsg_free(msg);
	return len;
}

/* One call, and its answer: an error of any request, or that the last is done. */
static void hand_over(const uint8_t *batch, size_t len, uint32_t seq)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = nl_socket_get_fd(sock);
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char sentence[1024];
	} answer;

	if (sendto(fd, batch, len, 0, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		err(1, "send");
	if (recv(fd, &answer, sizeof(answer), 0) < (ssize_t)offsetof(typeof(answer), sentence))
		err(1, "receive");
	if (answer.header.nlmsg_type != NLMSG_ERROR || answer.error.error)
		errx(1, "SA %u: %s", answer.error.msg.nlmsg_seq, strerror(-answer.error.error));
	if (answer.error.msg.nlmsg_seq != seq)
		errx(1, "an acknowledgement of another request");
}

int main(int argc, char **argv)
{
	uint32_t count, batch, done = 0;
	uint64_t spent = 0, start;
	uint8_t *messages;

	if (argc != 6 || inet_pton(AF_INET, argv[3], &local) != 1)
		errx(2, "usage: add_sas seki|xfrm DEVICE|IF-ID LOCAL COUNT BATCH");
	seki = !strcmp(argv[1], "seki");
	owner = seki ? if_nametoindex(argv[2]) : (uint32_t)atoi(argv[2]);
	count = 2 * (uint32_t)atoi(argv[4]);
	batch = (uint32_t)atoi(argv[5]);
	if (!owner || !count || !batch)
		errx(2, "bad device, count or batch");

	sock = nl_socket_alloc();
	if (!sock || nl_connect(sock, seki ? NETLINK_GENERIC : NETLINK_XFRM))
		errx(1, "no netlink");
	if (seki) {
		family = genl_ctrl_resolve(sock, SEKI_FAMILY_NAME);
		if (family < 0)
			errx(1, "the module is not loaded");
	}
	nl_socket_set_buffer_size(sock, 1 << 20, 1 << 20);
	messages = malloc((size_t)batch * 1024);
	if (!messages)
		errx(1, "no memory");

	while (done < count) {
		size_t len = 0;

		for (uint32_t i = 0; i < batch && done < count; i++, done++)
			len += append(messages + len, done, i + 1 == batch || done + 1 == count);
		start = now();
		hand_over(messages, len, done);
		spent += now() - start;
	}
	printf("%llu\n", (unsigned long long)(spent / count));
	free(messages);
	nl_socket_free(sock);
	return 0;
}
