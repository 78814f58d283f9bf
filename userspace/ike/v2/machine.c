// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state machine of IKEv2: one table, one dispatcher. Debug output,
 * documentation and behaviour are this table; nothing else changes a state.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/names.h"
#include "ike/v2/actions.h"
#include "ike/yamaha.h"

/**
 * struct row - what an event does in a state
 * @action: NULL prints IOS's Action_Null and goes on
 * @next_state: taken when the action answers EV_NEXT
 * @next_event: processed next in @next_state; EV_NO_EVENT waits there
 */
struct row {
	enum ikev2_state state;
	enum ikev2_event event;
	ikev2_action *action;
	enum ikev2_state next_state;
	enum ikev2_event next_event;
};

/* clang-format off */
#define R(state, event, action, next_state, next_event) \
	{ STATE_##state, event, action, STATE_##next_state, next_event }

static const struct row rows[] = {
	/* IKE_SA_INIT, initiator */
	R(IDLE, EV_INIT_SA, NULL, I_BLD_INIT, EV_GET_IKE_POLICY),
	R(I_BLD_INIT, EV_GET_IKE_POLICY, init_get_policy, I_BLD_INIT, EV_SET_POLICY),
	R(I_BLD_INIT, EV_SET_POLICY, init_set_policy, I_BLD_INIT, EV_CHK_AUTH4PKI),
	R(I_BLD_INIT, EV_CHK_AUTH4PKI, auth_check_pki, I_BLD_INIT, EV_GEN_DH_KEY),
	R(I_BLD_INIT, EV_GEN_DH_KEY, init_make_key, I_BLD_INIT, EV_NO_EVENT),
	R(I_BLD_INIT, EV_OK_RECD_DH_PUBKEY_RESP, NULL, I_BLD_INIT, EV_GET_CONFIG_MODE),
	R(I_BLD_INIT, EV_GET_CONFIG_MODE, init_no_config, I_BLD_INIT, EV_BLD_MSG),
	R(I_BLD_INIT, EV_BLD_MSG, init_build_request, I_WAIT_INIT, EV_NO_EVENT),
	R(I_WAIT_INIT, EV_RECV_INIT, NULL, I_PROC_INIT, EV_CHK4_NOTIFY),
	R(I_PROC_INIT, EV_CHK4_NOTIFY, init_check_notify, I_PROC_INIT, EV_VERIFY_MSG),
	R(I_PROC_INIT, EV_GEN_DH_KEY, NULL, I_BLD_INIT, EV_GEN_DH_KEY),
	R(I_PROC_INIT, EV_BLD_MSG, NULL, I_BLD_INIT, EV_BLD_MSG),
	R(I_PROC_INIT, EV_NO_EVENT, NULL, I_WAIT_INIT, EV_NO_EVENT),
	R(I_PROC_INIT, EV_VERIFY_MSG, init_verify_response, I_PROC_INIT, EV_PROC_MSG),
	R(I_PROC_INIT, EV_PROC_MSG, init_process_response, I_PROC_INIT, EV_DETECT_NAT),
	R(I_PROC_INIT, EV_DETECT_NAT, nat_detect, I_PROC_INIT, EV_CHK_NAT_T),
	R(I_PROC_INIT, EV_CHK_NAT_T, nat_check, I_PROC_INIT, EV_CHK_CONFIG_MODE),
	R(I_PROC_INIT, EV_CHK_CONFIG_MODE, NULL, INIT_DONE, EV_GEN_DH_SECRET),
	R(INIT_DONE, EV_GEN_DH_SECRET, init_derive, INIT_DONE, EV_NO_EVENT),
	R(INIT_DONE, EV_OK_RECD_DH_SECRET_RESP, NULL, INIT_DONE, EV_GEN_SKEYID),
	R(INIT_DONE, EV_GEN_SKEYID, init_generate_keys, INIT_DONE, EV_DONE),

	/* IKE_SA_INIT, responder */
	R(IDLE, EV_RECV_INIT, NULL, R_INIT, EV_VERIFY_MSG),
	R(R_INIT, EV_VERIFY_MSG, init_verify_request, R_INIT, EV_INSERT_SA),
	R(R_INIT, EV_INSERT_SA, init_admit, R_INIT, EV_GET_IKE_POLICY),
	R(R_INIT, EV_GET_IKE_POLICY, init_get_policy, R_INIT, EV_PROC_MSG),
	R(R_INIT, EV_PROC_MSG, init_process_request, R_INIT, EV_DETECT_NAT),
	R(R_INIT, EV_DETECT_NAT, nat_detect, R_INIT, EV_CHK_CONFIG_MODE),
	R(R_INIT, EV_CHK_CONFIG_MODE, NULL, R_BLD_INIT, EV_SET_POLICY),
	R(R_BLD_INIT, EV_SET_POLICY, init_set_policy, R_BLD_INIT, EV_CHK_AUTH4PKI),
	R(R_BLD_INIT, EV_CHK_AUTH4PKI, NULL, R_BLD_INIT, EV_PKI_SESH_OPEN),
	R(R_BLD_INIT, EV_PKI_SESH_OPEN, init_open_pki, R_BLD_INIT, EV_GEN_DH_KEY),
	R(R_BLD_INIT, EV_GEN_DH_KEY, init_make_key, R_BLD_INIT, EV_NO_EVENT),
	R(R_BLD_INIT, EV_OK_RECD_DH_PUBKEY_RESP, NULL, R_BLD_INIT, EV_GEN_DH_SECRET),
	R(R_BLD_INIT, EV_GEN_DH_SECRET, init_derive, R_BLD_INIT, EV_NO_EVENT),
	R(R_BLD_INIT, EV_OK_RECD_DH_SECRET_RESP, NULL, R_BLD_INIT, EV_GEN_SKEYID),
	R(R_BLD_INIT, EV_GEN_SKEYID, init_generate_keys, R_BLD_INIT, EV_GET_CONFIG_MODE),
	R(R_BLD_INIT, EV_GET_CONFIG_MODE, init_no_config, R_BLD_INIT, EV_BLD_MSG),
	R(R_BLD_INIT, EV_BLD_MSG, init_build_response, INIT_DONE, EV_DONE),

	/* IKE_SESSION_RESUME in the place of IKE_SA_INIT (RFC 5723), initiator */
	R(IDLE, EV_RESUME_SA, NULL, I_BLD_RESUME, EV_BLD_MSG),
	R(I_BLD_RESUME, EV_BLD_MSG, resume_build_request, I_WAIT_RESUME, EV_NO_EVENT),
	R(I_WAIT_RESUME, EV_RECV_RESUME, NULL, I_PROC_RESUME, EV_CHK4_NOTIFY),
	R(I_PROC_RESUME, EV_CHK4_NOTIFY, resume_check_notify, I_PROC_RESUME, EV_PROC_MSG),
	R(I_PROC_RESUME, EV_BLD_MSG, NULL, I_BLD_RESUME, EV_BLD_MSG),
	R(I_PROC_RESUME, EV_NO_EVENT, NULL, I_WAIT_RESUME, EV_NO_EVENT),
	R(I_PROC_RESUME, EV_PROC_MSG, resume_process_response, I_PROC_RESUME, EV_DETECT_NAT),
	R(I_PROC_RESUME, EV_DETECT_NAT, nat_detect, I_PROC_RESUME, EV_CHK_NAT_T),
	R(I_PROC_RESUME, EV_CHK_NAT_T, nat_check, I_PROC_RESUME, EV_GEN_SKEYID),
	R(I_PROC_RESUME, EV_GEN_SKEYID, init_generate_keys, I_BLD_AUTH, EV_GEN_AUTH),

	/* and responder */
	R(IDLE, EV_RECV_RESUME, NULL, R_RESUME, EV_VERIFY_MSG),
	R(R_RESUME, EV_VERIFY_MSG, resume_verify_request, R_RESUME, EV_DETECT_NAT),
	R(R_RESUME, EV_DETECT_NAT, nat_detect, R_RESUME, EV_GEN_SKEYID),
	R(R_RESUME, EV_GEN_SKEYID, init_generate_keys, R_RESUME, EV_BLD_MSG),
	R(R_RESUME, EV_BLD_MSG, resume_build_response, INIT_DONE, EV_DONE),

	/* between the exchanges, both */
	R(INIT_DONE, EV_DONE, init_done, INIT_DONE, EV_CHK4_ROLE),
	R(INIT_DONE, EV_CHK4_ROLE, init_check_role, I_BLD_AUTH, EV_GET_CONFIG_MODE),
	R(INIT_DONE, EV_START_TMR, init_start_timer, R_WAIT_AUTH, EV_NO_EVENT),

	/* IKE_INTERMEDIATE, initiator */
	R(INIT_DONE, EV_SEND_INTERMEDIATE, NULL, I_BLD_INTERMEDIATE, EV_GEN_DH_KEY),
	R(I_BLD_INTERMEDIATE, EV_GEN_DH_KEY, intermediate_make_key, I_BLD_INTERMEDIATE, EV_NO_EVENT),
	R(I_BLD_INTERMEDIATE, EV_OK_RECD_DH_PUBKEY_RESP, NULL, I_BLD_INTERMEDIATE, EV_BLD_MSG),
	R(I_BLD_INTERMEDIATE, EV_BLD_MSG, intermediate_build_request, I_WAIT_INTERMEDIATE, EV_NO_EVENT),
	R(I_WAIT_INTERMEDIATE, EV_RECV_INTERMEDIATE, NULL, I_PROC_INTERMEDIATE, EV_CHK4_NOTIFY),
	R(I_PROC_INTERMEDIATE, EV_CHK4_NOTIFY, intermediate_check_notify, I_PROC_INTERMEDIATE, EV_PROC_MSG),
	R(I_PROC_INTERMEDIATE, EV_PROC_MSG, intermediate_process_response, I_PROC_INTERMEDIATE, EV_NO_EVENT),
	R(I_PROC_INTERMEDIATE, EV_OK_RECD_DH_SECRET_RESP, NULL, I_PROC_INTERMEDIATE, EV_GEN_SKEYID),
	R(I_PROC_INTERMEDIATE, EV_GEN_SKEYID, intermediate_generate_keys, INIT_DONE, EV_CHK4_ROLE),

	/* IKE_INTERMEDIATE, responder: what is agreed on comes before IKE_AUTH, more may come */
	R(INIT_DONE, EV_WAIT_INTERMEDIATE, init_start_timer, R_WAIT_INTERMEDIATE, EV_NO_EVENT),
	R(R_WAIT_INTERMEDIATE, EV_RECV_INTERMEDIATE, NULL, R_BLD_INTERMEDIATE, EV_PROC_MSG),
	R(R_WAIT_AUTH, EV_RECV_INTERMEDIATE, NULL, R_BLD_INTERMEDIATE, EV_PROC_MSG),
	R(R_BLD_INTERMEDIATE, EV_PROC_MSG, intermediate_process_request, R_BLD_INTERMEDIATE, EV_NO_EVENT),
	R(R_BLD_INTERMEDIATE, EV_OK_RECD_DH_SECRET_RESP, NULL, R_BLD_INTERMEDIATE, EV_BLD_MSG),
	R(R_BLD_INTERMEDIATE, EV_BLD_MSG, intermediate_build_response, R_BLD_INTERMEDIATE, EV_GEN_SKEYID),
	R(R_BLD_INTERMEDIATE, EV_GEN_SKEYID, intermediate_generate_keys, INIT_DONE, EV_CHK4_ROLE),

	/* IKE_AUTH, initiator */
	R(I_BLD_AUTH, EV_GET_CONFIG_MODE, NULL, I_BLD_AUTH, EV_CHK_EAP),
	R(I_BLD_AUTH, EV_CHK_EAP, eap_check_local, I_BLD_AUTH, EV_GET_PRESHR_KEY),
	R(I_BLD_AUTH, EV_GET_PRESHR_KEY, auth_get_key, I_BLD_AUTH, EV_GEN_AUTH),
	R(I_BLD_AUTH, EV_GEN_AUTH, auth_generate, I_BLD_AUTH, EV_CHK_AUTH_TYPE),
	R(I_BLD_AUTH, EV_OK_RECD_SIGN_RESP, NULL, I_BLD_AUTH, EV_CHK_AUTH_TYPE),
	R(I_BLD_AUTH, EV_CHK_AUTH_TYPE, ppk_sign_again, I_BLD_AUTH, EV_OK_AUTH_GEN),
	R(I_BLD_AUTH, EV_OK_AUTH_GEN, NULL, I_BLD_AUTH, EV_SEND_AUTH),
	R(I_BLD_AUTH, EV_SEND_AUTH, auth_build_request, I_WAIT_AUTH, EV_NO_EVENT),
	R(I_WAIT_AUTH, EV_RECV_AUTH, NULL, I_PROC_AUTH, EV_CHK4_NOTIFY),
	R(I_PROC_AUTH, EV_CHK4_NOTIFY, auth_check_notify, I_PROC_AUTH, EV_PROC_MSG),
	R(I_PROC_AUTH, EV_PROC_MSG, auth_process_id, I_PROC_AUTH,
	  EV_CHK_IF_PEER_CERT_NEEDS_TO_BE_FETCHED_FOR_PROF_SEL),
	R(I_PROC_AUTH, EV_CHK_IF_PEER_CERT_NEEDS_TO_BE_FETCHED_FOR_PROF_SEL, NULL, I_PROC_AUTH,
	  EV_GET_POLICY_BY_PEERID),
	R(I_PROC_AUTH, EV_GET_POLICY_BY_PEERID, auth_policy_by_id, I_PROC_AUTH, EV_VERIFY_POLICY_BY_PEERID),
	R(I_PROC_AUTH, EV_VERIFY_POLICY_BY_PEERID, auth_verify_policy, I_PROC_AUTH, EV_CHK_AUTH_TYPE),
	R(I_PROC_AUTH, EV_CHK_AUTH_TYPE, auth_check_type, I_PROC_AUTH, EV_GET_PRESHR_KEY),
	R(I_PROC_AUTH, EV_GET_PRESHR_KEY, auth_get_key, I_PROC_AUTH, EV_VERIFY_AUTH),
	R(I_PROC_AUTH, EV_VERIFY_AUTH, auth_verify, I_PROC_AUTH, EV_CHK_EAP),
	R(I_PROC_AUTH, EV_OK_RECD_VERIFY_RESP, auth_verified, I_PROC_AUTH, EV_CHK_EAP),
	R(I_PROC_AUTH, EV_CHK_EAP, eap_check_started, I_PROC_AUTH, EV_NOTIFY_AUTH_DONE),
	R(I_PROC_AUTH, EV_NOTIFY_AUTH_DONE, auth_notify_done, I_PROC_AUTH, EV_CHK_CONFIG_MODE),
	R(I_PROC_AUTH, EV_CHK_CONFIG_MODE, NULL, I_PROC_AUTH, EV_CHK4_IC),
	R(I_PROC_AUTH, EV_CHK4_IC, NULL, I_PROC_AUTH, EV_CHK_IKE_ONLY),
	R(I_PROC_AUTH, EV_CHK_IKE_ONLY, NULL, I_PROC_AUTH, EV_PROC_SA_TS),
	R(I_PROC_AUTH, EV_PROC_SA_TS, auth_process_child, AUTH_DONE, EV_OK),

	/* IKE_AUTH, responder */
	R(R_WAIT_AUTH, EV_RECV_AUTH, NULL, R_WAIT_AUTH, EV_CHK_NAT_T),
	R(R_WAIT_AUTH, EV_CHK_NAT_T, NULL, R_WAIT_AUTH, EV_PROC_ID),
	R(R_WAIT_AUTH, EV_PROC_ID, auth_process_id, R_WAIT_AUTH,
	  EV_CHK_IF_PEER_CERT_NEEDS_TO_BE_FETCHED_FOR_PROF_SEL),
	R(R_WAIT_AUTH, EV_CHK_IF_PEER_CERT_NEEDS_TO_BE_FETCHED_FOR_PROF_SEL, NULL, R_WAIT_AUTH,
	  EV_GET_POLICY_BY_PEERID),
	R(R_WAIT_AUTH, EV_GET_POLICY_BY_PEERID, auth_policy_by_id, R_WAIT_AUTH, EV_SET_POLICY),
	R(R_WAIT_AUTH, EV_SET_POLICY, init_set_policy, R_WAIT_AUTH, EV_VERIFY_POLICY_BY_PEERID),
	R(R_WAIT_AUTH, EV_VERIFY_POLICY_BY_PEERID, auth_verify_policy, R_WAIT_AUTH, EV_CHK_AUTH4EAP),
	R(R_WAIT_AUTH, EV_CHK_AUTH4EAP, NULL, R_WAIT_AUTH, EV_CHK_POLREQEAP),
	R(R_WAIT_AUTH, EV_CHK_POLREQEAP, eap_check_policy, R_VERIFY_AUTH, EV_CHK_AUTH_TYPE),
	R(R_VERIFY_AUTH, EV_CHK_AUTH_TYPE, auth_check_type, R_VERIFY_AUTH, EV_GET_PRESHR_KEY),
	R(R_VERIFY_AUTH, EV_GET_PRESHR_KEY, auth_get_key, R_VERIFY_AUTH, EV_VERIFY_AUTH),
	R(R_VERIFY_AUTH, EV_VERIFY_AUTH, auth_verify, R_VERIFY_AUTH, EV_CHK4_IC),
	R(R_VERIFY_AUTH, EV_OK_RECD_VERIFY_RESP, auth_verified, R_VERIFY_AUTH, EV_CHK4_IC),
	R(R_VERIFY_AUTH, EV_CHK4_IC, auth_check_contact, R_VERIFY_AUTH, EV_CHK_REDIRECT),
	R(R_VERIFY_AUTH, EV_CHK_REDIRECT, redirect_check, R_VERIFY_AUTH, EV_NOTIFY_AUTH_DONE),
	R(R_VERIFY_AUTH, EV_NOTIFY_AUTH_DONE, auth_notify_done, R_VERIFY_AUTH, EV_CHK_CONFIG_MODE),
	R(R_VERIFY_AUTH, EV_CHK_CONFIG_MODE, auth_check_config, R_VERIFY_AUTH, EV_SET_RECD_CONFIG_MODE),
	R(R_VERIFY_AUTH, EV_SET_RECD_CONFIG_MODE, NULL, R_VERIFY_AUTH, EV_PROC_SA_TS),
	R(R_VERIFY_AUTH, EV_PROC_SA_TS, auth_process_child, R_VERIFY_AUTH, EV_GET_CONFIG_MODE),
	R(R_VERIFY_AUTH, EV_GET_CONFIG_MODE, auth_get_config, R_BLD_AUTH, EV_MY_AUTH_METHOD),
	R(R_BLD_AUTH, EV_MY_AUTH_METHOD, NULL, R_BLD_AUTH, EV_GET_PRESHR_KEY),
	R(R_BLD_AUTH, EV_GET_PRESHR_KEY, auth_get_key, R_BLD_AUTH, EV_GEN_AUTH),
	R(R_BLD_AUTH, EV_GEN_AUTH, auth_generate, R_BLD_AUTH, EV_CHK4_SIGN),
	R(R_BLD_AUTH, EV_OK_RECD_SIGN_RESP, NULL, R_BLD_AUTH, EV_CHK4_SIGN),
	R(R_BLD_AUTH, EV_CHK4_SIGN, NULL, R_BLD_AUTH, EV_OK_AUTH_GEN),
	R(R_BLD_AUTH, EV_OK_AUTH_GEN, NULL, R_BLD_AUTH, EV_SEND_AUTH),
	R(R_BLD_AUTH, EV_SEND_AUTH, auth_build_response, AUTH_DONE, EV_OK),

	/* IKE_AUTH with EAP, initiator: the responder has proven itself */
	R(I_PROC_AUTH, EV_RECV_EAP_REQ, eap_answer, I_PROC_AUTH, EV_NO_EVENT),
	R(I_PROC_AUTH, EV_SEND_EAP_RESP, NULL, I_PROC_EAP_REQ, EV_SEND_EAP_RESP),
	R(I_PROC_EAP_REQ, EV_SEND_EAP_RESP, eap_send_response, I_WAIT_EAP_REQ, EV_NO_EVENT),
	R(I_WAIT_EAP_REQ, EV_RECV_AUTH, NULL, I_PROC_EAP_REQ, EV_CHK4_NOTIFY),
	R(I_PROC_EAP_REQ, EV_CHK4_NOTIFY, auth_check_notify, I_PROC_EAP_REQ, EV_RECV_EAP_REQ),
	R(I_PROC_EAP_REQ, EV_RECV_EAP_REQ, eap_answer, I_PROC_EAP_REQ, EV_NO_EVENT),
	R(I_PROC_EAP_REQ, EV_RECV_EAP_SUCCESS, NULL, I_BLD_EAP_AUTH, EV_GEN_AUTH),
	R(I_BLD_EAP_AUTH, EV_GEN_AUTH, auth_generate, I_BLD_EAP_AUTH, EV_CHK_AUTH_TYPE),
	R(I_BLD_EAP_AUTH, EV_CHK_AUTH_TYPE, ppk_sign_again, I_BLD_EAP_AUTH, EV_SEND_AUTH),
	R(I_BLD_EAP_AUTH, EV_SEND_AUTH, eap_send_auth, I_WAIT_EAP_AUTH, EV_NO_EVENT),
	R(I_WAIT_EAP_AUTH, EV_RECV_AUTH, NULL, I_PROC_EAP_AUTH, EV_CHK4_NOTIFY),
	R(I_PROC_EAP_AUTH, EV_CHK4_NOTIFY, auth_check_notify, I_PROC_EAP_AUTH, EV_CHK_AUTH_TYPE),
	R(I_PROC_EAP_AUTH, EV_CHK_AUTH_TYPE, auth_check_type, I_PROC_EAP_AUTH, EV_VERIFY_AUTH),
	R(I_PROC_EAP_AUTH, EV_VERIFY_AUTH, auth_verify, I_PROC_AUTH, EV_NOTIFY_AUTH_DONE),

	/* IKE_AUTH with EAP, responder */
	R(R_WAIT_AUTH, EV_AUTHEN_REQ, eap_begin_server, R_BLD_EAP_AUTH_REQ, EV_MY_AUTH_METHOD),
	R(R_BLD_EAP_AUTH_REQ, EV_MY_AUTH_METHOD, eap_only_check, R_BLD_EAP_AUTH_REQ, EV_GET_PRESHR_KEY),
	R(R_BLD_EAP_AUTH_REQ, EV_GET_PRESHR_KEY, auth_get_key, R_BLD_EAP_AUTH_REQ, EV_GEN_AUTH),
	R(R_BLD_EAP_AUTH_REQ, EV_GEN_AUTH, auth_generate, R_BLD_EAP_AUTH_REQ, EV_OK_AUTH_GEN),
	R(R_BLD_EAP_AUTH_REQ, EV_OK_RECD_SIGN_RESP, NULL, R_BLD_EAP_AUTH_REQ, EV_OK_AUTH_GEN),
	R(R_BLD_EAP_AUTH_REQ, EV_OK_AUTH_GEN, NULL, R_BLD_EAP_AUTH_REQ, EV_SEND_EAP_AUTH_REQ),
	R(R_BLD_EAP_AUTH_REQ, EV_SEND_EAP_AUTH_REQ, eap_send_first, R_WAIT_EAP_RESP, EV_NO_EVENT),
	R(R_WAIT_EAP_RESP, EV_RECV_AUTH, NULL, R_PROC_EAP_RESP, EV_PROC_MSG),
	R(R_PROC_EAP_RESP, EV_PROC_MSG, eap_serve, R_PROC_EAP_RESP, EV_NO_EVENT),
	R(R_BLD_EAP_REQ, EV_SEND_EAP_REQ, eap_send_request, R_WAIT_EAP_RESP, EV_NO_EVENT),
	R(R_PROC_EAP_RESP, EV_SEND_EAP_REQ, NULL, R_BLD_EAP_REQ, EV_SEND_EAP_REQ),
	R(R_PROC_EAP_RESP, EV_RECV_EAP_SUCCESS, eap_send_request, R_WAIT_EAP_AUTH_VERIFY, EV_NO_EVENT),
	R(R_WAIT_EAP_AUTH_VERIFY, EV_RECV_AUTH, NULL, R_VERIFY_AUTH, EV_CHK_AUTH_TYPE),

	/* after IKE_AUTH, both */
	R(AUTH_DONE, EV_OK, NULL, AUTH_DONE, EV_PKI_SESH_CLOSE),
	R(AUTH_DONE, EV_PKI_SESH_CLOSE, auth_close, AUTH_DONE, EV_UPDATE_CAC_STATS),
	R(AUTH_DONE, EV_UPDATE_CAC_STATS, auth_update_stats, AUTH_DONE, EV_INSERT_IKE),
	R(AUTH_DONE, EV_INSERT_IKE, auth_insert, AUTH_DONE, EV_GEN_LOAD_IPSEC),
	R(AUTH_DONE, EV_GEN_LOAD_IPSEC, auth_load_child, AUTH_DONE, EV_OK_RECD_LOAD_IPSEC),
	R(AUTH_DONE, EV_OK_RECD_LOAD_IPSEC, NULL, AUTH_DONE, EV_START_ACCT),
	R(AUTH_DONE, EV_START_ACCT, auth_start_accounting, AUTH_DONE, EV_CHECK_DUPE),
	R(AUTH_DONE, EV_CHECK_DUPE, auth_check_duplicate, AUTH_DONE, EV_CHK4_ROLE),
	R(AUTH_DONE, EV_CHK4_ROLE, NULL, READY, EV_CHK_IKE_ONLY),
	R(READY, EV_CHK_IKE_ONLY, auth_ready, READY, EV_NO_EVENT),
	R(READY, EV_I_OK, NULL, READY, EV_NO_EVENT),
	R(READY, EV_R_OK, NULL, READY, EV_NO_EVENT),

	/* CREATE_CHILD_SA, initiator */
	R(READY, EV_INIT_CREATE_CHILD, NULL, CHILD_I_INIT, EV_CHK_CC_TYPE),
	R(CHILD_I_INIT, EV_CHK_CC_TYPE, create_check_type, CHILD_I_INIT, EV_NO_EVENT),
	R(CHILD_I_INIT, EV_REKEY_IPSECSA, NULL, CHILD_I_IPSEC, EV_SET_POLICY),
	R(CHILD_I_INIT, EV_REKEY_IKESA, NULL, CHILD_I_IKE, EV_GET_IKE_POLICY),
	R(CHILD_I_IPSEC, EV_SET_POLICY, child_get_policy, CHILD_I_IPSEC, EV_CHK4_PFS),
	R(CHILD_I_IPSEC, EV_CHK4_PFS, create_check_pfs, CHILD_I_IPSEC, EV_BLD_MSG),
	R(CHILD_I_IPSEC, EV_GEN_DH_KEY, create_make_key, CHILD_I_IPSEC, EV_NO_EVENT),
	R(CHILD_I_IPSEC, EV_OK_RECD_DH_PUBKEY_RESP, NULL, CHILD_I_IPSEC, EV_BLD_MSG),
	R(CHILD_I_IPSEC, EV_BLD_MSG, child_build_request, CHILD_I_WAIT, EV_NO_EVENT),
	R(CHILD_I_IKE, EV_GET_IKE_POLICY, rekey_get_policy, CHILD_I_IKE, EV_GEN_DH_KEY),
	R(CHILD_I_IKE, EV_GEN_DH_KEY, create_make_key, CHILD_I_IKE, EV_NO_EVENT),
	R(CHILD_I_IKE, EV_OK_RECD_DH_PUBKEY_RESP, NULL, CHILD_I_IKE, EV_BLD_MSG),
	R(CHILD_I_IKE, EV_BLD_MSG, rekey_build_request, CHILD_I_WAIT, EV_NO_EVENT),
	R(CHILD_I_WAIT, EV_RECV_CREATE_CHILD, NULL, CHILD_I_PROC, EV_CHK4_NOTIFY),
	R(CHILD_I_PROC, EV_CHK4_NOTIFY, create_check_notify, CHILD_I_PROC, EV_VERIFY_MSG),
	R(CHILD_I_PROC, EV_REKEY_IPSECSA, NULL, CHILD_I_IPSEC, EV_GEN_DH_KEY),
	R(CHILD_I_PROC, EV_REKEY_IKESA, NULL, CHILD_I_IKE, EV_GEN_DH_KEY),
	R(CHILD_I_PROC, EV_VERIFY_MSG, create_verify, CHILD_I_PROC, EV_PROC_MSG),
	R(CHILD_I_PROC, EV_PROC_MSG, create_check_rekey, CHILD_I_PROC, EV_NO_EVENT),
	R(CHILD_I_PROC, EV_SET_POLICY, rekey_process_response, CHILD_I_PROC, EV_CHK4_PFS),
	R(CHILD_I_PROC, EV_PROC_SA_TS, child_process_response, CHILD_I_PROC, EV_CHK4_PFS),
	R(CHILD_I_PROC, EV_CHK4_PFS, create_check_pfs, CHILD_I_PROC, EV_CHK_IKE_REKEY),
	R(CHILD_I_PROC, EV_GEN_DH_SECRET, create_derive, CHILD_I_PROC, EV_NO_EVENT),
	R(CHILD_I_PROC, EV_OK_RECD_DH_SECRET_RESP, followup_check, CHILD_I_PROC, EV_CHK_IKE_REKEY),
	R(CHILD_I_PROC, EV_CHK_IKE_REKEY, create_check_rekey, CHILD_I_PROC, EV_NO_EVENT),
	R(CHILD_I_PROC, EV_GEN_SKEYID, rekey_generate_keys, CHILD_I_DONE, EV_ACTIVATE_NEW_SA),
	R(CHILD_I_PROC, EV_GEN_LOAD_IPSEC, child_load, CHILD_I_DONE, EV_ACTIVATE_NEW_SA),
	R(CHILD_I_DONE, EV_ACTIVATE_NEW_SA, create_activate, CHILD_I_DONE, EV_UPDATE_CAC_STATS),
	R(CHILD_I_DONE, EV_UPDATE_CAC_STATS, create_update_stats, CHILD_I_DONE, EV_CHECK_DUPE),
	R(CHILD_I_DONE, EV_CHECK_DUPE, create_finish, CHILD_I_DONE, EV_OK),
	R(CHILD_I_DONE, EV_OK, NULL, EXIT, EV_CHK_PENDING),

	/* IKE_FOLLOWUP_KE, initiator */
	R(CHILD_I_PROC, EV_SEND_FOLLOWUP_KE, create_make_key, CHILD_I_FOLLOWUP, EV_NO_EVENT),
	R(CHILD_I_FOLLOWUP, EV_OK_RECD_DH_PUBKEY_RESP, followup_build_request, CHILD_I_WAIT_FOLLOWUP, EV_NO_EVENT),
	R(CHILD_I_WAIT_FOLLOWUP, EV_RECV_FOLLOWUP_KE, followup_process_response, CHILD_I_PROC, EV_NO_EVENT),

	/* CREATE_CHILD_SA, responder */
	R(READY, EV_RECV_CREATE_CHILD, NULL, CHILD_R_INIT, EV_RECV_CREATE_CHILD),
	R(CHILD_R_INIT, EV_RECV_CREATE_CHILD, NULL, CHILD_R_INIT, EV_VERIFY_MSG),
	R(CHILD_R_INIT, EV_VERIFY_MSG, create_verify, CHILD_R_INIT, EV_CHK_CC_TYPE),
	R(CHILD_R_INIT, EV_CHK_CC_TYPE, create_check_type, CHILD_R_INIT, EV_NO_EVENT),
	R(CHILD_R_INIT, EV_REKEY_IKESA, NULL, CHILD_R_IKE, EV_REKEY_IKESA),
	R(CHILD_R_INIT, EV_REKEY_IPSECSA, NULL, CHILD_R_IPSEC, EV_PROC_SA_TS),
	R(CHILD_R_IKE, EV_REKEY_IKESA, rekey_admit, CHILD_R_IKE, EV_GET_IKE_POLICY),
	R(CHILD_R_IKE, EV_GET_IKE_POLICY, rekey_get_policy, CHILD_R_IKE, EV_PROC_MSG),
	R(CHILD_R_IKE, EV_PROC_MSG, rekey_process_request, CHILD_R_IKE, EV_SET_POLICY),
	R(CHILD_R_IKE, EV_SET_POLICY, NULL, CHILD_R_BLD_MSG, EV_GEN_DH_KEY),
	R(CHILD_R_IPSEC, EV_PROC_SA_TS, child_process_request, CHILD_R_IPSEC, EV_CHK4_PFS),
	R(CHILD_R_IPSEC, EV_CHK4_PFS, create_check_pfs, CHILD_R_BLD_MSG, EV_GEN_LOAD_IPSEC),
	R(CHILD_R_IPSEC, EV_GEN_DH_KEY, NULL, CHILD_R_BLD_MSG, EV_GEN_DH_KEY),
	R(CHILD_R_BLD_MSG, EV_GEN_DH_KEY, create_make_key, CHILD_R_BLD_MSG, EV_NO_EVENT),
	R(CHILD_R_BLD_MSG, EV_OK_RECD_DH_PUBKEY_RESP, NULL, CHILD_R_BLD_MSG, EV_GEN_DH_SECRET),
	R(CHILD_R_BLD_MSG, EV_GEN_DH_SECRET, create_derive, CHILD_R_BLD_MSG, EV_NO_EVENT),
	R(CHILD_R_BLD_MSG, EV_OK_RECD_DH_SECRET_RESP, followup_check, CHILD_R_BLD_MSG, EV_CHK_IKE_REKEY),
	R(CHILD_R_BLD_MSG, EV_CHK_IKE_REKEY, create_check_rekey, CHILD_R_BLD_MSG, EV_NO_EVENT),
	R(CHILD_R_BLD_MSG, EV_GEN_SKEYID, rekey_generate_keys, CHILD_R_BLD_MSG, EV_BLD_MSG),
	R(CHILD_R_BLD_MSG, EV_GEN_LOAD_IPSEC, child_load, CHILD_R_BLD_MSG, EV_BLD_MSG),
	R(CHILD_R_BLD_MSG, EV_BLD_MSG, create_build_response, CHILD_R_DONE, EV_ACTIVATE_NEW_SA),
	R(CHILD_R_DONE, EV_ACTIVATE_NEW_SA, create_activate, CHILD_R_DONE, EV_UPDATE_CAC_STATS),
	R(CHILD_R_DONE, EV_UPDATE_CAC_STATS, create_update_stats, CHILD_R_DONE, EV_CHECK_DUPE),
	R(CHILD_R_DONE, EV_CHECK_DUPE, NULL, CHILD_R_DONE, EV_OK),
	R(CHILD_R_DONE, EV_OK, NULL, CHILD_R_DONE, EV_START_DEL_NEG_TMR),
	R(CHILD_R_DONE, EV_START_DEL_NEG_TMR, create_start_delete_timer, EXIT, EV_CHK_PENDING),

	/* IKE_FOLLOWUP_KE, responder */
	R(CHILD_R_BLD_MSG, EV_WAIT_FOLLOWUP_KE, followup_respond, CHILD_R_WAIT_FOLLOWUP, EV_NO_EVENT),
	R(CHILD_R_WAIT_FOLLOWUP, EV_RECV_FOLLOWUP_KE, followup_process_request, CHILD_R_BLD_MSG, EV_NO_EVENT),

	/* INFORMATIONAL */
	R(READY, EV_SEND_INFO, NULL, INFO_I_BLD_INFO, EV_BLD_MSG),
	R(INFO_I_BLD_INFO, EV_BLD_MSG, info_build, INFO_I_WAIT, EV_NO_EVENT),
	R(INFO_I_WAIT, EV_RECV_INFO_ACK, info_process_ack, EXIT, EV_CHK_PENDING),
	R(READY, EV_RECV_INFO_REQ, NULL, INFO_R_PROC, EV_PROC_INFO),
	R(INFO_R_PROC, EV_PROC_INFO, info_process_request, EXIT, EV_CHK_PENDING),

	R(EXIT, EV_CHK_PENDING, task_check_pending, EXIT, EV_NO_EVENT),
};

/* In every state: how a task ends early. */
static const struct row early_ends[] = {
	R(IDLE, EV_FAIL, task_failed, EXIT, EV_CHK_PENDING),
	R(IDLE, EV_TIMEOUT, task_timed_out, EXIT, EV_CHK_PENDING),
};

/* clang-format on */

#define STATE_ENTRY(name) [STATE_##name] = #name,
#define EVENT_ENTRY(name) [name] = #name,
NAME_FUNCTION(ikev2_state_name, enum ikev2_state, IKEV2_STATE_LIST, STATE_ENTRY)
NAME_FUNCTION(ikev2_event_name, enum ikev2_event, IKEV2_EVENT_LIST, EVENT_ENTRY)

static const struct row *find_row(enum ikev2_state state, enum ikev2_event event)
{
	static uint16_t index[STATE_COUNT][EVENT_COUNT];
	static bool built;

	if (!built) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			index[rows[i].state][rows[i].event] = i + 1;
		built = true;
	}
	for (size_t i = 0; i < sizeof(early_ends) / sizeof(early_ends[0]); i++)
		if (early_ends[i].event == event)
			return &early_ends[i];
	return index[state][event] ? &rows[index[state][event] - 1] : NULL;
}

/* "INIT" for IKE_SA_INIT: row L06. */
static const char *exchange_word(uint8_t exchange)
{
	switch (exchange) {
	case EXCHANGE_IKE_SA_INIT:
		return "INIT";
	case EXCHANGE_IKE_SESSION_RESUME:
		return "RSUM";
	case EXCHANGE_IKE_AUTH:
		return "AUTH";
	case EXCHANGE_CREATE_CHILD_SA:
		return "CHLD";
	case EXCHANGE_IKE_INTERMEDIATE:
		return "IMED";
	case EXCHANGE_IKE_FOLLOWUP_KE:
		return "FLKE";
	case EXCHANGE_INFORMATIONAL:
		return "INFO";
	default:
		return exchange_name(exchange);
	}
}

/* Who a line is about, in the style that is configured; @exchange: 0: the SA itself. */
static const char *subject(const struct ikev2_sa *sa, uint8_t exchange, char out[SUBJECT_SIZE])
{
	char gateway[SUBJECT_SIZE];

	if (log_style() != LOG_STYLE_YAMAHA)
		snprintf(out, SUBJECT_SIZE, "(SA ID = %u):", sa->base.id);
	else if (exchange)
		snprintf(out, SUBJECT_SIZE, "%.20s/SA:%u/%s ",
			 yamaha_gateway(sa->base.ike, sa->base.profile, gateway), sa->base.id,
			 exchange_word(exchange));
	else
		snprintf(out, SUBJECT_SIZE, "SA:%u/IKE ", sa->base.id);
	return out;
}

void sa_line(const struct ikev2_sa *sa, enum log_topic topic, const char *format, ...)
{
	char text[1024], who[SUBJECT_SIZE];
	va_list arguments;

	if (!log_enabled(topic))
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_line(topic, "%s%s", subject(sa, 0, who), text);
	if (topic == LOG_IKEV2_KEY)
		secret_wipe(text, sizeof(text));
}

void trace_line(const struct task *task, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	if (!log_enabled(LOG_IKEV2_INTERNAL))
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_line(LOG_IKEV2_INTERNAL, "(SA ID = %u):%s", task->sa->base.id, text);
}

static enum log_topic event_topic(void)
{
	return log_style() == LOG_STYLE_YAMAHA ? LOG_IKEV2_EVENT : LOG_IKEV2_INTERNAL;
}

static void __attribute__((format(printf, 3, 0)))
event_line(const struct ikev2_sa *sa, uint8_t exchange, const char *format, va_list arguments)
{
	char text[1024], who[SUBJECT_SIZE];

	if (!log_enabled(event_topic()))
		return;
	vsnprintf(text, sizeof(text), format, arguments);
	log_line(event_topic(), "%s%s", subject(sa, exchange, who), text);
}

void sa_event(const struct ikev2_sa *sa, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	event_line(sa, 0, format, arguments);
	va_end(arguments);
}

void task_event(const struct task *task, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	event_line(task->sa, task->exchange, format, arguments);
	va_end(arguments);
}

/* The first task is two exchanges; what it is now says its message. */
static void follow_exchange(struct task *task)
{
	uint8_t now = task->exchange;

	if (log_style() != LOG_STYLE_YAMAHA || task->said_exchange == now)
		return;
	if (task->said_exchange) {
		task->exchange = task->said_exchange;
		task_event(task, "exchange terminated");
		task->exchange = now;
	}
	task->said_exchange = now;
	task_event(task, "exchange started");
}

/* Row C01, exact. */
static void trace(const struct task *task, enum ikev2_event event)
{
	const struct ike_sa *base = &task->sa->base;
	bool original = base->initiator;

	if (!log_enabled(LOG_IKEV2_INTERNAL))
		return;
	trace_line(task,
		   "SM Trace-> SA: I_SPI=%016llX R_SPI=%016llX (%c) MsgID = %08X CurState: %s "
		   "Event: %s",
		   (unsigned long long)(original ? base->local_spi : base->remote_spi),
		   (unsigned long long)(original ? base->remote_spi : base->local_spi),
		   task->initiator ? 'I' : 'R', task->message_id, ikev2_state_name(task->state),
		   ikev2_event_name(event));
}

void machine_run(struct task *task, enum ikev2_event event)
{
	if (task->running)
		return; /* an action reached its own task: it goes on by its answer */
	task->running = true;
	for (;;) {
		const struct row *row = find_row(task->state, event);

		follow_exchange(task);
		trace(task, event);
		if (!row && event == EV_NO_EVENT)
			break;
		if (!row) {
			task->error = fail(-EPROTO, "%s is not expected in state %s",
					   ikev2_event_name(event), ikev2_state_name(task->state));
			event = EV_FAIL;
			continue;
		}
		if (row->action) {
			enum ikev2_event answer = row->action(task);

			if (task->orphan)
				break;
			if (answer != EV_NEXT) {
				event = answer;
				continue;
			}
		} else {
			trace_line(task, "Action: Action_Null");
		}
		task->state = row->next_state;
		event = row->next_event;
		if (event == EV_NO_EVENT) {
			trace(task, event);
			break;
		}
	}
	task->running = false;
	/* READY ends the first task; the state of the SA itself needs no task. */
	if (task->orphan || task->state == STATE_EXIT ||
	    (task->state == STATE_READY && task->kind == TASK_INITIAL))
		task_free(task);
}

enum ikev2_event task_fail(struct task *task, struct result why, uint16_t notify,
			   enum ike_stat stat)
{
	task->error = why;
	task->error_notify = notify;
	task->sa->base.ike->stats[stat]++;
	return EV_FAIL;
}

struct result cannot_process(uint8_t payload, struct result why)
{
	/* What is not accepted is said already. */
	if (!failed(&why) || !strncmp(why.why, "cannot ", 7))
		return why;
	return fail(why.code, "cannot process %s payload: %.160s", payload_name(payload), why.why);
}

enum ikev2_event task_fail_group(struct task *task, uint16_t guessed)
{
	uint8_t wanted[2] = { task->group >> 8, task->group & 0xff };

	buffer_set(&task->error_data, BYTES(wanted));
	return task_fail(task,
			 fail(-EPROTO, "the peer guessed group %u, we want %u", guessed,
			      task->group),
			 NOTIFY_INVALID_KE_PAYLOAD, IKE_STAT_REJECTED);
}

void ikev2_print_states(FILE *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fprintf(out, "%-15s %-52s %-4s %-15s %s\n", ikev2_state_name(rows[i].state),
			ikev2_event_name(rows[i].event), rows[i].action ? "yes" : "null",
			ikev2_state_name(rows[i].next_state), ikev2_event_name(rows[i].next_event));
	for (size_t i = 0; i < sizeof(early_ends) / sizeof(early_ends[0]); i++)
		fprintf(out, "%-15s %-52s %-4s %-15s %s\n", "(any)",
			ikev2_event_name(early_ends[i].event), "yes",
			ikev2_state_name(early_ends[i].next_state),
			ikev2_event_name(early_ends[i].next_event));
}
