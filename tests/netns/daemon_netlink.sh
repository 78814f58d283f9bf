#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The daemon's table of kernel functions, and its configuration of interfaces,
# against the module: tests/tools/seki-kernel-ops.c has the steps.
#
#	  e0 (dummy) 10.0.0.1/24      taken (dummy): no tunnel
#	  tunnel0 172.16.0.1/24: made, filled and deleted by the steps

set -eu
. tools/vm/guest-lib.sh
load_seki
# the steps count packets: nothing but theirs
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
ip -batch - <<-END
link set lo up
link add taken type dummy
link set taken up
link add e0 type dummy
addr add 10.0.0.1/24 dev e0
link set e0 up
END
exec build/gcc/tests/tools/seki-kernel-ops
