// SPDX-License-Identifier: GPL-2.0-or-later

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "base/memory.h"
#include "config/config.h"
#include "daemon/maps.h"
#include "ike/v1/ikev1.h"
#include "ike/v2/ikev2.h"
#include "sim.h"

#define START SECONDS(1000000)

const char sim_modern_1[] =
	"crypto ikev2 keyring K\n peer all\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key secret\n"
	"crypto ikev2 profile P\n match identity remote any\n authentication remote pre-share\n"
	" authentication local pre-share\n keyring local K\n lifetime 1000\n"
	"crypto ipsec profile I\n set ikev2-profile P\n set security-association lifetime seconds 300\n"
	"interface Tunnel0\n tunnel source 10.0.0.1\n tunnel mode ipsec ipv4\n"
	" tunnel destination 10.0.0.2\n tunnel protection ipsec profile I\n";
const char sim_modern_2[] =
	"crypto ikev2 keyring K\n peer all\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key secret\n"
	"crypto ikev2 profile P\n match identity remote any\n authentication remote pre-share\n"
	" authentication local pre-share\n keyring local K\n lifetime 1000\n"
	"crypto ipsec profile I\n set ikev2-profile P\n set security-association lifetime seconds 300\n"
	"interface Tunnel0\n tunnel source 10.0.0.2\n tunnel mode ipsec ipv4\n"
	" tunnel destination 10.0.0.1\n tunnel protection ipsec profile I\n";

static uint64_t next_random(struct sim *sim)
{
	/* xorshift64*: the same seed gives the same run */
	sim->random ^= sim->random >> 12;
	sim->random ^= sim->random << 25;
	sim->random ^= sim->random >> 27;
	return sim->random * 2685821657736338717ULL;
}

static bool chance(struct sim *sim, unsigned int percent)
{
	return next_random(sim) % 100 < percent;
}

static struct sim *sim_of_clock(struct clock *clock)
{
	return (struct sim *)clock;
}

static uint64_t virtual_time(struct clock *clock)
{
	return sim_of_clock(clock)->now;
}

/* --- log --- */

static void keep_line(void *context, enum log_topic topic, const char *line)
{
	struct sim *sim = context;

	(void)topic;
	if (sim->log_count == sim->log_capacity) {
		sim->log_capacity = sim->log_capacity ? 2 * sim->log_capacity : 1024;
		sim->log = must_realloc(sim->log, sim->log_capacity * sizeof(*sim->log));
	}
	snprintf(sim->log[sim->log_count++].text, sizeof(sim->log->text), "%s", line);
	if (getenv("SIM_LOG"))
		fprintf(stderr, "# %s\n", line);
}

bool sim_logged(const struct sim *sim, const char *part)
{
	for (size_t i = 0; i < sim->log_count; i++)
		if (strstr(sim->log[i].text, part))
			return true;
	return false;
}

/* --- kernel --- */

static struct sim_node *node_of_kernel(struct kernel *kernel)
{
	return container_of(kernel, struct sim_node, kernel);
}

static struct sim_sa *find_sa(struct sim_node *node, enum sa_direction direction, uint32_t spi)
{
	struct sim_sa *sa;

	TAILQ_FOREACH(sa, &node->sas, link)
		if (sa->sa.id.direction == direction && sa->sa.id.spi == spi)
			return sa;
	return NULL;
}

static struct sim_policy *find_policy(struct sim_node *node, uint32_t id)
{
	struct sim_policy *policy;

	TAILQ_FOREACH(policy, &node->policies, link)
		if (policy->policy.id == id)
			return policy;
	return NULL;
}

/* The SPI that an owner sends with. */
static uint32_t *current_of(struct sim_node *node, const struct kernel_owner *owner)
{
	return owner->policy ? &find_policy(node, owner->policy)->current_out : &node->current_out;
}

static struct result alloc_spi(struct kernel *kernel, uint8_t protocol,
			       const struct kernel_owner *owner, const struct address *local,
			       uint32_t *spi)
{
	struct sim_node *node = node_of_kernel(kernel);
	struct sim_sa *sa;

	if (node->fail_alloc) {
		node->fail_alloc--;
		return fail(-ENOMEM, "no memory for an SPI");
	}
	assert(owner->policy ? !!find_policy(node, owner->policy) :
			       owner->ifindex == node->tunnel.ifindex);
	do {
		*spi = 256 + next_random(node->sim) % 0xfffffe00;
	} while (find_sa(node, SA_INBOUND, *spi));
	sa = must_calloc(1, sizeof(*sa));
	sa->larval = true;
	sa->sa.owner = *owner;
	sa->sa.id = (struct kernel_sa_id){ SA_INBOUND, protocol, *spi, *local, {} };
	TAILQ_INSERT_TAIL(&node->sas, sa, link);
	return RESULT_OK;
}

static struct result add_sa(struct kernel *kernel, const struct kernel_sa *wish)
{
	struct sim_node *node = node_of_kernel(kernel);
	struct sim_sa *sa = find_sa(node, wish->id.direction, wish->id.spi);

	if (node->fail_add) {
		node->fail_add--;
		return fail(-ENOMEM, "no memory for an SA");
	}
	if (wish->id.direction == SA_INBOUND) {
		assert(sa && sa->larval); /* every inbound SPI was reserved */
	} else {
		if (sa)
			return fail(-EEXIST, "the SPI is in use");
		sa = must_calloc(1, sizeof(*sa));
		TAILQ_INSERT_TAIL(&node->sas, sa, link);
		if (!wish->bundled)
			*current_of(node, &wish->owner) = wish->id.spi;
	}
	if (wish->outer_spi) {
		struct sim_sa *outer = find_sa(node, wish->id.direction, wish->outer_spi);

		/* AH is there first, and waits for its ESP. */
		assert(outer && !outer->larval && outer->sa.bundled &&
		       outer->sa.id.protocol == PROTOCOL_AH && wish->id.protocol == PROTOCOL_ESP);
	}
	assert(!!wish->encr_key.len == !!wish->encr && !!wish->integ_key.len == !!wish->integ);
	assert(wish->id.protocol == PROTOCOL_AH ? !wish->encr && wish->integ : !!wish->encr);
	assert(address_equal(&wish->id.local, &node->tunnel.local));
	sa->larval = false;
	sa->sa = *wish;
	buffer_set(&sa->encr_key, wish->encr_key);
	buffer_set(&sa->integ_key, wish->integ_key);
	sa->sa.encr_key = buffer_bytes(&sa->encr_key);
	sa->sa.integ_key = buffer_bytes(&sa->integ_key);
	return RESULT_OK;
}

static void free_sa(struct sim_node *node, struct sim_sa *sa)
{
	TAILQ_REMOVE(&node->sas, sa, link);
	buffer_free(&sa->encr_key);
	buffer_free(&sa->integ_key);
	free(sa);
}

static struct result delete_sa(struct kernel *kernel, const struct kernel_sa_id *id)
{
	struct sim_node *node = node_of_kernel(kernel);
	struct sim_sa *sa = find_sa(node, id->direction, id->spi);
	struct kernel_owner owner;
	uint32_t *current;

	if (!sa)
		return fail(-ENOENT, "no such SA");
	owner = sa->sa.owner;
	current = current_of(node, &owner);
	free_sa(node, sa);
	if (id->direction == SA_OUTBOUND && *current == id->spi) {
		/* as the module does: the newest that is left takes over */
		*current = 0;
		TAILQ_FOREACH(sa, &node->sas, link)
			if (sa->sa.id.direction == SA_OUTBOUND && !sa->sa.bundled &&
			    current_of(node, &sa->sa.owner) == current)
				*current = sa->sa.id.spi;
	}
	return RESULT_OK;
}

static struct result sa_set_endpoints(struct kernel *kernel, const struct kernel_sa_id *id,
				      const struct endpoint *local, const struct endpoint *remote)
{
	struct sim_sa *sa = find_sa(node_of_kernel(kernel), id->direction, id->spi);

	if (!sa || sa->larval)
		return fail(-ENOENT, "no such SA");
	/* The id tells where the SA was, and encapsulation neither begins nor ends. */
	assert(address_equal(&sa->sa.id.local, &id->local));
	assert(address_equal(&sa->sa.id.remote, &id->remote));
	assert(!sa->sa.local_port == !local->port && !sa->sa.remote_port == !remote->port);
	sa->sa.id.local = local->address;
	sa->sa.id.remote = remote->address;
	sa->sa.local_port = local->port;
	sa->sa.remote_port = remote->port;
	return RESULT_OK;
}

static struct result get_counters(struct kernel *kernel, const struct kernel_sa_id *id,
				  struct kernel_counters *counters)
{
	struct sim_sa *sa = find_sa(node_of_kernel(kernel), id->direction, id->spi);

	if (!sa)
		return fail(-ENOENT, "no such SA");
	memset(counters, 0, sizeof(*counters));
	counters->packets = sa->packets;
	counters->bytes = sa->packets * 100;
	counters->idle_seconds =
		sa->packets ? (node_of_kernel(kernel)->sim->now - sa->last_packet) / SECONDS(1) :
			      UINT64_MAX;
	return RESULT_OK;
}

static struct result get_dropped(struct kernel *kernel, const struct kernel_owner *owner,
				 uint64_t *count)
{
	(void)owner;
	*count = node_of_kernel(kernel)->lost_no_sa;
	return RESULT_OK;
}

static struct result each_sa(struct kernel *kernel,
			     void (*found)(void *context, const struct kernel_sa_id *id,
					   const struct kernel_owner *owner),
			     void *context)
{
	struct sim_node *node = node_of_kernel(kernel);
	struct sim_sa *sa;

	TAILQ_FOREACH(sa, &node->sas, link)
		if (!sa->larval)
			found(context, &sa->sa.id, &sa->sa.owner);
	return RESULT_OK;
}

static struct result add_policy(struct kernel *kernel, const struct kernel_policy *wish,
				uint32_t *id)
{
	struct sim_node *node = node_of_kernel(kernel);
	struct sim_policy *policy, *after;

	if (wish->id && find_policy(node, wish->id))
		return fail(-EEXIST, "the policy's number is in use");
	assert(wish->ifindex && wish->source.address.family == wish->destination.address.family);
	policy = must_calloc(1, sizeof(*policy));
	policy->policy = *wish;
	policy->policy.id = *id = wish->id ? wish->id : ++node->last_policy;
	/* in the order in which they decide */
	TAILQ_FOREACH(after, &node->policies, link)
		if (after->policy.priority > wish->priority)
			break;
	if (after)
		TAILQ_INSERT_BEFORE(after, policy, link);
	else
		TAILQ_INSERT_TAIL(&node->policies, policy, link);
	return RESULT_OK;
}

static void free_policy(struct sim_node *node, struct sim_policy *policy)
{
	struct sim_sa *sa, *next;

	for (sa = TAILQ_FIRST(&node->sas); sa; sa = next) {
		next = TAILQ_NEXT(sa, link);
		if (sa->sa.owner.policy == policy->policy.id)
			free_sa(node, sa);
	}
	TAILQ_REMOVE(&node->policies, policy, link);
	free(policy);
}

static struct result delete_policy(struct kernel *kernel, uint32_t id)
{
	struct sim_node *node = node_of_kernel(kernel);
	struct sim_policy *policy = find_policy(node, id);

	if (!policy)
		return fail(-ENOENT, "no such policy");
	free_policy(node, policy);
	return RESULT_OK;
}

static struct result flush_policies(struct kernel *kernel, uint32_t ifindex)
{
	struct sim_node *node = node_of_kernel(kernel);
	struct sim_policy *policy, *next;

	for (policy = TAILQ_FIRST(&node->policies); policy; policy = next) {
		next = TAILQ_NEXT(policy, link);
		if (!ifindex || policy->policy.ifindex == ifindex)
			free_policy(node, policy);
	}
	return RESULT_OK;
}

static struct result each_policy(struct kernel *kernel,
				 void (*found)(void *context, const struct kernel_policy *policy),
				 void *context)
{
	struct sim_node *node = node_of_kernel(kernel);
	struct sim_policy *policy;

	TAILQ_FOREACH(policy, &node->policies, link)
		found(context, &policy->policy);
	return RESULT_OK;
}

/* What is there is not made again, what is not there cannot go: the daemon keeps count. */
static struct result change(struct sim_prefixes *list, const struct prefix *prefix, bool add)
{
	size_t i = 0;

	while (i < list->count && !prefix_equal(&list->items[i], prefix))
		i++;
	if (add && i == list->count) {
		assert(i < SIM_PREFIXES_MAX);
		list->items[list->count++] = *prefix;
	} else if (!add) {
		assert(i < list->count);
		list->items[i] = list->items[--list->count];
	}
	return RESULT_OK;
}

static struct result change_address(struct kernel *kernel, uint32_t ifindex,
				    const struct prefix *address, bool add)
{
	return change(&node_of_kernel(kernel)->addresses, address, add);
}

static struct result change_route(struct kernel *kernel, uint32_t ifindex,
				  const struct prefix *destination, bool add)
{
	return change(&node_of_kernel(kernel)->routes, destination, add);
}

bool sim_has(const struct sim_prefixes *list, const char *text)
{
	struct address address;

	assert(address_parse(text, &address));
	for (size_t i = 0; i < list->count; i++)
		if (address_equal(&list->items[i].address, &address))
			return true;
	return false;
}

static const struct kernel_ops kernel_ops = {
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
	.change_address = change_address,
	.change_route = change_route,
};

/* Does what one end sends with this SPI arrive in an SA like it? The receiver's, or NULL. */
static struct sim_sa *carry(struct sim *sim, int index, uint32_t spi)
{
	struct sim_node *from = &sim->nodes[index], *to = &sim->nodes[!index];
	struct sim_sa *out = spi ? find_sa(from, SA_OUTBOUND, spi) : NULL;
	struct sim_sa *in = out ? find_sa(to, SA_INBOUND, spi) : NULL;

	if (!out || !in || in->larval) {
		from->lost_no_sa++;
		return NULL;
	}
	assert(bytes_equal(buffer_bytes(&out->encr_key), buffer_bytes(&in->encr_key)));
	assert(bytes_equal(buffer_bytes(&out->integ_key), buffer_bytes(&in->integ_key)));
	assert(out->sa.encr == in->sa.encr && out->sa.integ == in->sa.integ &&
	       out->sa.esn == in->sa.esn && out->sa.mode == in->sa.mode &&
	       out->sa.id.protocol == in->sa.id.protocol);
	/* What AH is around, at both ends */
	assert(out->sa.outer_spi == in->sa.outer_spi);
	if (out->sa.outer_spi && !carry(sim, index, out->sa.outer_spi))
		return NULL;
	out->packets++;
	in->packets++;
	out->last_packet = in->last_packet = sim->now;
	return in;
}

bool sim_ping(struct sim *sim, int index)
{
	return carry(sim, index, sim->nodes[index].current_out) != NULL;
}

uint32_t sim_ping_policy(struct sim *sim, int index, uint32_t id)
{
	struct sim_sa *in = carry(sim, index, find_policy(&sim->nodes[index], id)->current_out);

	return in ? in->sa.owner.policy : 0;
}

uint32_t sim_add_policy(struct sim *sim, int index, struct kernel_policy policy)
{
	struct sim_node *node = &sim->nodes[index];
	struct result result;

	policy.ifindex = 3;
	policy.local = node->tunnel.local;
	policy.remote = node->tunnel.remote;
	strcpy(policy.profile, node->tunnel.profile);
	result = node->kernel.ops->add_policy(&node->kernel, &policy, &policy.id);
	assert(!failed(&result));
	ike_add_flow(node->ike, &policy, "eth0", "MAP");
	return policy.id;
}

static bool find_device(void *context, const struct interface_config *stanza,
			struct map_device *device)
{
	struct sim_node *node = context;

	*device = (struct map_device){ 3, "eth0", node->tunnel.local };
	return !strcmp(stanza->name, "Serial0") || !strcmp(stanza->name, "eth0");
}

static struct policy *load(const char *config)
{
	struct config_report report;
	struct policy *policy;
	struct result result;

	config_report_init(&report);
	result = config_load_text("sim", bytes_of_string(config), &report, &policy);
	if (failed(&result)) {
		config_report_print(&report, stderr);
		abort();
	}
	config_report_free(&report);
	return policy;
}

void sim_maps(struct sim *sim, int index, const char *config)
{
	struct sim_node *node = &sim->nodes[index];
	struct policy *old = NULL;

	if (config) {
		old = node->policy;
		node->policy = load(config);
		ike_set_policy(node->ike, node->policy);
	}
	if (!node->maps)
		node->maps = maps_new(&node->kernel, node->ike, find_device, node);
	assert(maps_apply(node->maps, node->policy, NULL) == 0);
	policy_free(old);
}

uint32_t sim_flow(const struct sim *sim, int index, const char *destination)
{
	struct sim_policy *policy;
	struct address address;

	assert(address_parse(destination, &address));
	TAILQ_FOREACH(policy, &sim->nodes[index].policies, link)
		if (address_equal(&policy->policy.destination.address, &address))
			return policy->policy.id;
	return 0;
}

void sim_acquire(struct sim *sim, int index, uint32_t policy)
{
	struct kernel_acquire acquire = { .owner = { .ifindex = 3, .policy = policy } };
	struct sim_node *node = &sim->nodes[index];

	node->kernel.events.acquire(node->kernel.events.context, &acquire);
}

void sim_ping_lost(struct sim *sim, int index)
{
	struct sim_node *from = &sim->nodes[index];
	struct sim_sa *out = find_sa(from, SA_OUTBOUND, from->current_out);

	assert(out);
	out->packets++;
	out->last_packet = sim->now;
}

/* --- network and workers --- */

static void enqueue(struct sim *sim, struct sim_message *message)
{
	message->due = sim->now + sim->delay;
	if (chance(sim, sim->reorder))
		message->due += next_random(sim) % (20 * sim->delay + 1);
	message->order = sim->order++;
	TAILQ_INSERT_TAIL(&sim->wire, message, link);
}

static void put_on_wire(struct sim *sim, int to, const struct endpoint *from,
			const struct endpoint *at, struct bytes octets)
{
	struct sim_message *message = must_calloc(1, sizeof(*message));

	message->to = to;
	message->from = *from;
	message->at = *at;
	buffer_put(&message->octets, octets);
	sim->sent++;
	if (sim->cut || chance(sim, sim->loss) || (sim->filter && !sim->filter(sim, message))) {
		sim->lost++;
		buffer_free(&message->octets);
		free(message);
		return;
	}
	enqueue(sim, message);
}

void sim_inject(struct sim *sim, int to, const struct endpoint *from, struct bytes octets)
{
	struct endpoint at = { sim->nodes[to].tunnel.local, IKE_PORT };
	struct sim_message *message = must_calloc(1, sizeof(*message));

	message->to = to;
	message->from = *from;
	message->at = at;
	buffer_put(&message->octets, octets);
	enqueue(sim, message);
}

static struct result net_send(struct net *net, const struct endpoint *local,
			      const struct endpoint *remote, struct bytes octets)
{
	struct sim_node *node = container_of(net, struct sim_node, net);
	struct sim *sim = node->sim;

	put_on_wire(sim, !node->index, local, remote, octets);
	if (chance(sim, sim->repeat))
		put_on_wire(sim, !node->index, local, remote, octets);
	return RESULT_OK;
}

static struct result net_keepalive(struct net *net, const struct endpoint *local,
				   const struct endpoint *remote)
{
	struct sim_node *node = container_of(net, struct sim_node, net);
	static const uint8_t octet[1] = { 0xff };

	put_on_wire(node->sim, !node->index, local, remote, BYTES(octet));
	return RESULT_OK;
}

static const struct net_ops net_ops = { .send = net_send, .keepalive = net_keepalive };

static void submit(struct workers *workers, struct work *work)
{
	struct sim_node *node = container_of(workers, struct sim_node, workers);

	TAILQ_INSERT_TAIL(&node->sim->works, work, link);
}

/* --- running --- */

static void start_node(struct sim_node *node)
{
	struct sim *sim = node->sim;
	struct ike_env env = {
		.kernel = &node->kernel,
		.net = &node->net,
		.timers = &sim->timers,
		.workers = &node->workers,
	};

	node->ike = ike_new(&env, node->policy);
	ike_add_version(node->ike, &ikev2);
	ike_add_version(node->ike, &ikev1);
}

static void node_init(struct sim *sim, int index, const char *config)
{
	struct sim_node *node = &sim->nodes[index];

	node->sim = sim;
	node->index = index;
	node->kernel.ops = &kernel_ops;
	node->net.ops = &net_ops;
	node->workers.submit = submit;
	TAILQ_INIT(&node->sas);
	TAILQ_INIT(&node->policies);
	node->policy = load(config);
	node->tunnel = (struct kernel_tunnel){
		.ifindex = 7,
		.name = "tunnel0",
		.local = address_of_ipv4(0x0a000001 + index),
		.remote = address_of_ipv4(0x0a000002 - index),
		.mtu = 1400,
	};
	snprintf(node->tunnel.profile, sizeof(node->tunnel.profile), "%s",
		 TAILQ_FIRST(&node->policy->ipsec_profiles)->name);
	start_node(node);
}

struct sim *sim_new(uint64_t seed, const char *config_1, const char *config_2)
{
	struct sim *sim = must_calloc(1, sizeof(*sim));
	struct result result = cryptox_start(true);

	assert(!failed(&result));
	sim->clock.monotonic = virtual_time;
	sim->clock.realtime = virtual_time;
	sim->now = START;
	sim->random = seed * 0x9e3779b97f4a7c15ULL + 1;
	sim->delay = MILLISECONDS(5);
	TAILQ_INIT(&sim->wire);
	TAILQ_INIT(&sim->works);
	timers_init(&sim->timers, &sim->clock);
	log_set_clock(&sim->clock);
	log_set_sink(keep_line, sim);
	log_set(LOG_IKEV2_INTERNAL, true);
	log_set(LOG_IKEV2_EVENT, true);
	log_set(LOG_IKEV2_KEEPALIVE, true);
	log_set(LOG_IKEV2_INVALID_SPI, true);
	log_set(LOG_IKEV2_ERROR, true);
	log_set(LOG_ISAKMP, true);
	log_set(LOG_ISADB, true);
	log_set(LOG_IPSEC, true);
	log_set(LOG_ENGINE, true);
	node_init(sim, 0, config_1);
	node_init(sim, 1, config_2);
	return sim;
}

static void drop_wire(struct sim *sim)
{
	struct sim_message *message;
	struct work *work;

	while ((message = TAILQ_FIRST(&sim->wire))) {
		TAILQ_REMOVE(&sim->wire, message, link);
		buffer_free(&message->octets);
		free(message);
	}
	while ((work = TAILQ_FIRST(&sim->works))) {
		TAILQ_REMOVE(&sim->works, work, link);
		work->run(work);
		work->done(work);
	}
}

void sim_free(struct sim *sim)
{
	for (int i = 0; i < 2; i++) {
		struct sim_node *node = &sim->nodes[i];

		ike_free(node->ike);
		maps_free(node->maps);
		while (!TAILQ_EMPTY(&node->sas))
			free_sa(node, TAILQ_FIRST(&node->sas));
		flush_policies(&node->kernel, 0);
		policy_free(node->policy);
	}
	drop_wire(sim);
	assert(sim->timers.count == 0); /* whatever still ran would be a dangling pointer */
	timers_free(&sim->timers);
	log_set_sink(NULL, NULL);
	log_set_clock(&system_clock);
	free(sim->log);
	free(sim);
}

void sim_restart(struct sim *sim, int index)
{
	struct sim_node *node = &sim->nodes[index];
	struct sim_sa *sa, *next;

	ike_free(node->ike);
	maps_free(node->maps);
	node->maps = NULL;
	for (sa = TAILQ_FIRST(&node->sas); sa; sa = next) {
		next = TAILQ_NEXT(sa, link);
		if (sa->larval)
			free_sa(node, sa);
	}
	start_node(node);
	if (node->tunnel.up)
		node->kernel.events.tunnel_seen(node->kernel.events.context, &node->tunnel);
}

void sim_set_up(struct sim *sim, int index, bool up)
{
	struct sim_node *node = &sim->nodes[index];

	node->tunnel.up = up;
	node->kernel.events.tunnel_seen(node->kernel.events.context, &node->tunnel);
}

static struct sim_message *next_message(struct sim *sim)
{
	struct sim_message *message, *best = NULL;

	TAILQ_FOREACH(message, &sim->wire, link)
		if (!best || message->due < best->due ||
		    (message->due == best->due && message->order < best->order))
			best = message;
	return best;
}

static void deliver(struct sim *sim, struct sim_message *message)
{
	struct sim_node *node = &sim->nodes[message->to];

	TAILQ_REMOVE(&sim->wire, message, link);
	if (message->octets.len == 1 && message->octets.data[0] == 0xff)
		node->keepalives++;
	else
		node->net.receive(node->net.context, &message->at, &message->from,
				  buffer_bytes(&message->octets));
	buffer_free(&message->octets);
	free(message);
}

/* One thing happens, or time goes on; false when nothing is left before @end. */
static bool step(struct sim *sim, uint64_t end)
{
	struct work *work = TAILQ_FIRST(&sim->works);
	struct sim_message *message = next_message(sim);
	uint64_t timer = timers_next(&sim->timers);
	uint64_t next = end;

	if (work) {
		TAILQ_REMOVE(&sim->works, work, link);
		work->run(work);
		work->done(work);
		return true;
	}
	if (timer != UINT64_MAX && sim->now + timer < next)
		next = sim->now + timer;
	if (message && message->due <= next) {
		if (message->due > sim->now)
			sim->now = message->due;
		deliver(sim, message);
		return true;
	}
	if (next >= end)
		return false;
	sim->now = next;
	timers_run(&sim->timers);
	return true;
}

bool sim_run_until(struct sim *sim, uint64_t microseconds, bool (*condition)(struct sim *sim))
{
	uint64_t end = sim->now + microseconds;

	for (;;) {
		if (condition && condition(sim))
			return true;
		if (!step(sim, end))
			break;
	}
	sim->now = end;
	return condition && condition(sim);
}

void sim_run(struct sim *sim, uint64_t microseconds)
{
	sim_run_until(sim, microseconds, NULL);
}

bool sim_idle(struct sim *sim)
{
	return TAILQ_EMPTY(&sim->wire) && TAILQ_EMPTY(&sim->works);
}

bool sim_both_up(struct sim *sim)
{
	return sim->nodes[0].current_out && sim->nodes[1].current_out && sim_idle(sim);
}

static void count_sa(void *context, const struct ike_sa_facts *facts)
{
	size_t *count = context;

	(void)facts;
	(*count)++;
}

size_t sim_count_sas(const struct sim *sim, int node)
{
	size_t count = 0;

	ike_each_sa(sim->nodes[node].ike, count_sa, &count);
	return count;
}

size_t sim_count_kernel(const struct sim *sim, int node)
{
	const struct sim_sa *sa;
	size_t count = 0;

	TAILQ_FOREACH(sa, &sim->nodes[node].sas, link)
		count++;
	return count;
}

uint64_t sim_stat(const struct sim *sim, int node, enum ike_stat stat)
{
	return ike_stat(sim->nodes[node].ike, stat);
}
