# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a packet costs, counted in instructions, and what key exchange does; never part of
# make check.
#
# make bench                                 all rows, on 6.1, into Documentation/performance.*
# make bench KERNEL=6.12 ONLY='plain seki/*' some rows, on the terminal only
# make bench-profile ONLY=seki/aes-gcm TEST=udp-64   where the instructions go
# make bench-ike                             handshakes and many tunnels, into Documentation/performance*
# make bench-ike ONLY='crowd/*'              some rows, on the terminal only

ONLY ?= *
TEST ?= udp-64
BENCH_PROGRAMS := build/gcc/tools/bench/traffic build/gcc/tools/bench/add_sas

.PHONY: bench bench-profile bench-ike bench-programs
bench-programs: userspace test-tools module-$(KERNEL) $(BENCH_PROGRAMS)

build/gcc/tools/bench/%: build/gcc/tools/bench/%.o
	$(Q)$(CC) -pie -o $@ $^ $(PKG_LIBS)

bench:
	tools/install-packages bench
	$(Q)tools/vm/fetch $(KERNEL) >/dev/null
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) bench-programs
	$(Q)tools/bench/run -k $(KERNEL) --only '$(ONLY)'
	$(Q)tools/bench/report build/bench/results.json $(if $(filter-out *,$(ONLY))$(filter-out 6.1,$(KERNEL)),,--write Documentation)

bench-profile:
	tools/install-packages bench
	$(Q)tools/vm/fetch $(KERNEL) >/dev/null
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) bench-programs
	$(Q)tools/bench/run -k $(KERNEL) --only '$(ONLY)' --profile '$(TEST)'

bench-ike:
	tools/install-packages bench
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) build/gcc/sekid
	$(Q)tools/bench/handshakes --only '$(ONLY)'
	$(Q)tools/bench/report-ike build/bench/ike.json $(if $(filter-out *,$(ONLY)),,--write Documentation)
