// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network namespaces: each has its table of SAs.
 */
#include <linux/rtnetlink.h>

#include "net.h"
#include "netdev.h"
#include "sa.h"

unsigned int seki_net_id;

static int __net_init net_init(struct net *net)
{
	struct seki_net *sn = seki_net(net);

	INIT_LIST_HEAD(&sn->tunnels);
	INIT_LIST_HEAD(&sn->policies);
	return seki_sa_net_init(sn);
}

/* When the namespace has no device left, and packets find no table any more. */
static void __net_exit net_exit(struct net *net)
{
	seki_sa_net_exit(seki_net(net));
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit = net_exit,
	.id = &seki_net_id,
	.size = sizeof(struct seki_net),
};

/*
 * A tunnel may be in another namespace than its outer packets; it ends with
 * whichever goes first. Deleting the devices takes all SAs out of the table.
 */
static void __net_exit device_exit_batch(struct list_head *nets)
{
	LIST_HEAD(kill);
	struct net *net;

	rtnl_lock();
	list_for_each_entry(net, nets, exit_list)
		seki_netdev_leave(seki_net(net), &kill);
	unregister_netdevice_many(&kill);
	rtnl_unlock();
}

static struct pernet_operations device_ops = {
	.exit_batch = device_exit_batch,
};

int seki_net_init(void)
{
	int err;

	err = register_pernet_subsys(&net_ops);
	if (err)
		return err;
	err = register_pernet_device(&device_ops);
	if (err)
		unregister_pernet_subsys(&net_ops);
	return err;
}

void seki_net_exit(void)
{
	unregister_pernet_device(&device_ops);
	unregister_pernet_subsys(&net_ops);
}
