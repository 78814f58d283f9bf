// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/none.h"

#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/memory.h"
#include "cryptox/cryptox.h"

struct kernel_none {
	struct kernel base;
	uint32_t last_policy;
};

static struct result alloc_spi(struct kernel *kernel, uint8_t protocol,
			       const struct kernel_owner *owner, const struct address *local,
			       uint32_t *spi)
{
	do
		random_fill(spi, sizeof(*spi));
	while (*spi < 256); /* reserved, RFC 4303 section 2.1 */
	return RESULT_OK;
}

static struct result add_sa(struct kernel *kernel, const struct kernel_sa *sa)
{
	return RESULT_OK;
}

static struct result delete_sa(struct kernel *kernel, const struct kernel_sa_id *id)
{
	return RESULT_OK;
}

static struct result sa_set_endpoints(struct kernel *kernel, const struct kernel_sa_id *id,
				      const struct endpoint *local, const struct endpoint *remote)
{
	return RESULT_OK;
}

static struct result get_counters(struct kernel *kernel, const struct kernel_sa_id *id,
				  struct kernel_counters *counters)
{
	memset(counters, 0, sizeof(*counters));
	counters->idle_seconds = UINT64_MAX;
	return RESULT_OK;
}

static struct result get_dropped(struct kernel *kernel, const struct kernel_owner *owner,
				 uint64_t *count)
{
	*count = 0;
	return RESULT_OK;
}

static struct result each_sa(struct kernel *kernel,
			     void (*found)(void *context, const struct kernel_sa_id *id,
					   const struct kernel_owner *owner),
			     void *context)
{
	return RESULT_OK;
}

static struct result add_policy(struct kernel *kernel, const struct kernel_policy *policy,
				uint32_t *id)
{
	struct kernel_none *none = container_of(kernel, struct kernel_none, base);

	*id = policy->id ? policy->id : ++none->last_policy;
	return RESULT_OK;
}

static struct result delete_policy(struct kernel *kernel, uint32_t id)
{
	return RESULT_OK;
}

static struct result flush_policies(struct kernel *kernel, uint32_t ifindex)
{
	return RESULT_OK;
}

static struct result each_policy(struct kernel *kernel,
				 void (*found)(void *context, const struct kernel_policy *policy),
				 void *context)
{
	return RESULT_OK;
}

static struct result change(struct kernel *kernel, uint32_t ifindex, const struct prefix *prefix,
			    bool add)
{
	return RESULT_OK;
}

static const struct kernel_ops none_ops = {
	.alloc_spi = alloc_spi,
	.add_sa = add_sa,
	.delete_sa = delete_sa,
	.sa_set_endpoints = sa_set_endpoints,
	.get_counters = get_counters,
	.get_dropped = get_dropped,
	.each_sa = each_sa,
	.add_policy = add_policy,
	.delete_policy = delete_policy,
	.flush_policies = flush_policies,
	.each_policy = each_policy,
	.change_address = change,
	.change_route = change,
};

struct kernel *kernel_none_new(void)
{
	struct kernel_none *none = must_calloc(1, sizeof(*none));

	none->base.ops = &none_ops;
	return &none->base;
}

void kernel_none_free(struct kernel *kernel)
{
	free(kernel ? container_of(kernel, struct kernel_none, base) : NULL);
}

void kernel_none_tell(struct kernel *kernel, const struct kernel_tunnel *tunnel)
{
	if (kernel->events.tunnel_seen)
		kernel->events.tunnel_seen(kernel->events.context, tunnel);
}

void kernel_none_tell_gone(struct kernel *kernel, uint32_t ifindex)
{
	if (kernel->events.tunnel_gone)
		kernel->events.tunnel_gone(kernel->events.context, ifindex);
}
