# SPDX-License-Identifier: GPL-2.0-or-later
#
# make            the module for the running (or KDIR=) kernel's headers, and userspace
# make demo       two routers, one tunnel, in a virtual machine
# make check      every test; the last line is "N passed, N failed"
# make install    honours DESTDIR, PREFIX and SYSCONFDIR

VERSION := 0.1.0
PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
LIBDIR ?= $(PREFIX)/lib
SYSCONFDIR ?= /etc
MANDIR ?= $(PREFIX)/share/man
DESTDIR ?=
CC = gcc
Q := $(if $(V),,@)

.PHONY: all
all: module userspace

include mk/userspace.mk
-include mk/module.mk
-include mk/check.mk
-include mk/bench.mk
-include mk/demo.mk
-include mk/install.mk

.PHONY: clean
clean:
	rm -rf build
