# SPDX-License-Identifier: GPL-2.0-or-later
#
# make demo: the S0 document's two routers, live; LAB=isakmp-psk has those of S1, with
# crypto maps. The labs are the scripts in tools/demo.

LAB ?= ikev2-psk
LABS := $(filter-out lib,$(notdir $(basename $(wildcard tools/demo/*.sh))))

.PHONY: demo
demo:
	$(Q)test -n "$(filter $(LAB),$(LABS))" || { echo "no LAB=$(LAB): there are $(LABS)" >&2; false; }
	tools/install-packages build vm demo
	$(Q)tools/vm/fetch 6.1 >/dev/null
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) userspace module-6.1
	$(Q)tools/vm/run -k 6.1 -t 170 tools/demo/$(LAB).sh
