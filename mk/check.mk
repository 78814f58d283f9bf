# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tests and the test machine.
#
# make check                     everything
# make check-unit                unit and exchange tests with sanitizers
# make check-static              checks of the sources
# make format-check             style alone; make format mends userspace
# make check-vm KERNEL=6.12      guest tests on one kernel
# make check-debug               guest tests, failing allocations and a fuzzer on a
#                                kernel with every debugging aid; SEED= for another run
# make check-fresh               make check in a minimal Debian tree
# make vm KERNEL=sid             a shell in a guest
# make vm-run SCRIPT=FILE        a script in a guest

KERNELS := 6.1 6.12 sid
MODULES := $(KERNELS:%=module-%) module-debug
PEERS := libreswan openiked strongswan6 strongswan6-userland
KERNEL ?= 6.1
SUBMAKE = $(MAKE) --no-print-directory

.PHONY: format format-check check check-programs check-unit check-static check-vm check-debug
.PHONY: check-fresh vm vm-run fetch-kernels fetch-peers $(MODULES)

# In this order, whatever -j says; and the count is the last line.
check:
	tools/install-packages check
	$(SUBMAKE) fetch-kernels fetch-peers
	$(SUBMAKE) -j$$(nproc) check-programs
	@tests/run all

check-programs: userspace asan clang-build fuzz-targets test-tools $(KERNELS:%=module-%)

check-unit: asan
	@tests/run unit exchange

check-static:
	@tests/run static

# What of the code is only a matter of style.
format-check:
	@tests/run -m '*format*' static
	@tests/static/compilers.sh checkpatch

format:
	git ls-files -z 'userspace/*.[ch]' 'tests/*.[ch]' 'tools/*.[ch]' | xargs -0 clang-format -i

check-vm: userspace test-tools fetch-peers module-$(KERNEL)
	@tests/run vm:$(KERNEL)

# The kernel is built on the way, once: see tools/vm/build-debug-kernel.
check-debug:
	tools/install-packages debug
	$(SUBMAKE) -j$$(nproc) userspace test-tools module-debug
	@tests/run vm:debug

check-fresh:
	tests/vm/fresh-debian.sh

vm: userspace module-$(KERNEL)
	@tools/vm/run -k $(KERNEL) -i

vm-run: userspace module-$(KERNEL)
	@tools/vm/run -k $(KERNEL) $(SCRIPT)

fetch-kernels:
	$(Q)for k in $(KERNELS) checkpatch; do tools/vm/fetch $$k >/dev/null || exit; done

fetch-peers:
	$(Q)for p in $(PEERS); do tools/vm/fetch-peer $$p >/dev/null || exit; done

$(MODULES): module-%:
	@echo "  MODULE $*"
	$(Q)tools/vm/build-module $*
