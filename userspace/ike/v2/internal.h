/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_V2_INTERNAL_H
#define SEKI_IKE_V2_INTERNAL_H

/*
 * IKEv2 inside: the SA, its exchanges and the tasks that fill them.
 *
 * A task is one exchange, or the pair IKE_SA_INIT and IKE_AUTH, seen from one
 * end. It stands in one state of the table (machine.c), which alone changes
 * it. Below the tasks, exchange.c numbers, protects and repeats messages.
 */

#include "base/log.h"
#include "eap/eap.h"
#include "ike/sa.h"
#include "ike/v2/ikev2.h"
#include "ike/v2/states.h"

#define WINDOW_MAX 32
#define CHILDREN_MAX 100 /* of one IKE SA, when the peer wants another one */
#define NONCE_SIZE 32 /* ours; RFC 7296 section 2.10 wants half the PRF's key at least */

struct ikev2_sa;
struct task;

/** struct packets - the datagrams of one message: itself, or its fragments */
struct packets {
	size_t count;
	struct buffer *items;
};

struct reassembly;
TAILQ_HEAD(reassembly_list, reassembly);

/** struct exchange_slot - one message ID of the peer's requests */
struct exchange_slot {
	uint32_t message_id;
	bool used;
	struct packets response; /* empty while it is being made */
};

TAILQ_HEAD(task_list, task);

/** struct ikev2_keys - what SKEYSEED gave (RFC 7296 section 2.14) */
struct ikev2_keys {
	uint16_t prf;
	size_t prf_len;
	uint8_t sk_d[CRYPTOX_HASH_MAX], sk_pi[CRYPTOX_HASH_MAX], sk_pr[CRYPTOX_HASH_MAX];
	struct sealer *in, *out;
	struct sealer
		*earlier_in; /* of the peer's request that led to these, which may come again */
};

struct ikev2_sa {
	struct ike_sa base;
	struct ikev2_keys keys;
	struct buffer nonce_i, nonce_r; /* of the exchange that made this SA */

	/* Requests of ours: in flight, and waiting for a place in the window. */
	uint32_t next_request; /* message ID of our next one */
	uint32_t peer_window;
	struct task_list in_flight, waiting;

	/* Requests of the peer's. */
	uint32_t next_expected; /* lowest message ID that has not come yet */
	uint32_t own_window; /* that we have announced */
	struct exchange_slot slots[WINDOW_MAX];
	struct task_list answering;

	bool moved; /* MOBIKE: by the request with the message ID below */
	uint32_t last_move;
	bool ios; /* messages are as IOS builds them */
	bool delete_reason; /* the peer knows Cisco's notify of this name */
	bool redirectable; /* gateway: the client may be sent elsewhere (RFC 5685) */
	bool fragments; /* the peer understands them, and so do we */
	struct reassembly_list reassemblies; /* oldest first */
	struct timer reassembly;

	struct task *initial; /* until READY */
	uint64_t last_heard; /* authentic, monotonic */
	uint64_t authenticated_at; /* it, or the first one before its rekeys */
	struct timer rekey, liveness, expire, reauth;
	struct ikev2_sa *successor; /* made by a rekey; this one is to be deleted */
	bool replaced; /* superfluous or superseded: its end is no news */
	struct task *rekey_task; /* ours, in progress */
};

static inline struct ikev2_sa *ikev2_of(struct ike_sa *sa)
{
	return (struct ikev2_sa *)sa;
}

enum task_kind { TASK_INITIAL, TASK_CHILD, TASK_REKEY_IKE, TASK_INFORMATIONAL };

/**
 * struct task_work - what a task has given to the workers
 * @task: NULL when it has ended meanwhile
 * @finish: takes what @work.run has found out; the event that the task goes on with
 * @release: frees the work
 */
struct task_work {
	struct work work;
	struct task *task;
	enum ikev2_event (*finish)(struct task *task, struct task_work *work);
	void (*release)(struct task_work *work);
};

/** struct ke_work - a key exchange on its way through the workers */
struct ke_work {
	struct task_work base;
	struct key_exchange *exchange;
	uint16_t group;
	enum { KE_MAKE, KE_DERIVE, KE_ANSWER } step; /* the last one: both at once */
	struct buffer peer_public, secret;
	struct result result;
};

/** struct task - one exchange (or INIT and AUTH); freed in state EXIT by the dispatcher */
struct task {
	TAILQ_ENTRY(task) link;
	struct task_list *list; /* that it is in, NULL for none */
	struct ikev2_sa *sa;
	enum task_kind kind;
	enum ikev2_state state;
	bool initiator; /* of this exchange */
	uint8_t said_exchange; /* that it has started, in the log; 0: none */
	bool running; /* the dispatcher is on the stack */
	uint8_t exchange;
	uint32_t message_id;
	struct path path; /* of the peer's request: the answer goes back there (section 2.11) */

	/* our request until it is answered */
	struct packets request;
	struct timer resend;
	unsigned int sent;

	/* what has come, kept while actions look at it */
	struct message *message;
	struct buffer octets;

	bool orphan; /* its SA has ended while it ran */
	struct task_work *work;
	struct key_exchange *key_exchange;
	struct buffer secret; /* g^ir */
	struct buffer own_public; /* ours, while the private half is away or used up */
	struct buffer nonce_i, nonce_r; /* of this exchange */
	uint16_t group;
	uint8_t ke_type; /* of the last key exchange: one of 6 to 12, or another for the first */
	struct proposal_list proposals;
	struct proposal chosen;

	struct result error; /* why it failed */
	struct result noted; /* what somebody says why it will, not authentic */
	enum ike_stat noted_stat;
	uint16_t peer_error; /* what the peer has told us, 0: nothing */
	uint16_t error_notify; /* what the peer is told, 0: nothing */
	struct buffer error_data;

	/* TASK_INITIAL */
	struct buffer init_request, init_response; /* signed by AUTH */
	struct buffer cookie;
	unsigned int restarts; /* INVALID_KE_PAYLOAD or COOKIE */
	struct timer wait; /* responder: for IKE_AUTH */
	struct buffer psk;
	struct ppk *ppk; /* NULL without */
	struct intermediate *intermediate; /* NULL where the peer does not know it */
	bool redirected; /* this negotiation ends with another gateway */
	bool anew; /* it failed, but the tunnel need not wait for another one */
	struct session *session; /* that is being resumed, NULL: none */
	struct buffer ticket; /* initiator: to show for it */
	uint8_t auth_number; /* method of our AUTH payload, and what is in it */
	struct buffer auth_value;
	struct credential *credential; /* that we sign with; one holder of it */
	struct buffer certreq; /* SHA-1 hashes of the authorities that the peer trusts */
	bool peer_signs; /* it knows digital signatures, with these hashes (RFC 7427) */
	uint32_t peer_hashes;
	struct buffer peer_methods; /* SUPPORTED_AUTH_METHODS of the peer's; empty: anything */

	/* the same, with EAP */
	struct eap *eap; /* NULL without, and while a worker has it */
	struct eap_tls_use *eap_tls; /* what it points at, if it may be EAP-TLS */
	bool eap_done; /* it has succeeded: AUTH is made with its key (section 2.16) */
	struct buffer eap_packet; /* to be sent */
	struct message *first; /* responder: the request that began IKE_AUTH */
	struct buffer first_octets;

	bool childless; /* initiator: the child comes after IKE_AUTH (RFC 6023, row B32) */
	/* a child, in TASK_INITIAL and TASK_CHILD */
	struct kernel_owner owner; /* the tunnel for which we began; 0 as responder */
	struct child_sa *child; /* being made; the task's until it is handed over */
	bool rekeys; /* it replaces the one below, which may be gone before the answer */
	uint32_t replaced_spi_in;
	struct result child_error; /* the IKE SA came up without the child */
	uint16_t child_notify;

	/* TASK_CHILD and TASK_REKEY_IKE with additional key exchanges */
	struct buffer first_secret, more_secrets; /* SK(0); SK(1) | SK(2) ... */
	struct buffer followup_link; /* what the next IKE_FOLLOWUP_KE is to carry */

	/* TASK_REKEY_IKE */
	struct ikev2_sa *new_sa;

	/* TASK_INFORMATIONAL */
	bool asks_ticket; /* and TASK_INITIAL */
	bool is_probe; /* is the peer alive? */
	bool delete_sa;
	bool moves; /* MOBIKE: we have moved */
	struct address redirect_to; /* gateway: where the client is sent, AF_UNSPEC: nowhere */
	uint8_t delete_protocol; /* 0: no child to delete */
	uint32_t delete_spi_in, delete_spi_out;
};

/* machine.c */

/** machine_run() - feeds an event to a task; the task may be gone afterwards */
void machine_run(struct task *task, enum ikev2_event event);
/** task_fail() - an action's way out: keeps the cause, answers EV_FAIL */
enum ikev2_event task_fail(struct task *task, struct result why, uint16_t notify,
			   enum ike_stat stat);
/** task_fail_group() - the request's KE is of another group than task->group (row B36) */
enum ikev2_event task_fail_group(struct task *task, uint16_t guessed);
/** cannot_process() - which payload it was that broke the bound in @why (row L12); fine stays fine */
struct result cannot_process(uint8_t payload, struct result why);
void trace_line(const struct task *task, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sa_line(const struct ikev2_sa *sa, enum log_topic topic, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** sa_event(), task_event() - what Yamaha's routers log, and IOS's under "internal" */
void sa_event(const struct ikev2_sa *sa, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void task_event(const struct task *task, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* detail.c */

/** detail_octets() - a title and rows of hexadecimal digits */
void detail_octets(const struct ikev2_sa *sa, enum log_topic topic, const char *title,
		   struct bytes octets);
void detail_sent(const struct ikev2_sa *sa, const struct packets *packets);
void detail_received(const struct ikev2_sa *sa, struct bytes octets);
/** detail_encrypting(), detail_decrypted() - what is, or was, in the encrypted payload */
void detail_encrypting(const struct ikev2_sa *sa, struct bytes plain);
void detail_decrypted(const struct ikev2_sa *sa, struct bytes plain);
/** detail_payloads() - @verb: "generate" or "process" */
void detail_payloads(const struct ikev2_sa *sa, const char *verb, const struct message *message);
/** detail_key() - a secret, or what it is made of, if the configuration wants it in the log */
void detail_key(const struct ikev2_sa *sa, const char *name, struct bytes key);

/* task.c */

struct task *task_new(struct ikev2_sa *sa, enum task_kind kind, bool initiator);
void task_free(struct task *task);
void task_enlist(struct task *task, struct task_list *list); /* moves; NULL: out of any */
/** task_take_message() - keeps a copy of a message that lies in @octets */
void task_take_message(struct task *task, const struct message *message, struct bytes octets);
void task_drop_message(struct task *task);
/** task_request() - responder: the message that asks for the child and its configuration */
const struct message *task_request(const struct task *task);
/** task_keep_request() - as it stands now, for task_request() */
void task_keep_request(struct task *task);
/** task_tunnel() - for which we began, or NULL: it may have gone meanwhile */
struct tunnel *task_tunnel(const struct task *task);
/** task_submit() - gives @work, whose functions and @work.run are set, to the workers; one at a time */
void task_submit(struct task *task, struct task_work *work);
void task_make_key(struct task *task); /* work -> EV_OK_RECD_DH_PUBKEY_RESP */
void task_derive(struct task *task,
		 struct bytes peer_public); /* work -> EV_OK_RECD_DH_SECRET_RESP */
/** task_answer() - a responder's key pair and secret in one; work -> EV_OK_RECD_DH_SECRET_RESP */
void task_answer(struct task *task, struct bytes peer_public);
/**
 * task_check_ke() - is the message's KE payload of the method @wanted?
 * Return: its value as a view, or why not
 */
struct result task_check_ke(const struct task *task, uint16_t wanted, struct bytes *value);

/* exchange.c */

/** exchange_start() - runs the task's first event when the window has room */
void exchange_start(struct task *task);
/** exchange_request() - sends what the task has built: seals @chain unless the exchange is IKE_SA_INIT */
struct result exchange_request(struct task *task, struct writer *chain);
/** exchange_respond() - answers and keeps the answer for retransmissions */
struct result exchange_respond(struct task *task, struct writer *chain);
/** exchange_answered() - the response has come: frees its place in the window */
void exchange_answered(struct task *task);
void exchange_receive(struct ikev2_sa *sa, const struct message *message, const struct path *path);
/** exchange_repeat() - was this request here before? Then it gets the answer that it got */
bool exchange_repeat(struct ikev2_sa *sa, uint32_t message_id, const struct path *path);
/** exchange_admit() - enters a request's message ID; false when it is old, repeated or too new */
bool exchange_admit(struct ikev2_sa *sa, uint32_t message_id, const struct path *path);
/** exchange_next() - lets waiting tasks go while the window has room */
void exchange_next(struct ikev2_sa *sa);
/** exchange_note_window() - takes the peer's SET_WINDOW_SIZE, if there is one */
void exchange_note_window(struct ikev2_sa *sa, const struct message *message);
/** exchange_say_window() - debug output: which message IDs may follow this exchange */
void exchange_say_window(const struct task *task);
/** exchange_is_first() - the one that makes the keys, and has none itself */
bool exchange_is_first(uint8_t exchange);
struct ike_header exchange_header(const struct ikev2_sa *sa, uint8_t exchange, bool response,
				  uint32_t message_id);
void exchange_abort_all(struct ikev2_sa *sa); /* frees all tasks silently */

/* mobike.c */

void mobike_put_supported(struct task *task, struct writer *writer);
/** mobike_note_supported() - do both want it? Before children are installed */
void mobike_note_supported(struct task *task);
void mobike_move(struct ikev2_sa *sa, const struct address *local);
/** mobike_put_update(), mobike_take_answer() - the initiator's half of the exchange */
void mobike_put_update(struct task *task, struct writer *chain);
void mobike_take_answer(struct task *task);
/** mobike_answer() - moves what the peer's request moves, and adds to the answer */
void mobike_answer(struct task *task, struct writer *answer);

/* ios.c */

void ios_put_vendor_ids(struct task *task, struct writer *writer);
/** ios_put_granite() - the vendor ID of IKE_AUTH */
void ios_put_granite(struct task *task, struct writer *chain);
/** ios_note_peer() - what the vendor IDs of IKE_SA_INIT say of the peer */
void ios_note_peer(struct task *task);
/** ios_say_payloads() - debug output: "Parse Notify Payload: ..." */
void ios_say_payloads(const struct message *message);
/** new_nonce() - for a message of ours */
void new_nonce(const struct task *task, struct buffer *nonce);
/** ios_default_proposals() - what of the default proposals IOS has */
void ios_default_proposals(const struct ikev2_sa *sa, struct proposal_list *list);
#define IOS_CONFIG_ATTRIBUTES 6
/** ios_config_attributes() - what IOS asks for beyond addresses and servers; how many, 0: not IOS */
size_t ios_config_attributes(const struct ikev2_sa *sa, struct config_attribute *attributes);

/* cookie.c */

/**
 * cookie_check() - may this IKE_SA_INIT request make an SA?
 * Return: false when it must come again with the cookie that it has just been sent
 */
bool cookie_check(struct ike *ike, const struct path *path, const struct message *message);

/* fragment.c */

void packets_free(struct packets *packets);
struct buffer *packets_add(struct packets *packets); /* one more, empty */
/** packets_seal() - protects a message, in fragments if it is too large and the peer knows them */
struct result packets_seal(struct ikev2_sa *sa, const struct ike_header *header,
			   const struct writer *chain, struct packets *out);
/**
 * fragment_receive() - takes a piece; with the last one as message_open()
 * Return: -EAGAIN when the message is not complete, or the piece of no use
 */
struct result fragment_receive(struct ikev2_sa *sa, const struct message *message,
			       struct buffer *plain, struct message *inner);
void fragment_start(struct ikev2_sa *sa);
void fragment_forget_all(struct ikev2_sa *sa);

/* keys.c */

struct result keys_derive_initial(struct ikev2_sa *sa, struct bytes secret);
/** keys_derive_again() - from the SK_d before it, after another key exchange (RFC 9370 section 2.2.2) */
struct result keys_derive_again(struct ikev2_sa *sa, struct bytes secret);
/**
 * keys_derive_rekeyed() - SKEYSEED from the old SA's SK_d (RFC 7296 section 2.18)
 * @more: the secrets of additional key exchanges (RFC 9370 section 2.2.4)
 */
struct result keys_derive_rekeyed(struct ikev2_sa *sa, const struct ikev2_sa *old,
				  struct bytes secret, struct bytes more);
/** keys_derive_resumed() - from the SK_d of the session (RFC 5723 section 5.1) */
struct result keys_derive_resumed(struct ikev2_sa *sa, struct bytes sk_d);
/** keys_derive_child() - @more: as above */
struct result keys_derive_child(struct child_sa *child, const struct ikev2_sa *sa,
				struct bytes secret, struct bytes nonce_i, struct bytes nonce_r,
				struct bytes more);
void keys_wipe(struct ikev2_keys *keys);
/**
 * keys_auth_octets() - what one side signs: its IKE_SA_INIT message, the other's nonce, its identity
 * @ours: our side, else the peer's
 */
struct result keys_auth_octets(const struct task *task, bool ours, struct buffer *out);
/** keys_auth_psk() - the AUTH value of one side (RFC 7296 section 2.15) */
struct result keys_auth_psk(const struct task *task, bool ours, struct bytes psk, uint8_t *out);

/* intermediate.c */

/** intermediate_put_supported() - INTERMEDIATE_EXCHANGE_SUPPORTED, where we want it or the peer does */
void intermediate_put_supported(struct task *task, struct writer *writer);
/** intermediate_check() - does what was chosen need more than the message says it can? */
struct result intermediate_check(const struct task *task, const struct proposal *chosen);
/** intermediate_note_supported() - IKE_SA_INIT has come: do both know it? */
void intermediate_note_supported(struct task *task);
/** intermediate_is_next() - is a key exchange still to be done before IKE_AUTH? */
bool intermediate_is_next(const struct task *task);
/** intermediate_put_auth() - IntAuth, what AUTH covers of these exchanges; nothing without any */
void intermediate_put_auth(const struct task *task, struct buffer *out);
void intermediate_free(struct intermediate *intermediate); /* NULL is fine */

/* auth_methods.c */

/** auth_methods_put() - SUPPORTED_AUTH_METHODS, where there is a choice and the peer may know it */
void auth_methods_put(struct task *task, struct writer *writer);
void auth_methods_note(struct task *task); /* what the peer's message says of it */
/** auth_methods_allow() - may our AUTH be of this method, with this AlgorithmIdentifier? */
bool auth_methods_allow(const struct task *task, uint8_t number, struct bytes identifier);
/** auth_methods_refuse() - why ours may not */
struct result auth_methods_refuse(const struct task *task);

/* pfs_info.c */

/** pfs_info_put() - with a child in IKE_AUTH: our PFS of the ones after it */
void pfs_info_put(struct task *task, struct writer *chain);
/** pfs_info_check() - is it the peer's as well? The log says if it is not */
void pfs_info_check(struct task *task);

/* followup.c */

/** followup_find() - the task that a request goes on with; NULL when there is none that waits */
struct task *followup_find(struct ikev2_sa *sa, const struct message *message);
/** followup_put_link() - responder: ADDITIONAL_KEY_EXCHANGE if another exchange is to follow */
void followup_put_link(struct task *task, struct writer *chain);
/** followup_is_under_way() - does a child of the peer's wait for its next key exchange? */
bool followup_is_under_way(const struct ikev2_sa *sa);

/* redirect.c */

/** redirect_parse() - the data of REDIRECT or REDIRECTED_FROM; @nonce: what follows the gateway */
struct result redirect_parse(struct bytes data, struct address *gateway, struct bytes *nonce);
/** redirect_put_supported() - client: that it follows, and where it comes from */
void redirect_put_supported(struct task *task, struct writer *writer);
/**
 * redirect_in_init() - client: what IKE_SA_INIT says of it
 * Return: EV_NEXT for nothing, EV_FAIL when the task ends to begin elsewhere, EV_NO_EVENT
 * when that is not to be followed, with the reason in @why
 */
enum ikev2_event redirect_in_init(struct task *task, struct result *why);
/** redirect_in_auth() - is there no child, because client and gateway part? */
bool redirect_in_auth(struct task *task);
/** redirect_leave() - with the IKE SA established: its end, if the client was redirected */
void redirect_leave(struct task *task);
/** redirect_init() - gateway: sends a stranger elsewhere; false when it may stay */
bool redirect_init(struct ike *ike, const struct path *path, const struct message *message);
void redirect_note_client(struct task *task); /* gateway */
/** redirect_send() - gateway: with the SA established; false when the client would not understand */
bool redirect_send(struct ikev2_sa *sa, const struct address *gateway);
/** redirect_put_order() - what the INFORMATIONAL request says of it */
void redirect_put_order(struct task *task, struct writer *chain);
/** redirect_in_session() - client: does this INFORMATIONAL request send us elsewhere? */
void redirect_in_session(struct task *task);
void redirect_put(struct task *task, struct writer *chain);

/* resume.c */

/** resume_begin() - initiator: does the tunnel have a ticket to begin with? Then the task has it */
bool resume_begin(struct task *task);
/** resume_put_request() - initiator: TICKET_REQUEST, if the profile wants one */
void resume_put_request(struct task *task, struct writer *chain);
/** resume_put_ticket() - responder: the ticket that the request asks for, or TICKET_NACK */
void resume_put_ticket(struct task *task, struct writer *chain);
/** resume_take_ticket() - initiator: keeps the ticket that we have asked for */
void resume_take_ticket(struct task *task);
/** resume_renew() - the keys of the session are others now: asks for a ticket with them */
void resume_renew(struct ikev2_sa *sa);
/** resume_forget() - the session ends in order: nobody shall resume it */
void resume_forget(const struct ikev2_sa *sa);

/* reauth.c */

/** reauth_start() - if the profile wants it, and we began the SA */
void reauth_start(struct ikev2_sa *sa);

/* ppk.c */

/** ppk_put_wish() - initiator, IKE_SA_INIT: USE_PPK if the keyring has a key for the peer */
void ppk_put_wish(struct task *task, struct writer *writer);
/** ppk_put_consent() - responder, IKE_SA_INIT: USE_PPK as well */
void ppk_put_consent(struct task *task, struct writer *writer);
/** ppk_note_consent() - initiator: does the peer know PPKs? A failure if one is required */
struct result ppk_note_consent(struct task *task);
/** ppk_begin() - the keys are there: a required PPK goes into them */
struct result ppk_begin(struct task *task);
/** ppk_put_identity() - with AUTH: PPK_IDENTITY, and NO_PPK_AUTH where it is optional */
void ppk_put_identity(struct task *task, struct writer *chain);
/** ppk_check() - before the peer's AUTH is verified: with the PPK or without? */
struct result ppk_check(struct task *task);
/** ppk_peer_auth() - the value to verify: of the AUTH payload, or of NO_PPK_AUTH */
struct bytes ppk_peer_auth(const struct task *task, struct bytes value);
void ppk_free(struct ppk *ppk); /* NULL is fine */

/* sa.c */

/** retry_delay() - when a rekey that could not be done now is tried again; both ends differ */
uint64_t retry_delay(void);

struct ikev2_sa *ikev2_sa_new(struct ike *ike, bool initiator);
/** ikev2_sa_admit() - by admission control: it counts as negotiating until it is established or ends */
void ikev2_sa_admit(struct ikev2_sa *sa);
/** ikev2_sa_count_active() - what IOS says about its counters; a rekeyed SA was never admitted */
void ikev2_sa_count_active(const struct ikev2_sa *sa);
/** ikev2_sa_end() - frees it; @keep_children: leave them to the tunnel, else remove them */
void ikev2_sa_end(struct ikev2_sa *sa, bool keep_children);
/** ikev2_sa_ready() - established: timers run */
void ikev2_sa_ready(struct ikev2_sa *sa);
/** ikev2_sa_replaced() - the peer is to delete it; if it forgets, so do we, in a while */
void ikev2_sa_replaced(struct ikev2_sa *sa);
/** ikev2_sa_heard() - an authentic message has come */
void ikev2_sa_heard(struct ikev2_sa *sa);
/** ikev2_sa_unreachable() - the peer stopped answering */
void ikev2_sa_unreachable(struct ikev2_sa *sa);

/* liveness.c */

void liveness_start(struct ikev2_sa *sa);

/* info.c */

/** info_delete_child(), info_delete_sa(), info_probe() - start an INFORMATIONAL exchange */
void info_delete_child(struct child_sa *child);
/** info_disown_child() - the peer has made its half, we could not make ours */
void info_disown_child(const struct child_sa *child);
void info_delete_sa(struct ikev2_sa *sa);
void info_probe(struct ikev2_sa *sa);

/* child.c */

void child_start(struct ikev2_sa *sa, struct tunnel *tunnel, struct child_sa *replaces);
/** child_prepare() - initiator: what to offer, with an SPI of ours; @pfs: with a KE group */
struct result child_prepare(struct task *task, bool pfs);
/** child_choose() - responder: takes one of the offered proposals, narrows selectors, makes the child */
struct result child_choose(struct task *task, bool pfs, uint16_t *notify);
/** child_accept() - initiator: takes what the peer has chosen */
struct result child_accept(struct task *task, uint16_t *notify);
void child_put_selectors(struct writer *writer, const struct child_sa *child, bool initiator);
/** child_put_capabilities() - ESP_TFC_PADDING_NOT_SUPPORTED and NON_FIRST_FRAGMENTS_ALSO (row I15) */
void child_put_capabilities(struct task *task, struct writer *writer);
/** child_abandon() - drops the half-made child of a task */
void child_abandon(struct task *task);

/* config.c */

/** config_put_request() - initiator: CFG_REQUEST, if there is anything to ask for */
void config_put_request(struct task *task, struct writer *chain);
/** config_take_reply() - initiator, with its child agreed: keeps what was given, narrows the child to it */
struct result config_take_reply(struct task *task);
/** config_check_request() - responder: takes the address that the child will be for; @notify on failure */
struct result config_check_request(struct task *task, uint16_t *notify);
/** config_has_reply() - is there anything to say with the child? */
bool config_has_reply(const struct task *task);
/** config_authorization() - of the way in which the client has authenticated; NULL: none */
const struct authorization_policy *config_authorization(const struct task *task);
/** config_put_reply() - responder: CFG_REPLY, if there is anything to say */
void config_put_reply(struct task *task, struct writer *chain);
/** config_local_selectors(), config_remote_selectors() - the client's address only, if it got one */
void config_local_selectors(const struct ike_sa *sa, struct traffic_selectors *selectors);
void config_remote_selectors(const struct ike_sa *sa, struct traffic_selectors *selectors);

/* create.c */

/** put_window() - SET_WINDOW_SIZE (row B22) */
void put_window(struct task *task, struct writer *writer);

/* rekey.c */

/** rekey_children_busy() - is a child of ours without its answer, or one of the peer's half made? */
bool rekey_children_busy(const struct ikev2_sa *sa);
void rekey_ike_start(struct ikev2_sa *sa);
/** bytes_order() - as memcmp(), a shorter one first; bytes_lower() - the lower of two (section 2.8.1) */
int bytes_order(struct bytes a, struct bytes b);
struct bytes bytes_lower(struct bytes a, struct bytes b);

/** rekey_move_children() - to whichever SA is going to stay */
void rekey_move_children(struct ikev2_sa *from, struct ikev2_sa *to);
/** rekey_abandon() - drops the half-made successor of a task */
void rekey_abandon(struct task *task);

/* nat.c */

/** nat_put_detection() - NAT_DETECTION_SOURCE_IP and _DESTINATION_IP for a message with this header */
void nat_put_detection(struct task *task, struct writer *writer, const struct ike_header *header);

/* auth.c */

/** auth_reject() - an initiator that does not believe the responder says so before it forgets the SA */
void auth_reject(struct task *task);

/** auth_put_proof() - ID and AUTH of ours, with what else proves us */
void auth_put_proof(struct task *task, struct writer *chain);

/* eap.c */

/** eap_awaits() - does this state wait for IKE_AUTH requests of EAP? */
bool eap_awaits(enum ikev2_state state);
/** eap_has_method() - may a profile's EAP be this method? */
bool eap_has_method(const struct ikev2_profile *profile, uint8_t type);
/** eap_put_failure() - responder: how a conversation that goes on ends badly; false when none does */
bool eap_put_failure(struct task *task, struct writer *chain);

/* eap_only.c */

/** eap_only_put() - initiator: EAP_ONLY_AUTHENTICATION, if the profile wants the server proven by EAP */
void eap_only_put(struct task *task, struct writer *chain);
/** eap_only_awaited() - initiator: the answer has EAP in the place of AUTH, as the profile wants */
bool eap_only_awaited(const struct task *task);

/* eap_tls.c */

/** eap_tls_prepare() - certificates for a side that may use EAP-TLS; views live as long as the task's */
struct result eap_tls_prepare(struct task *task, struct eap_tls_config *config);
/** eap_tls_user() - whom our certificate names; false for nobody */
bool eap_tls_user(const struct task *task, struct buffer *user);
/** eap_tls_was_weak() - did the other side's certificate need the permission for legacy? */
bool eap_tls_was_weak(const struct eap_tls_use *use);
void eap_tls_free(struct eap_tls_use *use); /* NULL is fine; after the conversation */

/* init.c */

/** init_take_cookie() - EV_BLD_MSG: again with the cookie; EV_NEXT: none was asked for */
enum ikev2_event init_take_cookie(struct task *task);
/** init_put_fragmentation(), init_note_fragmentation() - RFC 7383 section 2.3 */
void init_put_fragmentation(struct task *task, struct writer *writer);
void init_note_fragmentation(struct task *task);
/** init_note_error() - an error that anybody may have sent: keeps it, and waits on */
enum ikev2_event init_note_error(struct task *task, struct result why, enum ike_stat stat);
/** get_ike_policy() - what we offer and accept for this SA; false when that is nothing */
bool get_ike_policy(struct ikev2_sa *sa, struct proposal_list *list);
struct result init_start(struct ike *ike, struct tunnel *tunnel,
			 const struct ipsec_profile *profile);
void init_receive(struct ike *ike, const struct endpoint *local, const struct endpoint *remote,
		  const struct message *message);

#endif
