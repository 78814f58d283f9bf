/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_STATS_H
#define SEKI_IKE_STATS_H

/* What the engine counts: symbol and name in show. Rows B31, L12. */
#define IKE_STAT_LIST(X) \
	X(RECEIVED, "messages received") \
	X(SENT, "messages sent") \
	X(RETRANSMITTED, "requests retransmitted") \
	X(NAT_KEEPALIVES, "NAT keepalives sent") \
	X(RESPONSE_REPEATED, "stored responses repeated") \
	X(DROP_MALFORMED, "dropped: malformed") \
	X(DROP_VERSION, "dropped: version not supported") \
	X(DROP_NO_SA, "dropped: cannot find or create IKE SA") \
	X(DROP_NOT_AUTHENTIC, "dropped: authentication is wrong") \
	X(DROP_MESSAGE_ID, "dropped: message ID outside the window") \
	X(DROP_UNEXPECTED, "dropped: not expected in this state") \
	X(DROP_FRAGMENT, "dropped: fragments of no use") \
	X(COOKIES_DEMANDED, "cookies demanded") \
	X(REDIRECTED, "clients redirected") \
	X(RESUMED, "sessions resumed") \
	X(TICKETS_REFUSED, "tickets refused") \
	X(DROP_LIMIT, "dropped: limit of SAs reached") \
	X(INCOMING_NEGOTIATING, "incoming negotiating SAs") \
	X(OUTGOING_NEGOTIATING, "outgoing negotiating SAs") \
	X(ACTIVE, "active SAs") \
	X(ADMITTED, "SA requests admitted") \
	X(REJECTED, "SA requests rejected") \
	X(ESTABLISHED, "SAs established") \
	X(FAILED, "SA negotiations failed") \
	X(AUTH_FAILED, "authentications failed") \
	X(NO_PROPOSAL, "negotiations without common proposal") \
	X(TS_UNACCEPTABLE, "unacceptable traffic selectors") \
	X(REKEYED, "IKE SAs rekeyed") \
	X(CHILD_CREATED, "child SAs created") \
	X(CHILD_REKEYED, "child SAs rekeyed") \
	X(CHILD_FAILED, "child SA negotiations failed") \
	X(COLLISIONS, "simultaneous rekeys resolved") \
	X(TIMED_OUT, "peers that stopped answering")

enum ike_stat {
#define X(symbol, name) IKE_STAT_##symbol,
	IKE_STAT_LIST(X)
#undef X
		IKE_STAT_COUNT
};

#endif
