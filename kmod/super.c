// SPDX-License-Identifier: GPL-2.0-only
/*
 * Super-packets: the ESP packets that a large TCP segment became cross the outer
 * stack as one, and are taken apart by the device that leaves the host, or by
 * ourselves, if they never leave it.
 *
 * The first packet has its IP header and carries the others in its list of
 * fragments, each with its own header in front of its data.  The stack has one
 * place for whoever can cut packets of a protocol; for ESP, esp4_offload wants it too,
 * and where it does not get it, it goes and leaves pointers to itself behind.  So
 * we make room for it when it comes; without the place packets go one by one.
 */
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <net/protocol.h>
#include <net/ip.h>

#include "sa.h"
#include "super.h"

#include <compat/gso.h>

static bool super_packets = true;
module_param(super_packets, bool, 0444);
MODULE_PARM_DESC(super_packets, "Let ESP packets of one TCP segment travel together while esp4_offload is not loaded");

#define OTHER_MODULE	"esp4_offload"

static DEFINE_MUTEX(place_lock);	/* changes of the two below */
/* the place is ours; packets read it with READ_ONCE() */
static bool registered __read_mostly;
/* the other module is coming or there */
static bool theirs;

/*
 * Give each packet of the list room for the headers that the first one has got
 * meanwhile, from tunnels that it was put into.
 */
static int make_room(struct sk_buff *skb, unsigned int need)
{
	struct sk_buff **link, *frag, *own;

	if (skb_unclone(skb, GFP_ATOMIC))
		return -ENOMEM;
	for (link = &skb_shinfo(skb)->frag_list; (frag = *link); link = &frag->next) {
		if (skb_headroom(frag) >= need)
			continue;
		if (skb_shared(frag)) {
			own = skb_clone(frag, GFP_ATOMIC);
			if (!own)
				return -ENOMEM;
			own->next = frag->next;
			*link = own;
			consume_skb(frag);
			frag = own;
		}
		if (pskb_expand_head(frag, SKB_DATA_ALIGN(need), 0, GFP_ATOMIC))
			return -ENOMEM;
	}
	return 0;
}

static struct sk_buff *gso_segment(struct sk_buff *skb, netdev_features_t features)
{
	if (!(skb_shinfo(skb)->gso_type & SKB_GSO_FRAGLIST))
		return ERR_PTR(-EINVAL);
	if (make_room(skb, skb_tnl_header_len(skb) + skb_mac_header_len(skb) +
		      sizeof(struct iphdr)))
		return ERR_PTR(-ENOMEM);
	return skb_segment_list(skb, features, skb_mac_header_len(skb));
}

static const struct net_offload esp4_offload = {
	.callbacks = {
		.gso_segment = gso_segment,
	},
};

/**
 * seki_super_possible - may packets of an SA travel together?
 * @sa: outbound SA
 *
 * Return: true if the stack can take them apart again.
 */
bool seki_super_possible(const struct seki_sa *sa)
{
	return READ_ONCE(registered) && sa->key.proto == IPPROTO_ESP && !sa->outer && !sa->encap &&
	       !sa->ipv6 && sa->mode == SEKI_MODE_TUNNEL;
}

/**
 * seki_super_fits - is there room for one more?
 * @super: packets so far
 * @skb: with its outer header
 *
 * Return: true if @skb may be added: the last one may be shorter than the
 * others, and all together are no longer than a length field can say.
 */
bool seki_super_fits(const struct seki_super *super, const struct sk_buff *skb)
{
	const struct sk_buff *head = super->head;
	unsigned int size;

	if (!head)
		return true;
	size = skb_headlen(head) - sizeof(struct iphdr);
	return head->len + skb->len <= IP_MAX_MTU - MAX_HEADER &&
	       skb->len - sizeof(struct iphdr) <= size &&
	       (!super->last || super->last->len == size);
}

/**
 * seki_super_add - let a packet travel with the others
 * @super: packets so far
 * @skb: one that fits, linear, with its outer header; given away
 */
void seki_super_add(struct seki_super *super, struct sk_buff *skb)
{
	struct sk_buff *head = super->head;

	if (!head) {
		super->head = skb;
		return;
	}

	/*
	 * What it has of its sender's stack stays behind. The socket's account, too:
	 * kernels do not agree on what of it is in the first packet.
	 */
	skb_orphan(head);
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	__skb_pull(skb, sizeof(struct iphdr));
	if (!super->last) {
		skb_shinfo(head)->frag_list = skb;
		skb_shinfo(head)->gso_size = skb_headlen(head) - sizeof(struct iphdr);
		skb_shinfo(head)->gso_type = SKB_GSO_FRAGLIST;
		skb_shinfo(head)->gso_segs = 1;
		/* there is none to be computed: no device may think there were */
		head->ip_summed = CHECKSUM_UNNECESSARY;
	} else {
		super->last->next = skb;
	}
	super->last = skb;
	head->len += skb->len;
	head->data_len += skb->len;
	head->truesize += skb->truesize;
	skb_shinfo(head)->gso_segs++;
}

/**
 * seki_super_is - did packets travel together here?
 * @skb: any packet
 *
 * Return: true if it is one of ours; nobody else, and nobody in user space, makes
 * such packets of ESP.
 */
bool seki_super_is(const struct sk_buff *skb)
{
	return skb_is_gso(skb) && skb->protocol == htons(ETH_P_IP) &&
	       skb_shinfo(skb)->gso_type == SKB_GSO_FRAGLIST;
}

/**
 * seki_super_split - take apart what travelled together
 * @skb: super-packet with data at ESP; given away
 *
 * Return: list of packets, each with data at ESP and headers as if it had come
 * alone, or NULL without memory.
 */
struct sk_buff *seki_super_split(struct sk_buff *skb)
{
	struct sk_buff *list, *nskb, **link;
	unsigned int len = 0;

	/* somebody who looks at the packet has the same list */
	if (skb_unclone(skb, GFP_ATOMIC))
		goto err;
	list = skb_shinfo(skb)->frag_list;
	skb_shinfo(skb)->frag_list = NULL;
	skb->next = list;
	for (link = &skb->next; (nskb = *link); link = &nskb->next) {
		struct sk_buff *next = nskb->next;

		len += nskb->len;
		nskb = skb_share_check(nskb, GFP_ATOMIC);
		if (!nskb) {
			*link = next;
			goto err;
		}
		nskb->next = next;
		*link = nskb;
		skb_reset_transport_header(nskb);
		skb_set_network_header(nskb, -(int)sizeof(struct iphdr));
		nskb->dev = skb->dev;
		nskb->skb_iif = skb->skb_iif;
		nskb->protocol = skb->protocol;
		nskb->pkt_type = skb->pkt_type;
		memcpy(nskb->cb, skb->cb, sizeof(skb->cb));
	}
	skb->len -= len;
	skb->data_len -= len;
	skb_orphan(skb);
	skb->truesize = SKB_TRUESIZE(skb_end_offset(skb));
	skb_gso_reset(skb);
	return skb;

err:
	kfree_skb_list(skb);
	return NULL;
}

/* Somebody else may be there: no reason to fail. */
static void take_place(void)
{
	lockdep_assert_held(&place_lock);

	if (super_packets && !theirs && !registered)
		WRITE_ONCE(registered, !inet_add_offload(&esp4_offload, IPPROTO_ESP));
}

/* A packet that still waits for a device is lost, as if the device had dropped it. */
static void leave_place(void)
{
	lockdep_assert_held(&place_lock);

	if (!registered)
		return;
	WRITE_ONCE(registered, false);
	/* no packet is being put together any more */
	synchronize_net();
	inet_del_offload(&esp4_offload, IPPROTO_ESP);
}

/* It hears of a module before the module's own code runs, and after it has run. */
static int module_event(struct notifier_block *nb, unsigned long state, void *data)
{
	const struct module *other = data;

	if (strcmp(other->name, OTHER_MODULE))
		return NOTIFY_DONE;
	mutex_lock(&place_lock);
	switch (state) {
	case MODULE_STATE_COMING:
		theirs = true;
		leave_place();
		break;
	case MODULE_STATE_GOING:
		theirs = false;
		take_place();
		break;
	}
	mutex_unlock(&place_lock);
	return NOTIFY_OK;
}

static struct notifier_block module_notifier = {
	.notifier_call = module_event,
};

/**
 * seki_super_init - be ready to take super-packets apart
 *
 * Return: 0 or what registering the notifier returned.
 */
int seki_super_init(void)
{
	int err = register_module_notifier(&module_notifier);

	if (err)
		return err;
	mutex_lock(&place_lock);
	take_place();
	mutex_unlock(&place_lock);
	return 0;
}

void seki_super_exit(void)
{
	unregister_module_notifier(&module_notifier);
	mutex_lock(&place_lock);
	leave_place();
	mutex_unlock(&place_lock);
}
