// SPDX-License-Identifier: GPL-2.0-only
/*
 * seki: IPsec tunnels as network devices, and crypto maps, beside XFRM.
 */
#include <linux/if_link_seki.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/seki.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include "crypto.h"
#include "map.h"
#include "net.h"
#include "netdev.h"
#include "netlink.h"
#include "proto.h"
#include "sa.h"
#include "super.h"

static int __init seki_init(void)
{
	int err;

	err = seki_sa_init();
	if (err)
		return err;
	err = seki_net_init();
	if (err)
		goto err_sa;
	err = seki_netlink_init();
	if (err)
		goto err_net;
	err = seki_proto_init();
	if (err)
		goto err_netlink;
	err = seki_map_init();
	if (err)
		goto err_proto;
	err = seki_super_init();
	if (err)
		goto err_map;
	err = seki_netdev_init();
	if (err)
		goto err_super;
	return 0;

err_super:
	seki_super_exit();
err_map:
	seki_map_exit();
err_proto:
	seki_proto_exit();
err_netlink:
	seki_netlink_exit();
err_net:
	seki_net_exit();
err_sa:
	seki_sa_exit();
	return err;
}

/*
 * Without tunnels there are no SAs, so when the devices are gone, what is left
 * of the packet paths and of netlink finds nothing to work on.
 */
static void __exit seki_exit(void)
{
	seki_netdev_exit();
	seki_super_exit();
	seki_map_exit();
	seki_proto_exit();
	seki_netlink_exit();
	seki_net_exit();
	seki_sa_exit();
	seki_crypto_exit();
}

module_init(seki_init);
module_exit(seki_exit);

MODULE_DESCRIPTION("IPsec tunnels as network devices");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_RTNL_LINK(IFLA_SEKI_KIND);
MODULE_ALIAS_GENL_FAMILY(SEKI_FAMILY_NAME);
