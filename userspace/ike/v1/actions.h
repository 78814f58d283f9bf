/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_V1_ACTIONS_H
#define SEKI_IKE_V1_ACTIONS_H

/* What the rows of the state table do, in their order (machine.c). */

#include "ike/v1/internal.h"

typedef enum ikev1_event ikev1_action(struct ikev1_task *task);

/* main.c: main mode (RFC 2409 section 5) */
ikev1_action main_send_offer, main_take_answer, main_send_key, main_take_key, main_send_proof,
	main_take_proof, main_choose, main_send_choice, main_answer_key, main_answer_proof;

/* aggressive.c */
ikev1_action aggressive_begin, aggressive_send_offer, aggressive_take_answer, aggressive_finish,
	aggressive_choose, aggressive_send_answer, aggressive_take_proof;

/* phase1.c */
ikev1_action phase1_done;

/* quick.c: quick mode (section 5.5) */
ikev1_action quick_begin, quick_send_offer, quick_take_answer, quick_finish, quick_choose,
	quick_send_answer, quick_take_last;

/* xauth.c */
ikev1_action xauth_send_request, xauth_take_reply, xauth_judge, xauth_take_ack, xauth_take_request,
	xauth_send_reply, xauth_take_status, xauth_complete;

/* modecfg.c */
ikev1_action modecfg_take_request, modecfg_send_reply, modecfg_send_set, modecfg_take_ack,
	modecfg_send_request, modecfg_take_reply, modecfg_take_set, modecfg_complete;

/* task.c */
ikev1_action task_fails, task_times_out;

#endif
