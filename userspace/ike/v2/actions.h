/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_V2_ACTIONS_H
#define SEKI_IKE_V2_ACTIONS_H

/*
 * What the state table calls. An action answers EV_NEXT (go on as its row
 * says), an event that its state has a row for, or EV_FAIL through task_fail().
 */

#include "ike/v2/internal.h"

typedef enum ikev2_event ikev2_action(struct task *task);

/* init.c */
ikev2_action init_get_policy, init_set_policy, init_make_key, init_no_config, init_build_request;
ikev2_action init_check_notify, init_verify_response, init_process_response;
ikev2_action init_derive, init_generate_keys, init_done;
ikev2_action init_verify_request, init_admit, init_process_request, init_build_response;
ikev2_action init_check_role, init_start_timer, init_open_pki;

/* nat.c */
ikev2_action nat_detect, nat_check;

/* auth.c */
ikev2_action auth_check_pki, auth_generate, auth_build_request;
ikev2_action auth_check_notify, auth_process_id, auth_policy_by_id, auth_verify_policy;
ikev2_action auth_check_type, auth_get_key, auth_verify, auth_verified, auth_check_contact,
	auth_check_config, auth_get_config, auth_notify_done;
ikev2_action auth_process_child, auth_build_response;
ikev2_action auth_close, auth_update_stats, auth_insert, auth_load_child, auth_start_accounting;
ikev2_action auth_check_duplicate, auth_ready;

/* eap.c */
ikev2_action eap_check_local, eap_check_started, eap_answer, eap_send_response, eap_send_auth;
ikev2_action eap_check_policy, eap_begin_server, eap_send_first, eap_serve, eap_send_request;

/* resume.c */
ikev2_action resume_build_request, resume_check_notify, resume_process_response;
ikev2_action resume_verify_request, resume_build_response;

/* redirect.c */
ikev2_action redirect_check;

/* ppk.c */
ikev2_action ppk_sign_again;

/* eap_only.c */
ikev2_action eap_only_check;

/* intermediate.c */
ikev2_action intermediate_make_key, intermediate_build_request, intermediate_check_notify;
ikev2_action intermediate_process_response, intermediate_process_request;
ikev2_action intermediate_build_response, intermediate_generate_keys;

/* followup.c */
ikev2_action followup_check, followup_build_request, followup_process_response;
ikev2_action followup_respond, followup_process_request, followup_build_response;

/* create.c: what CREATE_CHILD_SA has in common for children and the IKE SA */
ikev2_action create_check_type, create_make_key, create_check_notify, create_verify;
ikev2_action create_check_pfs, create_derive, create_check_rekey, create_build_response;
ikev2_action create_activate, create_update_stats, create_start_delete_timer, create_finish;

/* child.c */
ikev2_action child_get_policy, child_build_request, child_process_request, child_process_response;
ikev2_action child_load, child_activate, child_finish;

/* rekey.c */
ikev2_action rekey_get_policy, rekey_build_request, rekey_admit, rekey_process_request;
ikev2_action rekey_process_response, rekey_generate_keys, rekey_activate, rekey_finish;

/* info.c */
ikev2_action info_build, info_process_ack, info_process_request;

/* task.c */
ikev2_action task_failed, task_timed_out, task_check_pending;

#endif
