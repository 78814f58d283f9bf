/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_V1_STATES_H
#define SEKI_IKE_V1_STATES_H

/*
 * States and inputs, with the names that IOS prints in its debug (rows E01, E02).
 * A name in the trace is the name in the code.
 */

/* clang-format off */
#define IKEV1_STATE_LIST(X) \
	X(IKE_READY) \
	X(IKE_I_MM1) X(IKE_I_MM2) X(IKE_I_MM3) X(IKE_I_MM4) X(IKE_I_MM5) X(IKE_I_MM6) \
	X(IKE_R_MM1) X(IKE_R_MM2) X(IKE_R_MM3) X(IKE_R_MM4) X(IKE_R_MM5) \
	X(IKE_I_AM1) X(IKE_I_AM2) X(IKE_R_AM_AAA_AWAIT) X(IKE_R_AM2) \
	X(IKE_P1_COMPLETE) \
	X(IKE_XAUTH_REQ_SENT) X(IKE_XAUTH_AAA_CONT_LOGIN_AWAIT) X(IKE_XAUTH_SET_SENT) \
	X(IKE_XAUTH_REPLY_AWAIT) X(IKE_XAUTH_REPLY_SENT) \
	X(IKE_CONFIG_MODE_REQ_SENT) X(IKE_CONFIG_MODE_SET_SENT) X(IKE_CONFIG_AUTHOR_AAA_AWAIT) \
	X(IKE_QM_READY) X(IKE_QM_I_QM1) X(IKE_QM_R_QM1) X(IKE_QM_R_QM2) \
	X(IKE_QM_PHASE2_COMPLETE) \
	X(IKE_DEST_SA)

enum ikev1_state {
#define X(name) name,
	IKEV1_STATE_LIST(X)
#undef X
	IKEV1_STATE_COUNT
};

/* symbol, where it comes from, what it is */
#define IKEV1_EVENT_LIST(X) \
	X(NONE, "", "") \
	/* from outside: orders, messages, workers, timers */ \
	X(SA_REQ_MM, "IKE_MESG_FROM_IPSEC", "IKE_SA_REQ_MM") \
	X(SA_REQ_AM, "IKE_MESG_FROM_IPSEC", "IKE_SA_REQ_AM") \
	X(INIT_QM, "IKE_MESG_FROM_IPSEC", "IKE_INIT_QM") \
	X(MM_EXCH, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH") \
	X(AM_EXCH, "IKE_MESG_FROM_PEER", "IKE_AM_EXCH") \
	X(QM_EXCH, "IKE_MESG_FROM_PEER", "IKE_QM_EXCH") \
	X(PROCESS_COMPLETE, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE") \
	X(PRESHARED_KEY_REPLY, "IKE_MESG_FROM_AAA", "PRESHARED_KEY_REPLY") \
	X(SPI_REPLY, "IKE_MESG_FROM_IPSEC", "IKE_SPI_REPLY") \
	/* steps */ \
	X(PROCESS_MAIN_MODE, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE") \
	X(PHASE1_COMPLETE, "IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE") \
	/* XAUTH and mode config: what begins it is phase 1, which is complete */ \
	X(START_XAUTH, "IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE") \
	X(START_CONFIG, "IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE") \
	X(START_SET, "IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE") \
	X(XAUTH_COMPLETE, "IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE") \
	X(CONFIG_COMPLETE, "IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE") \
	X(CFG_REQUEST, "IKE_MESG_FROM_PEER", "IKE_CFG_REQUEST") \
	X(CFG_REPLY, "IKE_MESG_FROM_PEER", "IKE_CFG_REPLY") \
	X(CFG_SET, "IKE_MESG_FROM_PEER", "IKE_CFG_SET") \
	X(CFG_ACK, "IKE_MESG_FROM_PEER", "IKE_CFG_ACK") \
	X(XAUTH_REQUEST, "IKE_MESG_FROM_PEER", "IKE_CFG_REQUEST") \
	X(XAUTH_SET, "IKE_MESG_FROM_PEER", "IKE_CFG_SET") \
	X(AAA_CONT_LOGIN, "IKE_MESG_FROM_AAA", "IKE_AAA_CONT_LOGIN") \
	X(AAA_RETRY, "IKE_MESG_FROM_AAA", "IKE_AAA_FAIL") \
	X(AAA_GROUP_ATTR, "IKE_MESG_FROM_AAA", "IKE_AAA_GROUP_ATTR") \
	X(XAUTH_REPLY_ATTR, "IKE_MESG_INTERNAL", "IKE_XAUTH_REPLY_ATTR") \
	/* how it ends early */ \
	X(PROCESS_ERROR, "IKE_MESG_INTERNAL", "IKE_PROCESS_ERROR") \
	X(TIMER, "IKE_MESG_FROM_TIMER", "IKE_TIMER_DONE")

/* clang-format on */
enum ikev1_event {
#define X(symbol, input, name) IKEV1_##symbol,
	IKEV1_EVENT_LIST(X)
#undef X
		IKEV1_EVENT_COUNT,
	/* What an action may answer besides an event of its state; NONE: nothing has happened */
	IKEV1_NEXT = IKEV1_EVENT_COUNT, /* go on as the row says */
	IKEV1_WAIT /* to the next state, whose event a worker brings */
};

const char *ikev1_state_name(enum ikev1_state state);
/** ikev1_event_input(), ikev1_event_name() - the two words behind "Input = " */
const char *ikev1_event_input(enum ikev1_event event);
const char *ikev1_event_name(enum ikev1_event event);

#endif
