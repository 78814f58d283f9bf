// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The engine: IKE SAs by SPI, dispatch by version, orders of the
 * administrator. Single threaded; see daemon/loop.c.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "base/memory.h"
#include "ike/facts.h"
#include "ike/sa.h"
#include "ike/yamaha.h"

uint64_t ike_now(const struct ike *ike)
{
	struct clock *clock = ike->env.timers->clock;

	return clock->monotonic(clock);
}

bool ike_noise_allowed(struct ike *ike)
{
	if (ike_now(ike) - ike->noise_since > SECONDS(10)) {
		ike->noise_since = ike_now(ike);
		ike->noise = 0;
	}
	return ike->noise++ < 20;
}

static void bury_all(struct timer *timer)
{
	struct ike *ike = container_of(timer, struct ike, burial);
	struct ike_sa *sa;

	while ((sa = TAILQ_FIRST(&ike->graveyard))) {
		TAILQ_REMOVE(&ike->graveyard, sa, link);
		sa->release(sa);
	}
}

/* Row L05 */
static void switch_isakmp(struct ike *ike)
{
	bool on = policy_has_isakmp(ike->policy);

	if (on != ike->isakmp_on)
		log_line(LOG_NOTICE, "%%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is %s", on ? "ON" : "OFF");
	ike->isakmp_on = on;
}

struct ike *ike_new(const struct ike_env *env, const struct policy *policy)
{
	struct ike *ike = must_calloc(1, sizeof(*ike));

	ike->env = *env;
	ike->policy = policy;
	log_configure(policy->log_style, policy->log_topics);
	TAILQ_INIT(&ike->sas);
	TAILQ_INIT(&ike->graveyard);
	TAILQ_INIT(&ike->tunnels);
	for (size_t i = 0; i < CLIENT_LISTS; i++)
		TAILQ_INIT(&ike->clients[i]);
	leases_init(&ike->leases);
	ike->burial.fire = bury_all;
	env->net->receive = ike_receive;
	env->net->context = ike;
	env->kernel->events = ike_kernel_events(ike);
	switch_isakmp(ike);
	return ike;
}

void ike_add_version(struct ike *ike, const struct ike_version *version)
{
	for (size_t i = 0; i < VERSIONS_MAX; i++) {
		if (!ike->versions[i]) {
			ike->versions[i] = version;
			return;
		}
	}
}

void ike_free(struct ike *ike)
{
	struct tunnel *tunnel;

	ike->shutting_down = true;
	while (!TAILQ_EMPTY(&ike->sas)) {
		struct ike_sa *sa = TAILQ_FIRST(&ike->sas);

		sa->version->drop(sa);
	}
	bury_all(&ike->burial);
	timer_stop(ike->env.timers, &ike->burial);
	while ((tunnel = TAILQ_FIRST(&ike->tunnels)))
		tunnel_free(tunnel);
	leases_free(&ike->leases);
	leftovers_free(ike);
	free(ike->numbers.sas);
	secret_wipe(&ike->cookie_secrets, sizeof(ike->cookie_secrets));
	ticket_forget_all(ike);
	free(ike);
}

const struct ike_version *ike_version_of(const struct ike *ike, uint8_t number)
{
	for (size_t i = 0; i < VERSIONS_MAX && ike->versions[i]; i++)
		if (ike->versions[i]->number == number)
			return ike->versions[i];
	return NULL;
}

/* Which has a log of its own. */
static bool is_version_1(struct bytes datagram)
{
	return datagram.len >= IKE_HEADER_SIZE && datagram.data[17] >> 4 == 1;
}

void ike_receive(void *context, const struct endpoint *local, const struct endpoint *remote,
		 struct bytes datagram)
{
	struct ike *ike = context;
	const struct ike_version *version;
	struct ike_header header;
	struct result result;
	char text[ADDRESS_TEXT];

	ike->stats[IKE_STAT_RECEIVED]++;
	if (!is_version_1(datagram))
		log_line(LOG_IKEV2_INTERNAL, "Got a packet from dispatcher");
	result = header_parse(datagram, &header);
	if (failed(&result)) {
		ike->stats[IKE_STAT_DROP_MALFORMED]++;
		log_line(LOG_IKEV2_ERROR, "message from %s dropped: %s",
			 endpoint_format(remote, text), result.why);
		return;
	}
	version = ike_version_of(ike, header.version >> 4);
	if (!version) {
		/* The newest version answers what it does not know (RFC 7296 section 2.5). */
		ike->stats[IKE_STAT_DROP_VERSION]++;
		log_line(LOG_IKEV2_ERROR,
			 "message from %s dropped: IKE version %u.%u is not supported",
			 endpoint_format(remote, text), header.version >> 4, header.version & 15);
		if (header.version >> 4 <= 2 || !ike_version_of(ike, 2))
			return;
		version = ike_version_of(ike, 2);
	}
	if (!is_version_1(datagram))
		log_line(LOG_IKEV2_INTERNAL, "Processing an item off the pak queue");
	version->receive(ike, local, remote, datagram, &header);
}

const struct identity *client_identity(const struct ike_sa *sa)
{
	return sa->client_id.type != ID_NONE ? &sa->client_id : &sa->remote_id;
}

void ike_sa_register(struct ike *ike, struct ike_sa *sa)
{
	sa->ike = ike;
	sa->created_at = ike_now(ike);
	TAILQ_INIT(&sa->children);
	ike_table_enter(ike, sa);
	if (!sa->session_id)
		sa->session_id = ++ike->last_session_id;
	yamaha_sa(sa, LOG_IKEV2_INFO, "temporarily assigned");
}

static uint64_t *negotiating(struct ike_sa *sa)
{
	return &sa->ike->stats[sa->initiator ? IKE_STAT_OUTGOING_NEGOTIATING :
					       IKE_STAT_INCOMING_NEGOTIATING];
}

void ike_sa_admit(struct ike_sa *sa)
{
	sa->admitted = true;
	sa->ike->stats[IKE_STAT_ADMITTED]++;
	++*negotiating(sa);
}

/* It no longer negotiates. */
static void discharge(struct ike_sa *sa)
{
	if (sa->admitted)
		--*negotiating(sa);
	sa->admitted = false;
}

void ike_sa_bury(struct ike_sa *sa, void (*release)(struct ike_sa *sa))
{
	struct ike *ike = sa->ike;
	struct child_sa *child;

	if (sa->dead)
		return;
	sa->dead = true;
	sa->release = release;
	yamaha_sa(sa, LOG_IKEV2_INFO, "deleted");
	discharge(sa);
	if (sa->established)
		ike->stats[IKE_STAT_ACTIVE]--;
	while ((child = TAILQ_FIRST(&sa->children)))
		child_sa_orphan(child);
	ike_table_leave(ike, sa);
	TAILQ_INSERT_TAIL(&ike->graveyard, sa, link);
	timer_start(ike->env.timers, &ike->burial, 0);
}

void ike_sa_established(struct ike_sa *sa)
{
	struct ike *ike = sa->ike;

	if (sa->established)
		return;
	discharge(sa);
	sa->mib_index = ++ike->last_mib_index;
	ike->stats[IKE_STAT_ACTIVE]++;
	ike->stats[IKE_STAT_ESTABLISHED]++;
	sa->established = true;
	clients_enter(sa);
	sa->established_at = ike_now(ike);
	yamaha_sa(sa, LOG_IKEV2_INFO, "established");
}

bool proposal_is_legacy(const struct proposal *proposal)
{
	for (size_t i = 0; i < proposal->count; i++)
		if (transform_is_legacy(&proposal->transforms[i]))
			return true;
	return false;
}

uint64_t ike_rekey_delay(const struct ike *ike, uint64_t seconds, bool initiator)
{
	uint64_t percent = ike->policy->rekey_margin_percent;
	uint64_t room = SECONDS(seconds) / 100 * (100 - percent);
	uint64_t delay = SECONDS(seconds) / 100 * percent;
	uint64_t random = random_u64() % (room / 4 + 1);

	/*
	 * Both ends have the same lifetime as a rule. Whoever began the SA
	 * goes first, the other one only when nothing has happened, so that
	 * simultaneous rekeys are rare; the jitter keeps many tunnels apart.
	 */
	return initiator ? delay - random % (delay / 4 + 1) : delay + room / 2 + random;
}

void ike_set_policy(struct ike *ike, const struct policy *policy)
{
	struct ike_sa *sa, *next;
	struct tunnel *tunnel;

	/* First: what ends below may begin again at once, and must not with the old one. */
	ike->policy = policy;
	ticket_forget_all(ike);
	log_configure(policy->log_style, policy->log_topics);
	switch_isakmp(ike);
	for (sa = TAILQ_FIRST(&ike->sas); sa; sa = next) {
		const struct ikev2_profile *profile = NULL;

		next = TAILQ_NEXT(sa, link);
		if (sa->version->rebind) {
			if (!sa->version->rebind(sa, policy))
				sa->version->close(sa);
			continue;
		}
		if (sa->profile)
			TAILQ_FOREACH(profile, &policy->ikev2_profiles, link)
				if (!strcmp(profile->name, sa->profile->name))
					break;
		if (sa->profile && !profile) {
			log_line(LOG_NOTICE,
				 "IKE SA %u is deleted: profile %s is no longer configured", sa->id,
				 sa->profile->name);
			sa->profile = NULL;
			sa->version->close(sa);
			continue;
		}
		sa->profile = profile;
	}
	TAILQ_FOREACH(tunnel, &ike->tunnels, link)
		tunnel_reconfigure(tunnel);
}

static bool sa_fits(const struct ike_sa *sa, const struct sa_filter *filter)
{
	return !filter || ((!filter->version || sa->version->number == filter->version) &&
			   (!filter->id || sa->id == filter->id) &&
			   (!filter->remote || address_equal(&sa->remote.address, filter->remote)));
}

size_t ike_clear_sas(struct ike *ike, const struct sa_filter *filter)
{
	struct ike_sa *sa, *next;
	size_t count = 0;

	for (sa = TAILQ_FIRST(&ike->sas); sa; sa = next) {
		next = TAILQ_NEXT(sa, link);
		if (!sa_fits(sa, filter))
			continue;
		count++;
		sa->version->close(sa);
	}
	return count;
}

size_t ike_clear_sas_alone(struct ike *ike, const struct sa_filter *filter)
{
	struct ike_sa *sa, *next;
	size_t count = 0;

	for (sa = TAILQ_FIRST(&ike->sas); sa; sa = next) {
		next = TAILQ_NEXT(sa, link);
		if (!sa->version->close_alone || !sa_fits(sa, filter))
			continue;
		count++;
		sa->version->close_alone(sa);
	}
	return count;
}

static bool is_sa(const struct kernel_sa_id *id, const struct child_filter *filter)
{
	const struct address *to = id->direction == SA_INBOUND ? &id->local : &id->remote;

	return id->spi == filter->spi && id->protocol == filter->protocol &&
	       (!filter->destination || address_equal(to, filter->destination));
}

static bool has_sa(const struct child_sa *child, const struct child_filter *filter)
{
	for (enum sa_direction direction = SA_INBOUND; direction <= SA_OUTBOUND; direction++) {
		struct kernel_sa_id id = child_sa_kernel_id(child, direction);
		struct kernel_sa_id outer = child_outer_kernel_id(child, direction);

		if (is_sa(&id, filter) || is_sa(&outer, filter))
			return true;
	}
	return false;
}

static bool has_connection(const struct child_sa *child, uint32_t connection)
{
	return child->conn_in == connection || child->conn_out == connection ||
	       child->outer.conn_in == connection || child->outer.conn_out == connection;
}

static bool child_fits(const struct child_sa *child, const struct child_filter *filter)
{
	return !filter ||
	       ((!filter->remote || address_equal(&child->remote.address, filter->remote)) &&
		(!filter->map || !strcmp(child->tunnel->map_tag, filter->map)) &&
		(!filter->spi || has_sa(child, filter)) &&
		(!filter->connection || has_connection(child, filter->connection)));
}

static size_t each_active_child(struct ike *ike, const struct child_filter *filter,
				void (*order)(struct child_sa *child))
{
	struct child_sa *child, *next;
	struct tunnel *tunnel;
	size_t count = 0;

	TAILQ_FOREACH(tunnel, &ike->tunnels, link) {
		for (child = TAILQ_FIRST(&tunnel->children); child; child = next) {
			next = TAILQ_NEXT(child, of_tunnel);
			if (child->state != CHILD_ACTIVE && child->state != CHILD_INBOUND)
				continue;
			if (!child_fits(child, filter))
				continue;
			count++;
			order(child);
		}
	}
	return count;
}

static void clear_child(struct child_sa *child)
{
	if (child->sa)
		child->sa->version->delete_child(child);
	else
		child_sa_destroy(child);
}

static void rekey_child(struct child_sa *child)
{
	if (child->sa)
		child->sa->version->rekey_child(child);
}

size_t ike_clear_children(struct ike *ike, const struct child_filter *filter)
{
	return each_active_child(ike, filter, clear_child);
}

size_t ike_clear_counters(struct ike *ike)
{
	return each_active_child(ike, NULL, child_sa_clear_counters);
}

size_t ike_rekey_children(struct ike *ike, const struct child_filter *filter)
{
	return each_active_child(ike, filter, rekey_child);
}

size_t ike_rekey_sas(struct ike *ike, const struct sa_filter *filter)
{
	struct ike_sa *sa, *next;
	size_t count = 0;

	for (sa = TAILQ_FIRST(&ike->sas); sa; sa = next) {
		next = TAILQ_NEXT(sa, link);
		if (!sa->established || sa->closing || !sa_fits(sa, filter))
			continue;
		count++;
		sa->version->rekey(sa);
	}
	return count;
}

size_t ike_redirect_sas(struct ike *ike, const struct address *remote,
			const struct address *gateway)
{
	struct ike_sa *sa;
	size_t count = 0;

	TAILQ_FOREACH(sa, &ike->sas, link)
		if (sa->established && !sa->closing &&
		    (!remote || address_equal(&sa->remote.address, remote)) &&
		    sa->version->redirect && sa->version->redirect(sa, gateway))
			count++;
	return count;
}

void ike_shutdown(struct ike *ike)
{
	struct tunnel *tunnel;
	struct child_sa *child;

	ike->shutting_down = true;
	/* Who leaves does not wait for late packets. */
	TAILQ_FOREACH(tunnel, &ike->tunnels, link)
		TAILQ_FOREACH(child, &tunnel->children, of_tunnel)
			if (child->state == CHILD_LINGERING)
				child_sa_wait(child, 0);
	ike_clear_sas(ike, NULL);
	TAILQ_FOREACH(tunnel, &ike->tunnels, link)
		client_unconfigure(tunnel);
}

void ike_abandon(struct ike *ike)
{
	struct child_sa *child;
	struct tunnel *tunnel;

	ike->shutting_down = true;
	while (!TAILQ_EMPTY(&ike->sas)) {
		struct ike_sa *sa = TAILQ_FIRST(&ike->sas);

		sa->version->drop(sa);
	}
	TAILQ_FOREACH(tunnel, &ike->tunnels, link)
		while ((child = TAILQ_FIRST(&tunnel->children)))
			child_sa_destroy(child);
}

bool ike_idle(const struct ike *ike)
{
	return TAILQ_EMPTY(&ike->sas);
}

const char *ike_stat_name(size_t index)
{
	static const char *const names[] = {
#define X(symbol, name) [IKE_STAT_##symbol] = name,
		IKE_STAT_LIST(X)
#undef X
	};

	return index < IKE_STAT_COUNT ? names[index] : NULL;
}

uint64_t ike_stat(const struct ike *ike, size_t index)
{
	return index < IKE_STAT_COUNT ? ike->stats[index] : 0;
}
