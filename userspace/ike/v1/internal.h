/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_V1_INTERNAL_H
#define SEKI_IKE_V1_INTERNAL_H

/*
 * IKEv1 inside: the ISAKMP SA, and the tasks that fill its exchanges.
 *
 * A task is phase 1, or one exchange of phase 2 (a "node" in IOS's words), seen
 * from one end. It stands in one state of the table (machine.c), which alone
 * changes it. Below the tasks, exchange.c encrypts and repeats messages.
 */

#include "base/log.h"
#include "codec/isakmp.h"
#include "ike/sa.h"
#include "ike/v1/ikev1.h"
#include "ike/v1/keys.h"
#include "ike/v1/states.h"

#define IKEV1_NONCE_SIZE 20
#define IKEV1_CHILDREN_MAX 100 /* of one ISAKMP SA, when the peer wants another one */

struct ikev1_auth;
struct ikev1_sa;
struct ikev1_task;

TAILQ_HEAD(ikev1_task_list, ikev1_task);

/** enum natt_kind - which document the peer goes by in finding NATs, in order of preference */
enum natt_kind { NATT_NONE, NATT_DRAFT_02, NATT_DRAFT_03, NATT_RFC };

struct ikev1_sa {
	struct ike_sa base;
	struct ikev1_keys keys;
	struct ikev1_iv phase_1; /* last block of phase 1 */
	const struct ikev1_auth *method; /* that was agreed */
	uint32_t lifetime; /* agreed, seconds */

	struct ikev1_task *initial; /* phase 1; stays, to repeat its last message */
	struct ikev1_task_list tasks; /* of phase 2 */

	/* Message IDs that the peer has used: one that comes again is a replay. */
	uint32_t *used;
	size_t used_count, used_capacity;

	bool peer_fragments; /* it reads messages in pieces */
	uint16_t fragment_id; /* of our last one */
	struct ikev1_pieces *pieces; /* of the peer's, which is not complete; NULL: none */
	struct timer reassembly;

	enum natt_kind natt;
	bool peer_dpd; /* it answers R-U-THERE */
	uint32_t dpd_sequence, dpd_peer_sequence;
	unsigned int dpd_unanswered;
	uint64_t last_heard;
	struct timer rekey, reaper, liveness;

	bool complete; /* phase 1 is: its keys serve others */
	bool unity; /* the peer speaks of Unity's attributes */
	bool user_due; /* XAUTH has not found a user yet */
	bool first_contact; /* the peer has forgotten all that there was, if the user is right */
	unsigned int user_tries;
	struct timer user_wait; /* of a client, for the server */
	struct ikev1_sa *successor; /* a phase 1 that will take over */
	bool replaced; /* its children have moved: its end is no news */
};

static inline struct ikev1_sa *ikev1_of(struct ike_sa *sa)
{
	return (struct ikev1_sa *)sa;
}

/** struct ikev1_work - what takes long, on its way through the workers: the first member of its kind */
struct ikev1_work {
	struct work work;
	struct ikev1_task *task; /* NULL when it has ended meanwhile */
	enum ikev1_event then;
	/** @finish: takes the outcome; NEXT: the task goes on with @then, else with this */
	enum ikev1_event (*finish)(struct ikev1_task *task, struct ikev1_work *work);
	void (*release)(struct ikev1_work *work);
};

enum ikev1_task_kind { IKEV1_MAIN, IKEV1_AGGRESSIVE, IKEV1_QUICK, IKEV1_TRANSACTION };

/** struct ikev1_task - phase 1, or a node of phase 2 */
struct ikev1_task {
	TAILQ_ENTRY(ikev1_task) link;
	struct ikev1_sa *sa;
	enum ikev1_task_kind kind;
	enum ikev1_state state;
	const char *stage; /* what show prints: "MM_SA_SETUP" (row E03) */
	bool initiator; /* of this exchange */
	bool running; /* the dispatcher is on the stack */
	enum ikev1_event event; /* that it is at, or was at last */
	bool orphan; /* its SA has ended while it ran */
	uint32_t message_id; /* 0 in phase 1 */
	struct ikev1_iv iv;
	bool have_iv;

	/* our last message, which is sent again until the next one comes */
	struct buffer sent;
	struct path path;
	bool answered; /* it came after the peer's last one */
	bool repeats; /* by itself, not only when the peer repeats its own */
	unsigned int tries;
	struct timer resend;
	struct timer end; /* a finished node stays a while, for repetitions */

	/* the peer's last message: as it came, and what is in it */
	struct buffer received;
	struct path came; /* which way */
	struct message *message;
	struct buffer plain;
	struct ikev1_iv next_iv; /* once the message is believed */

	struct ikev1_work *work;
	struct key_exchange *key_exchange;
	struct buffer own_public, peer_public, secret;
	struct buffer nonce_i, nonce_r;
	uint16_t group;
	struct isakmp_sa *offer; /* ours, or the peer's choice */
	struct isakmp_transform chosen;
	struct isakmp_sa *answer; /* what we have chosen, as it is sent */

	struct result error; /* why it failed */
	struct result noted; /* why it probably will: nobody vouches for that */
	uint16_t error_notify; /* what the peer is told, 0: nothing */
	const char *mode; /* that fails: "Main", "Quick" (row L01) */

	/* phase 1 */
	struct buffer sa_body; /* of the initiator: HASH_I and HASH_R cover it */
	struct buffer id_body; /* ours, as it is sent */
	struct buffer peer_id_body; /* aggressive mode: as it came, before any proof */
	uint32_t ready; /* methods that have what they need: bits, in the order of their table */
	struct buffer psk;
	struct buffer requests; /* authorities that the peer asks for */
	struct credential *credential; /* ours, that signs */
	struct buffer signature; /* ours */
	struct private_key *rsa_key; /* of encrypted nonces: ours, and the peer's public one */
	struct buffer peer_key, peer_id; /* and the body of its ID payload */
	bool opened; /* what it has encrypted for us has been decrypted */
	bool doubtful; /* and cannot have been right, which must not show yet */
	bool proven; /* the peer has shown who it is */

	/* transactions */
	uint16_t config_id; /* of request and reply */
	bool wants_type; /* XAUTH: the peer has named it */

	/* phase 1 that we begin, what a client asks for, and quick mode */
	struct kernel_owner owner; /* the tunnel that it is for; 0 as responder */
	struct child_sa *child; /* being made */
	bool rekeys;
	uint32_t replaced_spi_in;
};

/* machine.c */

/** ikev1_run() - feeds an event to a task; the task may be gone afterwards */
void ikev1_run(struct ikev1_task *task, enum ikev1_event event);
/** ikev1_expects() - is there a row for this event in the task's state? */
bool ikev1_expects(const struct ikev1_task *task, enum ikev1_event event);
/** ikev1_fail() - an action's way out: keeps the cause */
enum ikev1_event ikev1_fail(struct ikev1_task *task, struct result why, uint16_t notify,
			    enum ike_stat stat);
/** isakmp_line() - "ISAKMP:(0:1:SW:1):" and the text */
void isakmp_line(const struct ikev1_sa *sa, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/** engine_line() - row K03: "CryptoEngine0: generate hmac context for conn id 14" */
void engine_line(const struct ikev1_sa *sa, const char *what);

/* peer.c: row E14, lines of debug about peers and what holds them */

/** peer_lock() - a new SA; @where: who has made it. peer_unlock() - it is about to go */
void peer_lock(const struct ikev1_sa *sa, const char *where);
void peer_unlock(const struct ikev1_sa *sa);
/** peer_inserted() - it is known who it is */
void peer_inserted(const struct ikev1_sa *sa);
/** peer_lock_ipsec(), peer_unlock_ipsec() - around the making of child SAs */
void peer_lock_ipsec(const struct ikev1_sa *sa);
void peer_unlock_ipsec(const struct ikev1_sa *sa);

/* hint.c */

/** ikev1_hint() - why it probably does not come up; NULL: nothing tells that it does not */
const char *ikev1_hint(const struct ikev1_sa *sa);

/* task.c */

struct ikev1_task *ikev1_task_new(struct ikev1_sa *sa, enum ikev1_task_kind kind, bool initiator,
				  uint32_t message_id);
void ikev1_task_free(struct ikev1_task *task);
/** ikev1_task_tunnel() - for which we began, or NULL: it may have gone meanwhile */
struct tunnel *ikev1_task_tunnel(const struct ikev1_task *task);
/**
 * ikev1_task_compute() - by a worker: a key pair if there is none, and the secret if
 * the peer's value is known; then the task goes on with @then
 */
void ikev1_task_compute(struct ikev1_task *task, enum ikev1_event then);
/** ikev1_node_stays() - in case that the peer has not got its last message */
void ikev1_node_stays(struct ikev1_task *task);
/**
 * ikev1_task_submit() - gives work to the workers; the task does nothing else meanwhile
 * @then: goes on; an action that names its own task->event and answers NONE is run once more
 */
void ikev1_task_submit(struct ikev1_task *task, struct ikev1_work *work, enum ikev1_event then);
/** ikev1_need() - a payload that must be in the task's message; NULL and why not */
const struct payload *ikev1_need(struct ikev1_task *task, uint8_t type, struct result *result);
/** ikev1_new_nonce() */
void ikev1_new_nonce(struct buffer *nonce);

/* exchange.c */

/** enum send_kind - is a message repeated until the next one comes, does it only wait, is it the last? */
enum send_kind { SEND_REPEATS, SEND_WAITS, SEND_LAST };

uint8_t ikev1_exchange_of(const struct ikev1_task *task);
/** ikev1_send_clear() - what the writer has begun with a header; ikev1_send_sealed() - a bare chain */
void ikev1_send_clear(struct ikev1_task *task, struct writer *writer, enum send_kind kind);
struct result ikev1_send_sealed(struct ikev1_task *task, struct writer *chain, enum send_kind kind);
/** ikev1_seal() - pads and encrypts a chain behind a header; @iv moves on */
struct result ikev1_seal(const struct ikev1_sa *sa, const struct ike_header *header,
			 const struct writer *chain, struct ikev1_iv *iv, struct buffer *out);
/** ikev1_open() - the chain of an encrypted message; @iv moves on, whether it is worth anything or not */
struct result ikev1_open(const struct ikev1_sa *sa, const struct message *outer,
			 struct ikev1_iv *iv, struct buffer *plain, struct message *inner);
/** ikev1_open_hash(), ikev1_close_hash() - a HASH payload in front, filled in over what follows it */
void ikev1_open_hash(struct ikev1_sa *sa, struct writer *writer);
struct result ikev1_close_hash(struct ikev1_sa *sa, struct writer *writer, uint32_t message_id,
			       struct bytes nonce);
/** ikev1_check_hash() - does the first payload authenticate the others? */
struct result ikev1_check_hash(const struct ikev1_sa *sa, const struct message *message,
			       struct bytes nonce);
/** ikev1_accept() - the message in hand is the peer's: nothing is repeated any more, its IV counts */
void ikev1_accept(struct ikev1_task *task);
void ikev1_send_octets(struct ikev1_sa *sa, const struct path *path, struct bytes octets,
		       const char *stage);
/** ikev1_receive_message() - of a known SA */
void ikev1_receive_message(struct ikev1_sa *sa, const struct message *message,
			   const struct path *path);
struct ike_header ikev1_header(const struct ikev1_sa *sa, uint8_t exchange, uint32_t message_id);
/** ikev1_message_is_new() - a message ID that the peer has not used; notes it */
bool ikev1_message_is_new(struct ikev1_sa *sa, uint32_t message_id);
/** ikev1_new_message_id() - random, not 0 */
uint32_t ikev1_new_message_id(void);
void ikev1_abort_all(struct ikev1_sa *sa);

/* sa.c */

struct ikev1_sa *ikev1_sa_new(struct ike *ike, bool initiator);
/** ikev1_sa_end() - frees it; @keep_children: leave them to the tunnel, else remove them */
void ikev1_sa_end(struct ikev1_sa *sa, bool keep_children);
/** ikev1_sa_ready() - phase 1 is complete: timers run, an older SA with this peer is relieved */
void ikev1_sa_ready(struct ikev1_sa *sa);
void ikev1_sa_heard(struct ikev1_sa *sa);

/* phase1.c: what main and aggressive mode share */

struct result phase1_start(struct ike *ike, struct tunnel *tunnel,
			   const struct ipsec_profile *profile);
/** phase1_restart() - a successor for an SA whose lifetime comes to its end */
void phase1_restart(struct ikev1_sa *old);
/** phase1_receive_first() - a first message: makes an SA, or repeats what it got */
void phase1_receive_first(struct ike *ike, const struct path *path, const struct message *message);
/** phase1_begin_clear() - a message that is not encrypted */
void phase1_begin_clear(struct ikev1_task *task, struct writer *writer);
/** phase1_put_offer() - the SA payload of the initiator, which proofs cover */
void phase1_put_offer(struct ikev1_task *task, struct writer *writer);
/** phase1_choose() - responder: methods and suite for what is offered; @notify: what to tell the peer */
struct result phase1_choose(struct ikev1_task *task, uint16_t *notify);
/** phase1_take_choice() - initiator: what the responder has chosen */
struct result phase1_take_choice(struct ikev1_task *task);
/** phase1_put_public(), phase1_take_public() - KE and NONCE */
void phase1_put_public(struct ikev1_task *task, struct writer *writer);
struct result phase1_take_public(struct ikev1_task *task);
/** phase1_choose_id() - who we say to be, into task->id_body */
void phase1_choose_id(struct ikev1_task *task);
/** phase1_prove(), phase1_check() - as struct ikev1_auth says, with the hash that belongs to it */
enum ikev1_event phase1_prove(struct ikev1_task *task, struct writer *chain);
enum ikev1_event phase1_check(struct ikev1_task *task, struct bytes id_body);
/** phase1_put_contact() - INITIAL_CONTACT, where it is one */
void phase1_put_contact(const struct ikev1_task *task, struct writer *chain);
/** phase1_proven() - the message in hand has shown who the peer is */
void phase1_proven(struct ikev1_task *task);

/** phase1_usable() - and nothing else has to be shown: IPsec SAs may be made */
void phase1_usable(struct ikev1_sa *sa);
/** ikev1_give_up() - the SA ends before it was of use, and its tunnel is told why */
void ikev1_give_up(struct ikev1_sa *sa, const char *why);

/* xauth.c, modecfg.c, transaction.c */

/** xauth_begin() - phase 1 is complete, the user is not known yet */
void xauth_begin(struct ikev1_sa *sa);
/** modecfg_start() - client: asks for an address for the tunnel; modecfg_push() - server: gives one */
void modecfg_start(struct ikev1_sa *sa, struct tunnel *tunnel);
void modecfg_push(struct ikev1_sa *sa);
/** modecfg_client_selectors() - of an SA that has given (@server), or got, an address: that alone */
void modecfg_client_selectors(const struct ikev1_sa *sa, bool server,
			      struct traffic_selectors *selectors);
/** ikev1_is_client() - of an Easy VPN server */
bool ikev1_is_client(const struct ikev1_sa *sa);
/** ikev1_has_lease() - its IPsec SAs are for an address that ends with it */
bool ikev1_has_lease(const struct ikev1_sa *sa);

/* suite.c: the suites of phase 1 that policy allows */

/** suites_offer() - in order of priority; false when there is none */
bool suites_offer(const struct ikev1_task *task, struct isakmp_sa *offer);
/** suites_choose() - row E05: each offered suite against each of ours, read aloud */
struct result suites_choose(struct ikev1_task *task, const struct isakmp_sa *offered,
			    struct isakmp_sa *answer, struct isakmp_transform *chosen);
/** suites_check_answer() - is it one that we offered? */
struct result suites_check_answer(const struct isakmp_sa *offer, const struct isakmp_sa *answer,
				  struct isakmp_transform *chosen);
/** suites_agreed() - takes it over */
struct result suites_agreed(struct ikev1_sa *sa, const struct isakmp_transform *chosen);
/** legacy_is_permitted() - for the SA's profile; before that is known, for any */
bool legacy_is_permitted(const struct ikev1_sa *sa);
/** read_aloud() - an attribute's line, for isakmp_attributes_read_aloud() */
void read_aloud(void *context, const char *text);

/** suites_wanted() - is there a policy for this method? */
bool suites_wanted(const struct ikev1_task *task, const struct ikev1_auth *method);

/* identity.c: who we are, who the peer is */

void own_identity(struct ikev1_task *task, struct identity *identity);
/** find_key() - the pre-shared key for a peer at this address (row E08) */
struct result find_key(struct ikev1_sa *sa, struct buffer *psk);
/** take_identity() - the peer's, and the profile that it means (rows E12, E13) */
struct result take_identity(struct ikev1_sa *sa, const struct payload *payload);

/* vendor.c */

void vendors_put(struct ikev1_sa *sa, struct writer *writer);
void vendors_take(struct ikev1_sa *sa, const struct message *message);

/* nat.c */

void natt_put_detection(struct ikev1_task *task, struct writer *writer);
void natt_detect(struct ikev1_task *task);
/** natt_float() - to port 4500 when there is a NAT (RFC 3947 section 4) */
void natt_float(struct ikev1_sa *sa);
/** natt_mode() - the encapsulation mode that a proposal names */
uint16_t natt_mode(const struct ikev1_sa *sa, bool transport);

/* fragment.c: messages in pieces */

bool fragment_wanted(const struct ikev1_sa *sa, size_t len);
/** fragment_send() - @send is called for each datagram */
void fragment_send(struct ikev1_sa *sa, struct bytes octets,
		   void (*send)(struct ikev1_sa *sa, struct bytes piece, const void *context),
		   const void *context);
/** fragment_take() - true when the message is complete: all of it, header and all */
bool fragment_take(struct ikev1_sa *sa, const struct message *message, struct buffer *whole);
void fragment_forget(struct ikev1_sa *sa);

/* quick.c */

void quick_start(struct ikev1_sa *sa, struct tunnel *tunnel, struct child_sa *replaces);
/** quick_abandon() - drops the half-made child of a task */
void quick_abandon(struct ikev1_task *task);

/* quick_selectors.c */

/** quick_take_selectors() - of the task's message; without them it is about the two ends themselves */
struct result quick_take_selectors(struct ikev1_task *task, struct traffic_selectors *of_initiator,
				   struct traffic_selectors *of_responder);
bool quick_same_selectors(const struct traffic_selectors *a, const struct traffic_selectors *b);
/** quick_check_selectors() - responder: within what the tunnel carries, and the client was given */
struct result quick_check_selectors(const struct ikev1_task *task, const struct tunnel *tunnel,
				    const struct traffic_selectors *of_initiator,
				    const struct traffic_selectors *of_responder);

/* info.c */

void ikev1_receive_info(struct ikev1_sa *sa, const struct message *outer, const struct path *path);
/** ikev1_notify() - in an informational exchange; protected when there are keys */
void ikev1_notify(struct ikev1_sa *sa, uint16_t type, struct bytes data);
void ikev1_delete_child(struct child_sa *child);
/** ikev1_delete_sa() - tells the peer, and ends it; child SAs too unless they may carry on */
void ikev1_delete_sa(struct ikev1_sa *sa, bool keep_children);
void ikev1_liveness_start(struct ikev1_sa *sa);

#endif
