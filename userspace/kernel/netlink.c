// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Security associations over the generic netlink family "seki".
 * Documentation/netlink/seki.rst describes the messages.
 */

#include "kernel/netlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <linux/seki.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "kernel/configure.h"
#include "kernel/internal.h"

const struct nla_policy sa_policy[SEKI_A_SA_MAX + 1] = {
	[SEKI_A_SA_IFINDEX] = { .type = NLA_U32 },  [SEKI_A_SA_DIRECTION] = { .type = NLA_U32 },
	[SEKI_A_SA_PROTO] = { .type = NLA_U8 },	    [SEKI_A_SA_SPI] = { .type = NLA_U32 },
	[SEKI_A_SA_LOCAL] = { .maxlen = 16 },	    [SEKI_A_SA_REMOTE] = { .maxlen = 16 },
	[SEKI_A_SA_STATE] = { .type = NLA_U32 },    [SEKI_A_SA_PACKETS] = { .type = NLA_U64 },
	[SEKI_A_SA_BYTES] = { .type = NLA_U64 },    [SEKI_A_SA_SEQ] = { .type = NLA_U64 },
	[SEKI_A_SA_AGE] = { .type = NLA_U64 },	    [SEKI_A_SA_IDLE] = { .type = NLA_U64 },
	[SEKI_A_SA_DROPS] = { .type = NLA_NESTED }, [SEKI_A_SA_HARD] = { .type = NLA_FLAG },
	[SEKI_A_SA_NEW_LOCAL] = { .maxlen = 16 },   [SEKI_A_SA_NEW_REMOTE] = { .maxlen = 16 },
	[SEKI_A_SA_ENCAP] = { .type = NLA_NESTED }, [SEKI_A_SA_POLICY] = { .type = NLA_U32 },
};

static uint8_t ip_protocol(uint8_t protocol)
{
	return protocol == PROTOCOL_AH ? IPPROTO_AH : IPPROTO_ESP;
}

struct kernel_owner owner_parse(const struct nlattr *ifindex, const struct nlattr *policy)
{
	return (struct kernel_owner){
		.ifindex = ifindex ? nla_get_u32(ifindex) : 0,
		.policy = policy ? nla_get_u32(policy) : 0,
	};
}

bool sa_id_parse(struct nlattr *const *tb, struct kernel_sa_id *id)
{
	struct nlattr *local = tb[SEKI_A_SA_LOCAL], *remote = tb[SEKI_A_SA_REMOTE];

	memset(id, 0, sizeof(*id));
	if (!tb[SEKI_A_SA_DIRECTION] || !tb[SEKI_A_SA_SPI])
		return false;
	id->direction = nla_get_u32(tb[SEKI_A_SA_DIRECTION]) == SEKI_DIRECTION_OUT ? SA_OUTBOUND :
										     SA_INBOUND;
	id->protocol = tb[SEKI_A_SA_PROTO] && nla_get_u8(tb[SEKI_A_SA_PROTO]) == IPPROTO_AH ?
			       PROTOCOL_AH :
			       PROTOCOL_ESP;
	id->spi = ntohl(nla_get_u32(tb[SEKI_A_SA_SPI]));
	if (local &&
	    !address_from_bytes(bytes_of(nla_data(local), (size_t)nla_len(local)), &id->local))
		return false;
	return !remote ||
	       address_from_bytes(bytes_of(nla_data(remote), (size_t)nla_len(remote)), &id->remote);
}

struct nl_msg *family_request(struct kernel_netlink *netlink, uint8_t command, uint16_t flags)
{
	struct nl_msg *request =
		channel_request(&netlink->generic, netlink->family, flags, GENL_HDRLEN);
	struct genlmsghdr *header = nlmsg_data(nlmsg_hdr(request));

	header->cmd = command;
	header->version = SEKI_FAMILY_VERSION;
	return request;
}

int put_address(struct nl_msg *request, int attribute, const struct address *address)
{
	struct bytes bytes = address_bytes(address);

	return address->family == AF_UNSPEC ?
		       0 :
		       nla_put(request, attribute, (int)bytes.len, bytes.data);
}

/* A policy says it all; the device of its SAs is not ours to name. */
static int put_owner(struct nl_msg *request, const struct kernel_owner *owner)
{
	return owner->policy ? nla_put_u32(request, SEKI_A_SA_POLICY, owner->policy) :
			       nla_put_u32(request, SEKI_A_SA_IFINDEX, owner->ifindex);
}

static int put_id(struct nl_msg *request, const struct kernel_sa_id *id)
{
	NLA_PUT_U32(request, SEKI_A_SA_DIRECTION,
		    id->direction == SA_OUTBOUND ? SEKI_DIRECTION_OUT : SEKI_DIRECTION_IN);
	NLA_PUT_U8(request, SEKI_A_SA_PROTO, ip_protocol(id->protocol));
	NLA_PUT_U32(request, SEKI_A_SA_SPI, htonl(id->spi));
	if (put_address(request, SEKI_A_SA_LOCAL, &id->local) ||
	    put_address(request, SEKI_A_SA_REMOTE, &id->remote))
		goto nla_put_failure;
	return 0;

nla_put_failure:
	return -1;
}

static int put_limits(struct nl_msg *request, const struct kernel_limits *limits)
{
	const uint64_t values[] = {
		[SEKI_A_LIMITS_SOFT_SECONDS] = limits->soft_seconds,
		[SEKI_A_LIMITS_HARD_SECONDS] = limits->hard_seconds,
		[SEKI_A_LIMITS_SOFT_BYTES] = limits->soft_bytes,
		[SEKI_A_LIMITS_HARD_BYTES] = limits->hard_bytes,
		[SEKI_A_LIMITS_SOFT_PACKETS] = limits->soft_packets,
		[SEKI_A_LIMITS_HARD_PACKETS] = limits->hard_packets,
	};
	struct nlattr *nest = nla_nest_start(request, SEKI_A_SA_LIMITS);
	int i;

	if (!nest)
		return -1;
	for (i = SEKI_A_LIMITS_SOFT_SECONDS; i <= SEKI_A_LIMITS_HARD_PACKETS; i++)
		if (values[i])
			NLA_PUT_U64(request, i, values[i]);
	nla_nest_end(request, nest);
	return 0;

nla_put_failure:
	return -1;
}

static int put_encap(struct nl_msg *request, uint16_t local_port, uint16_t remote_port)
{
	struct nlattr *nest = nla_nest_start(request, SEKI_A_SA_ENCAP);

	if (!nest)
		return -1;
	NLA_PUT_U32(request, SEKI_A_ENCAP_TYPE, SEKI_ENCAP_TYPE_ESPINUDP);
	NLA_PUT_U16(request, SEKI_A_ENCAP_SPORT, htons(local_port));
	NLA_PUT_U16(request, SEKI_A_ENCAP_DPORT, htons(remote_port));
	nla_nest_end(request, nest);
	return 0;

nla_put_failure:
	return -1;
}

static uint32_t sa_flags(const struct kernel_sa *sa)
{
	return (sa->esn ? SEKI_SA_FLAGS_ESN : 0) | (sa->bundled ? SEKI_SA_FLAGS_BUNDLED : 0) |
	       (sa->roaming ? SEKI_SA_FLAGS_ROAMING : 0);
}

static int put_sa(struct nl_msg *request, const struct kernel_sa *sa)
{
	if (put_id(request, &sa->id) || put_owner(request, &sa->owner) ||
	    put_address(request, SEKI_A_SA_ORIGIN_LOCAL, &sa->origin_local) ||
	    put_address(request, SEKI_A_SA_ORIGIN_REMOTE, &sa->origin_remote))
		goto nla_put_failure;
	NLA_PUT_U32(request, SEKI_A_SA_MODE,
		    sa->mode == SA_TRANSPORT ? SEKI_MODE_TRANSPORT : SEKI_MODE_TUNNEL);
	if (sa->encr) {
		NLA_PUT_U16(request, SEKI_A_SA_ENCR, sa->encr);
		NLA_PUT(request, SEKI_A_SA_ENCR_KEY, (int)sa->encr_key.len, sa->encr_key.data);
	}
	if (sa->integ) {
		NLA_PUT_U16(request, SEKI_A_SA_INTEG, sa->integ);
		NLA_PUT(request, SEKI_A_SA_INTEG_KEY, (int)sa->integ_key.len, sa->integ_key.data);
	}
	if (sa_flags(sa))
		NLA_PUT_U32(request, SEKI_A_SA_FLAGS, sa_flags(sa));
	if (sa->replay_window)
		NLA_PUT_U32(request, SEKI_A_SA_REPLAY_WINDOW, sa->replay_window);
	if (sa->outer_spi)
		NLA_PUT_U32(request, SEKI_A_SA_OUTER_SPI, htonl(sa->outer_spi));
	if (sa->tfc)
		NLA_PUT_U32(request, SEKI_A_SA_TFC, sa->tfc);
	if (sa->local_port && put_encap(request, sa->local_port, sa->remote_port))
		goto nla_put_failure;
	return put_limits(request, &sa->limits);

nla_put_failure:
	return -1;
}

struct result request_too_big(struct kernel_netlink *netlink, const char *what)
{
	struct nlmsghdr *header = nlmsg_hdr(netlink->generic.request);

	secret_wipe(header, header->nlmsg_len);
	return fail(-EMSGSIZE, "%s: the request does not fit", what);
}

/* What the visitors below look for. */
struct answer {
	bool valid;
	uint32_t spi;
	struct kernel_counters *counters;
};

static void spi_visit(void *context, struct nlmsghdr *message)
{
	struct nlattr *tb[SEKI_A_SA_MAX + 1];
	struct answer *answer = context;

	if (genlmsg_parse(message, 0, tb, SEKI_A_SA_MAX, sa_policy) < 0 || !tb[SEKI_A_SA_SPI])
		return;
	answer->spi = ntohl(nla_get_u32(tb[SEKI_A_SA_SPI]));
	answer->valid = true;
}

static struct result alloc_spi(struct kernel *kernel, uint8_t protocol,
			       const struct kernel_owner *owner, const struct address *local,
			       uint32_t *spi)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct answer answer = { 0 };
	struct nl_msg *request = family_request(netlink, SEKI_CMD_SPI_ALLOC, 0);
	struct result result;

	NLA_PUT_U8(request, SEKI_A_SA_PROTO, ip_protocol(protocol));
	if (put_owner(request, owner) || put_address(request, SEKI_A_SA_LOCAL, local))
		goto nla_put_failure;
	result = channel_talk(&netlink->generic, "choice of an SPI", spi_visit, &answer);
	if (!failed(&result) && !answer.valid)
		result = fail(-EPROTO, "choice of an SPI: the kernel's answer holds none");
	*spi = answer.spi;
	return result;

nla_put_failure:
	return request_too_big(netlink, "choice of an SPI");
}

static struct result add_sa(struct kernel *kernel, const struct kernel_sa *sa)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct nl_msg *request = family_request(netlink, SEKI_CMD_SA_NEW, 0);

	if (put_sa(request, sa))
		return request_too_big(netlink, "new SA");
	return channel_talk(&netlink->generic, "new SA", NULL, NULL);
}

/* The module's code for what is not there is ESRCH. */
struct result gone_is_enoent(struct result result)
{
	if (result.code == -ESRCH)
		result.code = -ENOENT;
	return result;
}

static struct result delete_sa(struct kernel *kernel, const struct kernel_sa_id *id)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct nl_msg *request = family_request(netlink, SEKI_CMD_SA_DEL, 0);

	if (put_id(request, id))
		return request_too_big(netlink, "deletion of an SA");
	return gone_is_enoent(channel_talk(&netlink->generic, "deletion of an SA", NULL, NULL));
}

static struct result sa_set_endpoints(struct kernel *kernel, const struct kernel_sa_id *id,
				      const struct endpoint *local, const struct endpoint *remote)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct nl_msg *request = family_request(netlink, SEKI_CMD_SA_SET, 0);

	if (put_id(request, id) || put_address(request, SEKI_A_SA_NEW_LOCAL, &local->address) ||
	    put_address(request, SEKI_A_SA_NEW_REMOTE, &remote->address) ||
	    (local->port && put_encap(request, local->port, remote->port)))
		return request_too_big(netlink, "move of an SA");
	return gone_is_enoent(channel_talk(&netlink->generic, "move of an SA", NULL, NULL));
}

static uint64_t get_u64(const struct nlattr *attribute, uint64_t otherwise)
{
	return attribute ? nla_get_u64(attribute) : otherwise;
}

static void parse_drops(struct nlattr *nest, struct kernel_counters *counters)
{
	struct nlattr *drop;
	const char *name;
	int left;

	nla_for_each_nested(drop, nest, left)
	{
		if (nla_type(drop) == SEKI_A_DROPS_PAD || nla_len(drop) != sizeof(uint64_t))
			continue;
		counters->errors += nla_get_u64(drop);
		if (counters->drop_count == KERNEL_DROP_REASONS_MAX)
			continue;
		/* A newer module may have reasons that we cannot name. */
		name = kernel_drop_name(nla_type(drop));
		if (name)
			snprintf(counters->drops[counters->drop_count].name, KERNEL_NAME_MAX, "%s",
				 name);
		else
			snprintf(counters->drops[counters->drop_count].name, KERNEL_NAME_MAX,
				 "reason-%d", nla_type(drop));
		counters->drops[counters->drop_count++].count = nla_get_u64(drop);
	}
}

static void counters_visit(void *context, struct nlmsghdr *message)
{
	struct nlattr *tb[SEKI_A_SA_MAX + 1];
	struct answer *answer = context;
	struct kernel_counters *counters = answer->counters;

	if (genlmsg_parse(message, 0, tb, SEKI_A_SA_MAX, sa_policy) < 0)
		return;
	counters->packets = get_u64(tb[SEKI_A_SA_PACKETS], 0);
	counters->bytes = get_u64(tb[SEKI_A_SA_BYTES], 0);
	counters->sequence = get_u64(tb[SEKI_A_SA_SEQ], 0);
	counters->age_seconds = get_u64(tb[SEKI_A_SA_AGE], 0);
	counters->idle_seconds = get_u64(tb[SEKI_A_SA_IDLE], UINT64_MAX);
	if (tb[SEKI_A_SA_DROPS])
		parse_drops(tb[SEKI_A_SA_DROPS], counters);
	answer->valid = true;
}

static struct result get_counters(struct kernel *kernel, const struct kernel_sa_id *id,
				  struct kernel_counters *counters)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct answer answer = { .counters = counters };
	struct nl_msg *request;
	struct result result;

	memset(counters, 0, sizeof(*counters));
	counters->idle_seconds = UINT64_MAX;
	request = family_request(netlink, SEKI_CMD_SA_GET, 0);
	if (put_id(request, id))
		return request_too_big(netlink, "counters of an SA");
	result = channel_talk(&netlink->generic, "counters of an SA", counters_visit, &answer);
	if (!failed(&result) && !answer.valid)
		result = fail(-EPROTO, "counters of an SA: the kernel's answer cannot be read");
	return gone_is_enoent(result);
}

static struct result get_dropped(struct kernel *kernel, const struct kernel_owner *owner,
				 uint64_t *count)
{
	return owner->policy ? policy_dropped(kernel, owner->policy, count) :
			       link_dropped(kernel, owner->ifindex, count);
}

/* What a dump found: kept until its end, because receivers may use the channel. */
struct sa_list {
	struct sa_list_entry {
		struct kernel_sa_id id;
		struct kernel_owner owner;
		uint32_t state;
	} * entries;
	size_t count, capacity;
};

static void list_visit(void *context, struct nlmsghdr *message)
{
	struct nlattr *tb[SEKI_A_SA_MAX + 1];
	struct sa_list *list = context;
	struct sa_list_entry *entry;

	if (list->count == list->capacity) {
		list->capacity = list->capacity ? 2 * list->capacity : 64;
		list->entries =
			must_realloc(list->entries, list->capacity * sizeof(*list->entries));
	}
	entry = &list->entries[list->count];
	if (genlmsg_parse(message, 0, tb, SEKI_A_SA_MAX, sa_policy) < 0 ||
	    !sa_id_parse(tb, &entry->id))
		return;
	entry->owner = owner_parse(tb[SEKI_A_SA_IFINDEX], tb[SEKI_A_SA_POLICY]);
	entry->state = tb[SEKI_A_SA_STATE] ? nla_get_u32(tb[SEKI_A_SA_STATE]) : 0;
	list->count++;
}

/* The caller frees list->entries, in every case. */
static struct result list_sas(struct kernel_netlink *netlink, struct sa_list *list)
{
	struct result result;

	memset(list, 0, sizeof(*list));
	family_request(netlink, SEKI_CMD_SA_GET, NLM_F_DUMP);
	result = channel_talk(&netlink->generic, "list of SAs", list_visit, list);
	/* SAs come and go; those that were there all the time are in the list. */
	return result.code == -EINTR ? RESULT_OK : result;
}

static struct result each_sa(struct kernel *kernel,
			     void (*found)(void *context, const struct kernel_sa_id *id,
					   const struct kernel_owner *owner),
			     void *context)
{
	struct sa_list list;
	struct result result = list_sas(netlink_of(kernel), &list);
	size_t i;

	if (!failed(&result))
		for (i = 0; i < list.count; i++)
			found(context, &list.entries[i].id, &list.entries[i].owner);
	free(list.entries);
	return result;
}

const struct kernel_ops kernel_netlink_ops = {
	.alloc_spi = alloc_spi,
	.add_sa = add_sa,
	.delete_sa = delete_sa,
	.sa_set_endpoints = sa_set_endpoints,
	.get_counters = get_counters,
	.get_dropped = get_dropped,
	.each_sa = each_sa,
	.add_policy = policy_add,
	.delete_policy = policy_delete,
	.flush_policies = policy_flush,
	.each_policy = policy_each,
	.change_address = tunnel_change_address,
	.change_route = tunnel_change_route,
};

/* Soft limits may have been reported while we could not listen. */
static struct result repeat_soft_expiry(struct kernel_netlink *netlink)
{
	const struct kernel_events *events = &netlink->base.events;
	struct kernel_expire expire = { 0 };
	struct sa_list list;
	struct result result = list_sas(netlink, &list);
	size_t i;

	for (i = 0; !failed(&result) && events->expire && i < list.count; i++) {
		if (list.entries[i].state != SEKI_STATE_DYING)
			continue;
		expire.id = list.entries[i].id;
		expire.owner = list.entries[i].owner;
		events->expire(events->context, &expire);
	}
	free(list.entries);
	return result;
}

struct result kernel_netlink_resync(struct kernel *kernel)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct result result;

	/* Events from before the dump would be told after it, as if a tunnel
	 * had gone back to what it was.
	 */
	listener_drain(&netlink->links, link_event, netlink);
	result = link_dump(netlink);
	return failed(&result) ? result : repeat_soft_expiry(netlink);
}

/* The family itself */

static struct result family_learn(struct kernel_netlink *netlink, struct nlmsghdr *message)
{
	static const struct nla_policy policy[CTRL_ATTR_MAX + 1] = {
		[CTRL_ATTR_FAMILY_ID] = { .type = NLA_U16 },
		[CTRL_ATTR_MCAST_GROUPS] = { .type = NLA_NESTED },
	};
	static const struct nla_policy group_policy[CTRL_ATTR_MCAST_GRP_MAX + 1] = {
		[CTRL_ATTR_MCAST_GRP_NAME] = { .type = NLA_STRING },
		[CTRL_ATTR_MCAST_GRP_ID] = { .type = NLA_U32 },
	};
	struct nlattr *tb[CTRL_ATTR_MAX + 1], *group[CTRL_ATTR_MCAST_GRP_MAX + 1], *at;
	int left;

	if (genlmsg_parse(message, 0, tb, CTRL_ATTR_MAX, policy) < 0 || !tb[CTRL_ATTR_FAMILY_ID] ||
	    !tb[CTRL_ATTR_MCAST_GROUPS])
		return fail(-EPROTO, "the kernel does not describe its family " SEKI_FAMILY_NAME);
	netlink->family = nla_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	nla_for_each_nested(at, tb[CTRL_ATTR_MCAST_GROUPS], left)
	{
		if (nla_parse_nested(group, CTRL_ATTR_MCAST_GRP_MAX, at, group_policy) < 0 ||
		    !group[CTRL_ATTR_MCAST_GRP_NAME] || !group[CTRL_ATTR_MCAST_GRP_ID])
			continue;
		if (strcmp(nla_get_string(group[CTRL_ATTR_MCAST_GRP_NAME]), SEKI_MCGRP_EVENTS) == 0)
			return listener_join(&netlink->events,
					     nla_get_u32(group[CTRL_ATTR_MCAST_GRP_ID]));
	}
	return fail(-EPROTO, "the seki kernel module has no event group: it is of another version");
}

struct family_answer {
	struct kernel_netlink *netlink;
	struct result result;
};

static void family_visit(void *context, struct nlmsghdr *message)
{
	struct family_answer *answer = context;

	answer->result = family_learn(answer->netlink, message);
}

static struct result resolve_family(struct kernel_netlink *netlink)
{
	struct family_answer answer = { .netlink = netlink };
	struct genlmsghdr *header;
	struct nl_msg *request;
	struct result result;

	request = channel_request(&netlink->generic, GENL_ID_CTRL, 0, GENL_HDRLEN);
	header = nlmsg_data(nlmsg_hdr(request));
	header->cmd = CTRL_CMD_GETFAMILY;
	header->version = 1;
	if (nla_put_string(request, CTRL_ATTR_FAMILY_NAME, SEKI_FAMILY_NAME))
		return request_too_big(netlink, "search of the module");
	result = channel_talk(&netlink->generic, "search of the module", family_visit, &answer);
	if (result.code == -ENOENT)
		return fail(-ENOENT, "the seki kernel module is not loaded: modprobe seki");
	return failed(&result) ? result : answer.result;
}

struct result kernel_netlink_lend_socket(struct kernel *kernel, int fd)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct nl_msg *request = family_request(netlink, SEKI_CMD_ENCAP_SET, 0);

	if (nla_put_u32(request, SEKI_A_SOCKET_FD, (uint32_t)fd))
		return request_too_big(netlink, "loan of a UDP socket");
	return channel_talk(&netlink->generic, "loan of a UDP socket", NULL, NULL);
}

struct kernel *kernel_netlink_new(struct result *why)
{
	struct kernel_netlink *netlink = must_calloc(1, sizeof(*netlink));

	netlink->base.ops = &kernel_netlink_ops;
	*why = channel_open(&netlink->generic, NETLINK_GENERIC);
	if (!failed(why))
		*why = channel_open(&netlink->route, NETLINK_ROUTE);
	if (!failed(why))
		*why = listener_open(&netlink->events, NETLINK_GENERIC);
	if (!failed(why))
		*why = listener_open(&netlink->links, NETLINK_ROUTE);
	if (!failed(why))
		*why = listener_join(&netlink->links, RTNLGRP_LINK);
	if (!failed(why))
		*why = listener_join(&netlink->links, RTNLGRP_IPV4_IFADDR);
	if (!failed(why))
		*why = resolve_family(netlink);
	if (!failed(why))
		return &netlink->base;
	kernel_netlink_free(&netlink->base);
	return NULL;
}

void kernel_netlink_free(struct kernel *kernel)
{
	struct kernel_netlink *netlink = netlink_of(kernel);

	if (!kernel)
		return;
	listener_close(&netlink->links);
	listener_close(&netlink->events);
	channel_close(&netlink->route);
	channel_close(&netlink->generic);
	link_free(&netlink->tunnels);
	free(netlink);
}

void kernel_netlink_fds(const struct kernel *kernel, int fds[KERNEL_NETLINK_FDS])
{
	const struct kernel_netlink *netlink = (const struct kernel_netlink *)kernel;

	fds[0] = netlink->events.fd;
	fds[1] = netlink->links.fd;
}

void kernel_netlink_read(struct kernel *kernel, int fd)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct result result;

	if (fd == netlink->links.fd)
		result = listener_read(&netlink->links, link_event, netlink);
	else
		result = listener_read(&netlink->events, generic_event, netlink);
	if (result.code == -ENOBUFS) {
		log_line(LOG_KERNEL, "%s, asking for the state", result.why);
		result = kernel_netlink_resync(kernel);
	}
	if (failed(&result))
		log_line(LOG_ERROR, "kernel: %s", result.why);
}
