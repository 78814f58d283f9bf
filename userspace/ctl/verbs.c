// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands of the control socket: one row each. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "ctl/internal.h"

/* What a request may carry, each at most once. */
enum argument {
	ARGUMENT_REMOTE = 1 << 0, /* an address */
	ARGUMENT_PEER = 1 << 1, /* the same: IOS has a word for each kind of SA */
	ARGUMENT_INTERFACE = 1 << 2,
	ARGUMENT_TOPIC = 1 << 3,
	ARGUMENT_GATEWAY = 1 << 4, /* an address */
	ARGUMENT_MAP = 1 << 5, /* a crypto map's name */
	ARGUMENT_CONNECTION = 1 << 6, /* a number */
	/* These three name one SA, and so come together. */
	ARGUMENT_DESTINATION = 1 << 7, /* an address */
	ARGUMENT_PROTOCOL = 1 << 8, /* "ah" or "esp" */
	ARGUMENT_SPI = 1 << 9, /* a number */
	ARGUMENT_ENTRY = ARGUMENT_DESTINATION | ARGUMENT_PROTOCOL | ARGUMENT_SPI,
};

/** struct request - arguments after the check; absent ones are NULL */
struct request {
	const struct verb *verb;
	const struct address *remote; /* "remote" or "peer" */
	const char *interface;
	const char *topic;
	const struct address *gateway;
	const char *map;
	uint32_t connection, spi; /* 0: absent */
	const struct address *destination;
	uint8_t protocol; /* 0: absent */
	struct address remote_storage, gateway_storage, destination_storage;
};

struct verb {
	const char *words;
	unsigned int arguments;
	/**
	 * @run: the result when @result stays good. After a refusal NULL, or a string that goes out
	 * as its report
	 */
	json_t *(*run)(struct ctl_context *context, const struct request *request,
		       struct result *result);
};

json_t *ctl_success(json_t *result)
{
	return json_pack("{s:b,s:o}", "ok", 1, "result", result);
}

json_t *ctl_refusal(const char *sentence)
{
	return json_pack("{s:b,s:o}", "ok", 0, "error", ctl_text(sentence));
}

static json_t *show_ike_sas(struct ctl_context *context, const struct request *request,
			    struct result *result)
{
	return json_pack("{s:o}", "ike_sas", ctl_ike_sas(context, 2, request->remote));
}

static json_t *show_isakmp_sas(struct ctl_context *context, const struct request *request,
			       struct result *result)
{
	return json_pack("{s:o}", "ike_sas", ctl_ike_sas(context, 1, NULL));
}

static json_t *show_isakmp_policies(struct ctl_context *context, const struct request *request,
				    struct result *result)
{
	return json_pack("{s:o}", "isakmp_policies", ctl_isakmp_policies(context->policy));
}

static json_t *show_rsa_keys(struct ctl_context *context, const struct request *request,
			     struct result *result)
{
	return json_pack("{s:o}", "rsa_keys", ctl_rsa_keys(context->policy));
}

static json_t *show_rsa_peers(struct ctl_context *context, const struct request *request,
			      struct result *result)
{
	return json_pack("{s:o}", "rsa_peers", ctl_rsa_peers(context->policy));
}

static json_t *show_ipsec_sas(struct ctl_context *context, const struct request *request,
			      struct result *result)
{
	return json_pack("{s:o}", "ipsec_sas",
			 ctl_ipsec_sas(context, request->interface, request->remote));
}

static json_t *show_sessions(struct ctl_context *context, const struct request *request,
			     struct result *result)
{
	return json_pack("{s:o}", "sessions", ctl_sessions(context));
}

static json_t *show_stats(struct ctl_context *context, const struct request *request,
			  struct result *result)
{
	return json_pack("{s:o}", "stats", ctl_stats(context));
}

static json_t *show_dropped(struct ctl_context *context, const struct request *request,
			    struct result *result)
{
	return json_pack("{s:o}", "interfaces", ctl_dropped(context));
}

static json_t *show_engine(struct ctl_context *context, const struct request *request,
			   struct result *result)
{
	return json_pack("{s:o}", "engine", ctl_engine(context));
}

static json_t *show_transform_sets(struct ctl_context *context, const struct request *request,
				   struct result *result)
{
	return json_pack("{s:o}", "transform_sets", ctl_transform_sets(context->policy));
}

static json_t *show_lifetime(struct ctl_context *context, const struct request *request,
			     struct result *result)
{
	return ctl_lifetime(context->policy);
}

static json_t *show_crypto_maps(struct ctl_context *context, const struct request *request,
				struct result *result)
{
	json_t *maps = ctl_crypto_maps(context->policy, request->interface, request->map, result);

	return maps ? json_pack("{s:o}", "crypto_maps", maps) : NULL;
}

static json_t *show_hosts(struct ctl_context *context, const struct request *request,
			  struct result *result)
{
	return ctl_hosts(context->policy);
}

static json_t *show_profiles(struct ctl_context *context, const struct request *request,
			     struct result *result)
{
	return json_pack("{s:o}", "profiles", ctl_profiles(context->policy));
}

static json_t *show_proposals(struct ctl_context *context, const struct request *request,
			      struct result *result)
{
	return json_pack("{s:o}", "proposals", ctl_proposals(context->policy));
}

static json_t *show_policies(struct ctl_context *context, const struct request *request,
			     struct result *result)
{
	return json_pack("{s:o}", "policies", ctl_policies(context->policy));
}

static json_t *show_running_config(struct ctl_context *context, const struct request *request,
				   struct result *result)
{
	char *text = context->running_config(context->owner);
	json_t *answer = json_pack("{s:o}", "text", ctl_text(text));

	if (text)
		secret_free(text, strlen(text)); /* pre-shared keys */
	return answer;
}

static struct result not_found(const struct request *request, const char *kind)
{
	char text[ADDRESS_TEXT];

	if (request->remote)
		return fail(-ENOENT, "no %s SA with %s", kind,
			    address_format(request->remote, text));
	if (request->map)
		return fail(-ENOENT, "no %s SA of crypto map %.64s", kind, request->map);
	if (request->spi)
		return fail(-ENOENT, "no %s SA to %s has SPI 0x%X",
			    protocol_name(request->protocol),
			    address_format(request->destination, text), request->spi);
	if (request->connection)
		return fail(-ENOENT, "no %s SA has connection id %u", kind, request->connection);
	return RESULT_OK;
}

static json_t *found(const struct request *request, size_t count, const char *kind,
		     struct result *result)
{
	if (!count)
		*result = not_found(request, kind);
	return failed(result) ? NULL : json_pack("{s:I}", "found", (json_int_t)count);
}

static struct sa_filter sas_of(const struct request *request, unsigned int version)
{
	return (struct sa_filter){ .version = version,
				   .remote = request->remote,
				   .id = request->connection };
}

static struct child_filter children_of(const struct request *request)
{
	return (struct child_filter){
		.remote = request->remote,
		.map = request->map,
		.destination = request->destination,
		.protocol = request->protocol,
		.spi = request->spi,
		.connection = request->connection,
	};
}

static json_t *clear_ike_sas(struct ctl_context *context, const struct request *request,
			     struct result *result)
{
	const struct sa_filter filter = sas_of(request, 2);

	return found(request, context->engine->clear_sas(context->ike, &filter), "IKEv2", result);
}

static json_t *clear_isakmp_sas(struct ctl_context *context, const struct request *request,
				struct result *result)
{
	const struct sa_filter filter = sas_of(request, 1);

	return found(request, context->engine->clear_sas_alone(context->ike, &filter), "ISAKMP",
		     result);
}

static json_t *clear_ipsec_sas(struct ctl_context *context, const struct request *request,
			       struct result *result)
{
	const struct child_filter filter = children_of(request);

	if ((filter.destination || filter.protocol || filter.spi) &&
	    !(filter.destination && filter.protocol && filter.spi)) {
		*result = fail(-EINVAL, "\"destination\", \"protocol\" and \"spi\" name an SA "
					"together: one of them is missing");
		return NULL;
	}
	return found(request, context->engine->clear_children(context->ike, &filter), "IPsec",
		     result);
}

static json_t *clear_connection(struct ctl_context *context, const struct request *request,
				struct result *result)
{
	if (!request->connection) {
		*result = fail(-EINVAL, "\"connection\" is missing");
		return NULL;
	}
	return clear_ipsec_sas(context, request, result);
}

static json_t *clear_counters(struct ctl_context *context, const struct request *request,
			      struct result *result)
{
	return found(request, context->engine->clear_counters(context->ike), "IPsec", result);
}

static json_t *rekey_ike_sas(struct ctl_context *context, const struct request *request,
			     struct result *result)
{
	const struct sa_filter filter = sas_of(request, 2);

	return found(request, context->engine->rekey_sas(context->ike, &filter), "IKEv2", result);
}

static json_t *rekey_isakmp_sas(struct ctl_context *context, const struct request *request,
				struct result *result)
{
	const struct sa_filter filter = sas_of(request, 1);

	return found(request, context->engine->rekey_sas(context->ike, &filter), "ISAKMP", result);
}

static json_t *rekey_ipsec_sas(struct ctl_context *context, const struct request *request,
			       struct result *result)
{
	const struct child_filter filter = children_of(request);

	return found(request, context->engine->rekey_children(context->ike, &filter), "IPsec",
		     result);
}

static json_t *redirect_ike_sas(struct ctl_context *context, const struct request *request,
				struct result *result)
{
	if (!request->gateway) {
		*result = fail(-EINVAL, "\"gateway\" is missing");
		return NULL;
	}
	return found(request,
		     context->engine->redirect_sas(context->ike, request->remote, request->gateway),
		     "redirectable IKEv2", result);
}

static json_t *show_debug(struct ctl_context *context, const struct request *request,
			  struct result *result)
{
	json_t *on = json_array();
	const char *words, *last = "";

	for (enum log_topic topic = 0; topic < LOG_TOPIC_COUNT; topic++) {
		words = log_topic_words(topic);
		/* Two topics with the same words follow each other. */
		if (!words || !log_enabled(topic) || !strcmp(words, last))
			continue;
		json_array_append_new(on, ctl_text(words));
		last = words;
	}
	return json_pack("{s:o}", "debug", on);
}

static json_t *set_debug(struct ctl_context *context, const struct request *request, bool on,
			 struct result *result)
{
	if (!request->topic) {
		*result = fail(-EINVAL, "\"topic\" is missing");
		return NULL;
	}
	if (!strcmp(request->topic, log_topic_words(LOG_IKEV2_KEY))) {
		*result = fail(-EPERM, "it prints secrets: only \"logging ikev2 key-info\" in the "
				       "configuration switches it on and off");
		return NULL;
	}
	if (!log_set_by_words(request->topic, on)) {
		*result =
			fail(-EINVAL, "there is nothing called \"%.64s\" to debug", request->topic);
		return NULL;
	}
	return show_debug(context, request, result);
}

static json_t *debug(struct ctl_context *context, const struct request *request,
		     struct result *result)
{
	return set_debug(context, request, true, result);
}

static json_t *undebug(struct ctl_context *context, const struct request *request,
		       struct result *result)
{
	return set_debug(context, request, false, result);
}

static json_t *undebug_all(struct ctl_context *context, const struct request *request,
			   struct result *result)
{
	for (enum log_topic topic = 0; topic < LOG_TOPIC_COUNT; topic++)
		if (log_topic_words(topic))
			log_set(topic, false);
	return show_debug(context, request, result);
}

static json_t *reload(struct ctl_context *context, const struct request *request,
		      struct result *result)
{
	char *text = NULL;
	json_t *report;

	*result = context->reload(context->owner, &text);
	report = ctl_text(text ? text : "");
	if (text)
		secret_free(text, strlen(text)); /* quotes the configuration */
	return failed(result) ? report : json_pack("{s:o}", "report", report);
}

static json_t *monitor(struct ctl_context *context, const struct request *request,
		       struct result *result)
{
	return show_debug(context, request, result);
}

static const struct verb verbs[] = {
	{ "show crypto ikev2 sa", ARGUMENT_REMOTE, show_ike_sas },
	{ "show crypto isakmp sa", 0, show_isakmp_sas },
	{ "show crypto isakmp policy", 0, show_isakmp_policies },
	{ "show crypto key mypubkey rsa", 0, show_rsa_keys },
	{ "show crypto key pubkey-chain rsa", 0, show_rsa_peers },
	{ "show crypto ipsec sa", ARGUMENT_PEER | ARGUMENT_INTERFACE, show_ipsec_sas },
	{ "show crypto ipsec transform-set", 0, show_transform_sets },
	{ "show crypto ipsec security-association lifetime", 0, show_lifetime },
	{ "show crypto map", ARGUMENT_INTERFACE | ARGUMENT_MAP, show_crypto_maps },
	{ "show crypto engine configuration", 0, show_engine },
	{ "show crypto engine connections dropped-packet", 0, show_dropped },
	{ "show crypto session", 0, show_sessions },
	{ "show crypto ikev2 stats", 0, show_stats },
	{ "show crypto ikev2 profile", 0, show_profiles },
	{ "show crypto ikev2 proposal", 0, show_proposals },
	{ "show crypto ikev2 policy", 0, show_policies },
	{ "show hosts", 0, show_hosts },
	{ "show running-config", 0, show_running_config },
	{ "show debug", 0, show_debug },
	{ "clear crypto ikev2 sa", ARGUMENT_REMOTE, clear_ike_sas },
	{ "clear crypto isakmp", ARGUMENT_CONNECTION, clear_isakmp_sas },
	{ "clear crypto sa", ARGUMENT_PEER | ARGUMENT_MAP | ARGUMENT_ENTRY, clear_ipsec_sas },
	{ "clear crypto sa counters", 0, clear_counters },
	{ "clear crypto connection", ARGUMENT_CONNECTION, clear_connection },
	{ "rekey crypto ikev2 sa", ARGUMENT_REMOTE, rekey_ike_sas },
	{ "rekey crypto isakmp sa", 0, rekey_isakmp_sas },
	{ "rekey crypto sa", ARGUMENT_PEER, rekey_ipsec_sas },
	{ "redirect crypto ikev2 sa", ARGUMENT_REMOTE | ARGUMENT_GATEWAY, redirect_ike_sas },
	{ "debug", ARGUMENT_TOPIC, debug },
	{ "undebug", ARGUMENT_TOPIC, undebug },
	{ "undebug all", 0, undebug_all },
	{ "reload", 0, reload },
	{ "monitor", 0, monitor },
};

static const struct verb *find_verb(const char *words)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].words, words) == 0)
			return &verbs[i];
	return NULL;
}

static unsigned int argument_of(const char *name)
{
	static const struct {
		const char *name;
		enum argument bit;
	} names[] = {
		{ "remote", ARGUMENT_REMOTE },	       { "peer", ARGUMENT_PEER },
		{ "interface", ARGUMENT_INTERFACE },   { "topic", ARGUMENT_TOPIC },
		{ "gateway", ARGUMENT_GATEWAY },       { "map", ARGUMENT_MAP },
		{ "connection", ARGUMENT_CONNECTION }, { "destination", ARGUMENT_DESTINATION },
		{ "protocol", ARGUMENT_PROTOCOL },     { "spi", ARGUMENT_SPI },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].bit;
	return 0;
}

static struct result read_address(const char *text, struct address *storage,
				  const struct address **address)
{
	if (!address_parse(text, storage))
		return fail(-EINVAL, "\"%.64s\" is no address", text);
	*address = storage;
	return RESULT_OK;
}

/* Decimal or, with 0x, hexadecimal, as both are shown. */
static struct result read_number(const char *text, uint32_t *number)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (!*text || *end || errno || strchr(text, '-') || !value || value > UINT32_MAX)
		return fail(-EINVAL, "\"%.64s\" is no number from 1 to %u", text, UINT32_MAX);
	*number = (uint32_t)value;
	return RESULT_OK;
}

static struct result read_protocol(const char *text, uint8_t *protocol)
{
	*protocol = !strcasecmp(text, "esp") ? PROTOCOL_ESP :
		    !strcasecmp(text, "ah")  ? PROTOCOL_AH :
					       0;
	if (!*protocol)
		return fail(-EINVAL, "\"%.64s\" is not \"ah\" or \"esp\"", text);
	return RESULT_OK;
}

static struct result read_argument(struct request *request, const char *name, const json_t *value)
{
	unsigned int bit = argument_of(name) & request->verb->arguments;
	const char *text = json_string_value(value);

	if (!bit)
		return fail(-EINVAL, "\"%s\" has no argument \"%.64s\"", request->verb->words,
			    name);
	if (!text)
		return fail(-EINVAL, "\"%s\" is no string", name);
	switch (bit) {
	case ARGUMENT_REMOTE:
	case ARGUMENT_PEER:
		return read_address(text, &request->remote_storage, &request->remote);
	case ARGUMENT_GATEWAY:
		return read_address(text, &request->gateway_storage, &request->gateway);
	case ARGUMENT_DESTINATION:
		return read_address(text, &request->destination_storage, &request->destination);
	case ARGUMENT_PROTOCOL:
		return read_protocol(text, &request->protocol);
	case ARGUMENT_SPI:
		return read_number(text, &request->spi);
	case ARGUMENT_CONNECTION:
		return read_number(text, &request->connection);
	case ARGUMENT_INTERFACE:
		request->interface = text;
		break;
	case ARGUMENT_MAP:
		request->map = text;
		break;
	case ARGUMENT_TOPIC:
		request->topic = text;
		break;
	}
	return RESULT_OK;
}

static struct result read_request(json_t *object, struct request *request)
{
	const char *words = json_string_value(json_object_get(object, "command"));
	json_t *arguments = json_object_get(object, "arguments");
	struct result result = RESULT_OK;
	const char *name;
	json_t *value;

	if (!words)
		return fail(-EINVAL, "\"command\" is missing");
	request->verb = find_verb(words);
	if (!request->verb)
		return fail(-EINVAL, "there is no command \"%.64s\"", words);
	if (arguments && !json_is_object(arguments))
		return fail(-EINVAL, "\"arguments\" is no object");
	json_object_foreach(arguments, name, value)
	{
		result = read_argument(request, name, value);
		if (failed(&result))
			break;
	}
	return result;
}

static void run_request(struct ctl_context *context, json_t *object, struct ctl_reply *reply)
{
	struct request request = { 0 };
	struct result result = read_request(object, &request);
	json_t *value = NULL;

	if (!failed(&result))
		value = request.verb->run(context, &request, &result);
	if (failed(&result)) {
		reply->answer = ctl_refusal(result.why);
		if (value)
			json_object_set_new(reply->answer, "report", value);
	} else {
		reply->answer = ctl_success(value);
		reply->monitor = request.verb->run == monitor;
	}
}

struct ctl_reply ctl_answer(struct ctl_context *context, const char *line, size_t len)
{
	json_t *object = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	struct ctl_reply reply = { 0 };

	if (json_is_object(object)) {
		run_request(context, object, &reply);
	} else {
		reply.answer = ctl_refusal("the request is no JSON object");
		reply.hang_up = true;
	}
	json_decref(object);
	return reply;
}
