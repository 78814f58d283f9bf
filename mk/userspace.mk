# SPDX-License-Identifier: GPL-2.0-or-later
#
# The daemon, the command, the iproute2 plugin and their test programs. A build
# flavour is a folder in build/ with its own compiler and flags; every source
# file is found by its place, so that a new one needs no line here.

PKGS := libnl-3.0 libnl-genl-3.0 libnl-route-3.0 libssl libcrypto jansson libedit libcap-ng

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	    -Wpointer-arith -Wvla -Wformat=2 -Wundef -Wno-unused-parameter
# Looked up when something is compiled, because "make check" installs them first.
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS = $(shell pkg-config --libs $(PKGS))
CPPFLAGS_ALL = -D_GNU_SOURCE -Iuserspace -Itests/support -Iinclude -Iinclude/uapi $(PKG_CFLAGS) \
	       -DSEKI_VERSION='"$(VERSION)"' -DSEKI_SYSCONFDIR='"$(SYSCONFDIR)"'
HARDENING := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
CFLAGS ?= -O2 -g
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

LIB_FOLDERS := base codec cryptox proposal pki eap config ike ike/v1 ike/v2 kernel net ctl
# The main() of each program is all that tests cannot link.
LIB_SOURCES := $(wildcard $(LIB_FOLDERS:%=userspace/%/*.c)) \
	       $(filter-out %/main.c,$(wildcard userspace/cli/*.c userspace/daemon/*.c))
DAEMON_SOURCES := userspace/daemon/main.c
CLI_SOURCES := userspace/cli/main.c
TEST_SUPPORT := $(wildcard tests/support/*.c)
TEST_PROGRAMS := $(patsubst %.c,%,$(wildcard tests/unit/test_*.c tests/exchange/test_*.c))
TEST_TOOLS := $(patsubst %.c,%,$(wildcard tests/tools/*.c))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

# flavour FOLDER COMPILER FLAGS LINK-FLAGS
define flavour
$(1)_LIB := $(LIB_SOURCES:%.c=build/$(1)/%.o)
$(1)_SUPPORT := $(TEST_SUPPORT:%.c=build/$(1)/%.o)

build/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$$(Q)$(2) $$(CPPFLAGS_ALL) $$(WARNINGS) $(3) -MMD -MP -c -o $$@ $$<

build/$(1)/libseki.a: $$($(1)_LIB)
	$$(Q)rm -f $$@ && $(AR) rcs $$@ $$^

build/$(1)/sekid: $(DAEMON_SOURCES:%.c=build/$(1)/%.o) build/$(1)/libseki.a
	$$(Q)$(2) $(4) -o $$@ $$^ $$(PKG_LIBS) -lpthread
	@echo "  LD $$@"

build/$(1)/seki: $(CLI_SOURCES:%.c=build/$(1)/%.o) build/$(1)/libseki.a
	$$(Q)$(2) $(4) -o $$@ $$^ $$(PKG_LIBS) -lpthread
	@echo "  LD $$@"

build/$(1)/link_seki.so: userspace/iproute2/link_seki.c
	@mkdir -p $$(@D)
	$$(Q)$(2) $$(CPPFLAGS_ALL) $$(WARNINGS) $$(CFLAGS) -fPIC -shared -o $$@ $$<

$(TEST_PROGRAMS:%=build/$(1)/%): build/$(1)/%: build/$(1)/%.o $$($(1)_SUPPORT) build/$(1)/libseki.a
	$$(Q)$(2) $(4) -o $$@ $$^ $$(PKG_LIBS) -lcmocka -lpthread

$(TEST_TOOLS:%=build/$(1)/%): build/$(1)/%: build/$(1)/%.o $$($(1)_SUPPORT) build/$(1)/libseki.a
	$$(Q)$(2) $(4) -o $$@ $$^ $$(PKG_LIBS) -lpthread

-include $$(shell [ -d build/$(1) ] && find build/$(1) -name '*.d')
endef

$(eval $(call flavour,gcc,$(CC),$$(CFLAGS) $$(HARDENING),-pie))
$(eval $(call flavour,asan,$(CC),-O1 -g $(SANITIZE),$(SANITIZE)))
$(eval $(call flavour,clang,clang,-O2 -g $$(HARDENING),-pie))
$(eval $(call flavour,fuzz,clang,-O1 -g -fsanitize=fuzzer-no-link $(SANITIZE),$(SANITIZE)))

PROGRAMS := sekid seki link_seki.so

.PHONY: userspace asan clang-build fuzz-targets
userspace: $(PROGRAMS:%=build/gcc/%)
asan: build/asan/sekid build/asan/seki $(TEST_PROGRAMS:%=build/asan/%)
clang-build: $(PROGRAMS:%=build/clang/%) $(TEST_PROGRAMS:%=build/clang/%)
test-tools: $(TEST_TOOLS:%=build/gcc/%)

# Not in build/fuzz/tests/fuzz: the runner takes every program of build/fuzz-targets.
fuzz-targets: $(FUZZ_TARGETS:%=build/fuzz-targets/%)
build/fuzz-targets/%: tests/fuzz/%.c $(TEST_SUPPORT:%.c=build/fuzz/%.o) build/fuzz/libseki.a
	@mkdir -p $(@D)
	$(Q)clang $(CPPFLAGS_ALL) $(WARNINGS) -O1 -g -fsanitize=fuzzer $(SANITIZE) -o $@ $^ $(PKG_LIBS) -lpthread
