// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: what its parts share.  netlink_sa.c has the
 * requests about SAs, netlink_policy.c those about policies, netlink_event.c
 * what leaves unasked.  What the policies in netlink_gen.c check is not checked
 * again.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include "netlink.h"
#include "netlink_gen.h"
#include "sa.h"

static const u16 drop_attrs[SEKI_DROP_MAX] = {
#define X(symbol, name) [SEKI_DROP_##symbol] = SEKI_A_DROPS_##symbol,
	SEKI_DROP_LIST(X)
#undef X
};

/**
 * seki_nl_addr - read an address
 * @attr: attribute that seki_nl_check_addr() accepts
 *
 * Return: the address.
 */
struct seki_addr seki_nl_addr(const struct nlattr *attr)
{
	struct in6_addr addr6;

	if (nla_len(attr) == sizeof(struct in_addr))
		return seki_addr_v4(nla_get_in_addr(attr));
	addr6 = nla_get_in6_addr(attr);
	return seki_addr_v6(&addr6);
}

/**
 * seki_nl_check_addr - check the address of one end
 * @attr: attribute
 * @extack: says what is wrong
 *
 * Return: 0, -EINVAL or -EADDRNOTAVAIL.
 */
int seki_nl_check_addr(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct seki_addr addr;

	if (nla_len(attr) != sizeof(struct in_addr) && nla_len(attr) != sizeof(struct in6_addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "An outer address has 4 or 16 bytes");
		return -EINVAL;
	}
	addr = seki_nl_addr(attr);
	if (!seki_addr_unicast(&addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "An outer address must be a unicast address");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

u32 seki_nl_u32(const struct nlattr *attr, u32 otherwise)
{
	return attr ? nla_get_u32(attr) : otherwise;
}

int seki_nl_put_addr(struct sk_buff *skb, int type, const struct seki_addr *addr)
{
	return nla_put(skb, type, seki_addr_len(addr), &addr->v6);
}

/* Only reasons that happened; @counts is indexed by enum seki_drop. */
static int put_counts(struct sk_buff *skb, int type, const u64 *counts)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	int why, err = 0;

	if (!nest)
		return -EMSGSIZE;
	for (why = SEKI_DROP_NONE + 1; !err && why < SEKI_DROP_MAX; why++)
		if (counts[why])
			err = nla_put_u64_64bit(skb, drop_attrs[why], counts[why],
						SEKI_A_DROPS_PAD);
	nla_nest_end(skb, nest);
	return err;
}

int seki_nl_put_drops(struct sk_buff *skb, int type, const struct seki_drops *drops)
{
	u64 counts[SEKI_DROP_MAX];
	int why;

	for (why = 0; why < SEKI_DROP_MAX; why++)
		counts[why] = seki_drops_read(drops, why);
	return put_counts(skb, type, counts);
}

int seki_nl_put_sa_drops(struct sk_buff *skb, int type, const struct seki_sa_drops *drops)
{
	u64 counts[SEKI_DROP_MAX];
	int why;

	for (why = 0; why < SEKI_DROP_MAX; why++)
		counts[why] = seki_sa_drops_read(drops, why);
	return put_counts(skb, type, counts);
}

struct genl_family seki_nl_family __ro_after_init = {
	.name = SEKI_FAMILY_NAME,
	.version = SEKI_FAMILY_VERSION,
	.netnsok = true,
	.module = THIS_MODULE,
	.ops = seki_nl_ops,
	.n_ops = ARRAY_SIZE(seki_nl_ops),
	.resv_start_op = __SEKI_CMD_MAX,
	.mcgrps = seki_nl_mcgrps,
	.n_mcgrps = ARRAY_SIZE(seki_nl_mcgrps),
};

int seki_netlink_init(void)
{
	return genl_register_family(&seki_nl_family);
}

void seki_netlink_exit(void)
{
	genl_unregister_family(&seki_nl_family);
}
