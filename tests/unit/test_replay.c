// SPDX-License-Identifier: GPL-2.0-or-later
/* The module's replay window, compiled for the host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <kshim.h>
#include "../../kmod/replay.c"

static struct seki_replay *make(u32 window)
{
	struct seki_replay *replay = malloc(seki_replay_size(window));

	assert_non_null(replay);
	seki_replay_init(replay, window);
	return replay;
}

static enum seki_drop take(struct seki_replay *replay, u64 seq)
{
	enum seki_drop why = seki_replay_check(replay, seq);

	if (!why)
		seki_replay_advance(replay, seq);
	return why;
}

static void zero_is_never_sent(void **state)
{
	struct seki_replay *replay = make(64);

	(void)state;
	assert_int_equal(take(replay, 0), SEKI_DROP_SEQ_ZERO);
	free(replay);
}

static void each_number_once(void **state)
{
	struct seki_replay *replay = make(64);

	(void)state;
	for (u64 seq = 1; seq < 1000; seq++) {
		assert_int_equal(take(replay, seq), SEKI_DROP_NONE);
		assert_int_equal(take(replay, seq), SEKI_DROP_REPLAYED);
	}
	free(replay);
}

static void edges_of_the_window(void **state)
{
	static const u32 windows[] = { 64, 128, 1024, 8192 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(windows); i++) {
		u32 window = windows[i];
		struct seki_replay *replay = make(window);

		assert_int_equal(take(replay, 100000), SEKI_DROP_NONE);
		assert_int_equal(take(replay, 100000 - window), SEKI_DROP_BEYOND_WINDOW);
		assert_int_equal(take(replay, 100000 - window + 1), SEKI_DROP_NONE);
		assert_int_equal(take(replay, 100000 - window + 1), SEKI_DROP_REPLAYED);
		assert_int_equal(take(replay, 99999), SEKI_DROP_NONE);
		free(replay);
	}
}

static void a_far_jump_forgets_everything(void **state)
{
	struct seki_replay *replay = make(1024);

	(void)state;
	for (u64 seq = 1; seq <= 5000; seq++)
		assert_int_equal(take(replay, seq), SEKI_DROP_NONE);
	assert_int_equal(take(replay, 1ULL << 40), SEKI_DROP_NONE);
	for (u64 back = 1; back < 1024; back++)
		assert_int_equal(take(replay, (1ULL << 40) - back), SEKI_DROP_NONE);
	free(replay);
}

/* Against a window that remembers every number in the plainest way. */
static void agrees_with_a_plain_window(void **state)
{
	enum { SPAN = 4096, WINDOW = 128 };
	static bool seen[SPAN];
	struct seki_replay *replay = make(WINDOW);
	uint32_t random = 12345;
	u64 top = 0;

	(void)state;
	for (int round = 0; round < 200000 && top < SPAN - 300; round++) {
		enum seki_drop want;
		u64 seq;

		random = random * 1664525 + 1013904223;
		seq = top + (random >> 16) % 300;
		seq = seq > 280 ? seq - 280 : 1;
		if (seq > top)
			want = SEKI_DROP_NONE;
		else if (top - seq >= WINDOW)
			want = SEKI_DROP_BEYOND_WINDOW;
		else
			want = seen[seq] ? SEKI_DROP_REPLAYED : SEKI_DROP_NONE;
		assert_int_equal(take(replay, seq), want);
		if (!want) {
			seen[seq] = true;
			top = seq > top ? seq : top;
		}
	}
	assert_true(top > 1000);
	free(replay);
}

/* RFC 4303 appendix A2.2 */
static void high_half_of_extended_numbers(void **state)
{
	struct seki_replay *replay = make(64);

	(void)state;
	/* at the start, what would be an earlier half is none */
	assert_int_equal(seki_replay_extend(replay, 1), 1);
	assert_int_equal(seki_replay_extend(replay, 0xffffffff), 0);
	/* window within one half */
	replay->top = 0x500001000ULL;
	assert_int_equal(seki_replay_extend(replay, 0x1001), 0x500001001ULL);
	assert_int_equal(seki_replay_extend(replay, 0x1000 - 63), 0x500001000ULL - 63);
	assert_int_equal(seki_replay_extend(replay, 0x1000 - 64), 0x600001000ULL - 64);
	assert_int_equal(seki_replay_extend(replay, 0xffffffff), 0x5ffffffffULL);
	/* window over the border */
	replay->top = 0x500000010ULL;
	assert_int_equal(seki_replay_extend(replay, 0xffffffff), 0x4ffffffffULL);
	assert_int_equal(seki_replay_extend(replay, 0x10), 0x500000010ULL);
	assert_int_equal(seki_replay_extend(replay, 0x11), 0x500000011ULL);
	/* over the border going up */
	replay->top = 0x4ffffffffULL;
	assert_int_equal(seki_replay_extend(replay, 0), 0x500000000ULL);
	free(replay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zero_is_never_sent),
		cmocka_unit_test(each_number_once),
		cmocka_unit_test(edges_of_the_window),
		cmocka_unit_test(a_far_jump_forgets_everything),
		cmocka_unit_test(agrees_with_a_plain_window),
		cmocka_unit_test(high_half_of_extended_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
