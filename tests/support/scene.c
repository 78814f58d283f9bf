// SPDX-License-Identifier: GPL-2.0-or-later

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/config.h"
#include "scene.h"

struct sim *scene_modern(uint64_t seed)
{
	return sim_new(seed, sim_modern_1, sim_modern_2);
}

char *scene_s0_config(int router, const char *more)
{
	static const char permission[] = "crypto legacy\n";
	char path[64], *text;
	FILE *file;
	size_t size, before;

	snprintf(path, sizeof(path), "tests/seeds/s0-router%d.conf", router);
	file = fopen(path, "r");
	assert(file);
	fseek(file, 0, SEEK_END);
	size = (size_t)ftell(file);
	rewind(file);
	text = must_calloc(1, strlen(permission) + strlen(more) + size + 1);
	before = (size_t)sprintf(text, "%s%s", permission, more);
	assert(fread(text + before, 1, size, file) == size);
	fclose(file);
	return text;
}

struct sim *scene_s0(uint64_t seed, const char *more)
{
	char *first = scene_s0_config(1, more), *second = scene_s0_config(2, more);
	struct sim *sim = sim_new(seed, first, second);

	free(first);
	free(second);
	return sim;
}

void scene_up(struct sim *sim, int initiator)
{
	sim_set_up(sim, !initiator, true);
	sim_set_up(sim, initiator, true);
	assert(sim_run_until(sim, SECONDS(120), sim_both_up));
}

void scene_answer_only(struct sim *sim, int index)
{
	struct sim_node *node = &sim->nodes[index];
	struct kernel_tunnel down = node->tunnel;

	down.up = false;
	node->kernel.events.tunnel_seen(node->kernel.events.context, &down);
	/* its own attempt would start now: the tunnel comes up with the first request */
	node->tunnel.up = true;
	tunnel_find(node->ike, node->tunnel.ifindex)->device.up = true;
}

void scene_up_one(struct sim *sim, int initiator)
{
	scene_answer_only(sim, !initiator);
	sim_set_up(sim, initiator, true);
	assert(sim_run_until(sim, SECONDS(120), sim_both_up));
}

void scene_assert_clean(struct sim *sim)
{
	sim_run(sim, SECONDS(40));
	for (int i = 0; i < 2; i++) {
		assert(sim_count_sas(sim, i) == 1);
		assert(sim_count_kernel(sim, i) == 2);
		assert(sim_ping(sim, i));
	}
}

void scene_reload(struct sim *sim, int index, const char *config)
{
	struct sim_node *node = &sim->nodes[index];
	struct policy *old = node->policy;
	struct config_report report;
	struct result result;

	config_report_init(&report);
	result = config_load_text("sim", bytes_of_string(config), &report, &node->policy);
	assert(!failed(&result));
	config_report_free(&report);
	ike_set_policy(node->ike, node->policy);
	policy_free(old);
}

const char *scene_replace(const char *text, const char *what, const char *by, char *out,
			  size_t size)
{
	const char *at = strstr(text, what);

	assert(at);
	snprintf(out, size, "%.*s%s%s", (int)(at - text), text, by, at + strlen(what));
	return out;
}

const char *scene_prepend(const char *statements, const char *config, char *out, size_t size)
{
	snprintf(out, size, "%s%s", statements, config);
	return out;
}

void scene_open(struct sim *sim, const struct sim_message *datagram, struct scene_opened *opened)
{
	struct bytes octets = buffer_bytes(&datagram->octets);
	struct result result = message_parse(octets, &opened->outer);
	const struct ike_header *header = &opened->outer.header;
	bool to_responder = header->flags & IKE_FLAG_INITIATOR;
	struct ike_sa *sender, *receiver;

	assert(!failed(&result));
	sender = ike_find(sim->nodes[!datagram->to].ike,
			  to_responder ? header->spi_initiator : header->spi_responder);
	receiver = ike_find(sim->nodes[datagram->to].ike,
			    to_responder ? header->spi_responder : header->spi_initiator);
	assert(sender && receiver);
	opened->sender = ikev2_of(sender);
	opened->plain = (struct buffer){};
	result = message_open(&opened->outer, ikev2_of(receiver)->keys.in, &opened->plain,
			      &opened->inner);
	assert(!failed(&result));
}

void scene_opened_free(struct scene_opened *opened)
{
	buffer_free(&opened->plain);
}

void scene_put_payloads(const struct scene_opened *opened, const uint8_t *without,
			struct writer *chain)
{
	for (size_t i = 0; i < opened->inner.count; i++) {
		const struct payload *payload = &opened->inner.payloads[i];

		if (!without || !strchr((const char *)without, payload->type))
			put_raw_payload(chain, payload->type, payload->body);
	}
}

void scene_seal(struct sim_message *datagram, struct scene_opened *opened, struct writer *chain)
{
	struct ike_header header = opened->outer.header;
	struct result result;

	buffer_free(&datagram->octets);
	result = message_seal(&header, chain, opened->sender->keys.out, &datagram->octets);
	assert(!failed(&result));
	writer_free(chain);
	scene_opened_free(opened);
}

bool scene_record(struct sim *sim, struct sim_message *message)
{
	struct scene_recorder *recorder = sim->filter_context;

	if (recorder->count < SCENE_RECORDS) {
		buffer_set(&recorder->octets[recorder->count], buffer_bytes(&message->octets));
		recorder->from[recorder->count] = message->from;
		recorder->to[recorder->count++] = message->to;
	}
	return true;
}

void scene_recorder_free(struct scene_recorder *recorder)
{
	for (size_t i = 0; i < recorder->count; i++)
		buffer_free(&recorder->octets[i]);
	recorder->count = 0;
}
