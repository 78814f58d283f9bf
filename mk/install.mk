# SPDX-License-Identifier: GPL-2.0-or-later
#
# make install and make uninstall. All places honour DESTDIR. The folder of the
# configuration is made, but what is in it is the administrator's alone.

UNITDIR ?= $(PREFIX)/lib/systemd/system
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
INSTALL ?= install
MAN_PAGES = $(wildcard Documentation/man/*.[1-9])
COMPLETIONS = $(wildcard userspace/completion/*)
IPLIBDIR ?= $(LIBDIR)/ip
# Where the ip of this machine looks for its plugins.
IP_OWN_LIBDIR = $(shell grep -aoE '/[a-z0-9_/-]*lib[a-z0-9_/-]*/ip' "$$(command -v ip)" 2>/dev/null | head -n 1)

# installed_man FILE: where a man page goes
installed_man = $(MANDIR)/man$(subst .,,$(suffix $(1)))/$(notdir $(1))

.PHONY: install uninstall install-module
install: userspace
	$(INSTALL) -D -m 0755 build/gcc/sekid $(DESTDIR)$(SBINDIR)/sekid
	$(INSTALL) -D -m 0755 build/gcc/seki $(DESTDIR)$(SBINDIR)/seki
	$(INSTALL) -D -m 0755 build/gcc/link_seki.so $(DESTDIR)$(IPLIBDIR)/link_seki.so
	$(INSTALL) -d $(DESTDIR)$(UNITDIR)
	sed -e 's,@SBINDIR@,$(SBINDIR),' -e 's,@SYSCONFDIR@,$(SYSCONFDIR),' userspace/systemd/sekid.service \
		>$(DESTDIR)$(UNITDIR)/sekid.service
	$(INSTALL) -d -m 0700 $(DESTDIR)$(SYSCONFDIR)/seki
	$(foreach page,$(MAN_PAGES),$(INSTALL) -D -m 0644 $(page) $(DESTDIR)$(call installed_man,$(page)) &&) :
	$(foreach file,$(COMPLETIONS),$(INSTALL) -D -m 0644 $(file) \
		$(DESTDIR)$(BASHCOMPDIR)/$(notdir $(file)) &&) :
	@if [ -f $(MODULE_BUILD)/seki.ko ]; then $(MAKE) --no-print-directory install-module; \
	else echo "The kernel module is left out, it is not built: make module"; fi
	@if [ "$(IPLIBDIR)" != "$(IP_OWN_LIBDIR)" ]; then \
	echo "ip looks for link_seki.so elsewhere: IPLIBDIR=$(IP_OWN_LIBDIR) installs it there," \
	"or set IP_LIB_DIR=$(IPLIBDIR) in the environment of ip"; fi

# Compressed, signed and told to depmod as the kernel's own are.
install-module:
	$(MAKE) -C $(KDIR) M=$(MODULE_BUILD) INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=updates modules_install

uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/sekid $(DESTDIR)$(SBINDIR)/seki
	rm -f $(DESTDIR)$(IPLIBDIR)/link_seki.so
	rm -f $(DESTDIR)$(UNITDIR)/sekid.service
	rm -f $(foreach page,$(MAN_PAGES),$(DESTDIR)$(call installed_man,$(page)))
	rm -f $(foreach file,$(COMPLETIONS),$(DESTDIR)$(BASHCOMPDIR)/$(notdir $(file)))
	rm -f $(DESTDIR)/lib/modules/*/updates/seki.ko $(DESTDIR)/lib/modules/*/updates/seki.ko.*
	$(if $(DESTDIR),,-depmod)
	-rmdir $(DESTDIR)$(SYSCONFDIR)/seki $(DESTDIR)$(IPLIBDIR) 2>/dev/null
