# SPDX-License-Identifier: GPL-2.0-or-later
#
# The kernel module, in a copy of its sources, so that none of what a kernel's
# build leaves behind lands between them.

# The running kernel's headers; a build machine may only have another's.
KDIR ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
		    $(lastword $(sort $(wildcard /lib/modules/*/build))))
MODULE_BUILD := $(CURDIR)/build/module

.PHONY: module module-sparse
module:
	$(if $(KDIR),,$(error no kernel headers found: install linux-headers-amd64 or set KDIR=))
	@mkdir -p $(MODULE_BUILD)
	@cp -ru Kbuild kmod include $(MODULE_BUILD)
	$(Q)$(MAKE) -s -C $(KDIR) M=$(MODULE_BUILD) W=1 modules
	@echo "  KO build/module/seki.ko"

module-sparse: module
	$(Q)touch $(MODULE_BUILD)/kmod/*.c
	$(Q)$(MAKE) -s -C $(KDIR) M=$(MODULE_BUILD) C=1 CHECK=sparse modules

# Unit tests that include files of the module find the kernel's headers here.
MODULE_TESTS := replay algs selector checksum layout ah_mutable
$(addsuffix .o,$(addprefix build/%/tests/unit/test_,$(MODULE_TESTS))): CPPFLAGS_ALL += -Itests/unit/kshim
build/fuzz-targets/fuzz_packet: private CPPFLAGS_ALL += -Itests/unit/kshim
