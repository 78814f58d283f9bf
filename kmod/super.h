/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_SUPER_H
#define SEKI_SUPER_H

#include <linux/skbuff.h>

struct seki_sa;

/**
 * struct seki_super - packets that travel as one
 * @head: the first, NULL if there is none
 * @last: of the others, which hang on @head
 * @dst: counted route, if there is a @head
 */
struct seki_super {
	struct sk_buff *head;
	struct sk_buff *last;
	struct dst_entry *dst;
};

bool seki_super_possible(const struct seki_sa *sa);
bool seki_super_fits(const struct seki_super *super, const struct sk_buff *skb);
void seki_super_add(struct seki_super *super, struct sk_buff *skb);
bool seki_super_is(const struct sk_buff *skb);
struct sk_buff *seki_super_split(struct sk_buff *skb);

int seki_super_init(void);
void seki_super_exit(void);

#endif /* SEKI_SUPER_H */
