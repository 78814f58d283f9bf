# SPDX-License-Identifier: GPL-2.0-or-later
#
# make demo: the S0 document's two routers, live. See tools/demo/guest.sh.

.PHONY: demo
demo:
	tools/install-packages build vm demo
	$(Q)tools/vm/fetch 6.1 >/dev/null
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) userspace module-6.1
	$(Q)tools/vm/run -k 6.1 -t 170 tools/demo/guest.sh
