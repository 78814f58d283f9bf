// SPDX-License-Identifier: GPL-2.0-or-later

#include "ike/yamaha.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE 256

const char *yamaha_gateway(const struct ike *ike, const struct ikev2_profile *profile,
			   char out[SUBJECT_SIZE])
{
	unsigned int number = profile ? policy_profile_number(ike->policy, profile) : 0;

	if (number)
		snprintf(out, SUBJECT_SIZE, "GW:%u", number);
	else
		snprintf(out, SUBJECT_SIZE, "GW:*");
	return out;
}

__attribute__((format(printf, 3, 0))) static void say(enum log_topic topic, const char *subject,
						      const char *format, va_list arguments)
{
	char text[TEXT_SIZE];

	vsnprintf(text, sizeof(text), format, arguments);
	log_line(topic, "%s %s", subject, text);
}

void yamaha_sa(const struct ike_sa *sa, enum log_topic topic, const char *format, ...)
{
	char subject[SUBJECT_SIZE];
	va_list arguments;

	if (log_style() != LOG_STYLE_YAMAHA)
		return;
	snprintf(subject, sizeof(subject), "SA:%u/IKE", sa->id);
	va_start(arguments, format);
	say(topic, subject, format, arguments);
	va_end(arguments);
}

void yamaha_child(const struct child_sa *child, enum sa_direction direction, enum log_topic topic,
		  const char *format, ...)
{
	uint32_t number = direction == SA_INBOUND ? child->conn_in : child->conn_out;
	char subject[SUBJECT_SIZE];
	va_list arguments;

	if (log_style() != LOG_STYLE_YAMAHA || !number)
		return;
	snprintf(subject, sizeof(subject), "SA:%u/CHLD_%s", number,
		 direction == SA_INBOUND ? "RECV" : "SEND");
	va_start(arguments, format);
	say(topic, subject, format, arguments);
	va_end(arguments);
}

/* The number at the end of "tunnel12"; of a name without one, the number of the device. */
static unsigned long tunnel_number(const struct tunnel *tunnel)
{
	const char *name = tunnel->device.name;
	const char *digits = name + strcspn(name, "0123456789");

	return *digits ? strtoul(digits, NULL, 10) : tunnel->device.ifindex;
}

void yamaha_bound(const struct child_sa *child, enum sa_direction direction, bool changed)
{
	yamaha_child(child, direction, LOG_IKEV2_EVENT, "bound on SA:%u/IKE%s", child->sa->id,
		     changed ? " (changed)" : "");
	if (!changed)
		yamaha_child(child, direction, LOG_IKEV2_EVENT, "assigned policy TN:%lu/PY:%u",
			     tunnel_number(child->tunnel), child->tunnel->policy);
}

void yamaha_assigned(const struct ike_sa *sa)
{
	char gateway[SUBJECT_SIZE];

	if (sa->profile)
		yamaha_sa(sa, LOG_IKEV2_EVENT, "assigned gateway %s",
			  yamaha_gateway(sa->ike, sa->profile, gateway));
}

void yamaha_not_configured(const struct ike *ike, const struct ikev2_profile *profile,
			   const char *statement)
{
	char gateway[SUBJECT_SIZE];

	if (log_style() == LOG_STYLE_YAMAHA)
		log_line(LOG_IKEV2_EVENT, "%s not configured %s",
			 yamaha_gateway(ike, profile, gateway), statement);
}
