#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The demo with IKEv1, in the guest: the S1 document's two routers with pre-shared
# keys and crypto maps, the LANs behind them, and AH around ESP in between.
set -eu
cd "$(dirname "$0")/../.."
. tools/demo/lib.sh
. tests/lib/isakmp_lab.sh

# pcap FILTER...: of what was on the wire between the routers
pcap() { tcpdump -n -r "$ROUTERS_RUN/wire" "$@" 2>/dev/null; }

bold "Linux $(uname -r) has booted; the module is loaded"
load_seki
make_lab
cat <<-END
	    H1 50.50.50.1                                     H2 60.60.60.1
	         |                                                 |
	    R1 50.50.50.50                                    R2 60.60.60.60
	    eth0 20.20.20.21 ======== AH, ESP ======== 20.20.20.20 eth0
END

bold "sekid on both, with the document's configurations; R1's:"
echo "(above it our permission for the old algorithms; its transform set is that of the outputs)"
s1_bundle R1
s1_bundle R2
sed 's/^/    /' "$ROUTERS_RUN/R1/seki.conf"
start_sekid R1 -d "crypto isakmp" -d "crypto ipsec"
start_sekid R2

bold "H2 pings H1: the first packet finds no SA, and is what makes them"
ip netns exec R1 tcpdump -i eth0 -n -w "$ROUTERS_RUN/wire" --immediate-mode -U 2>/dev/null &
capture=$!
wait_until 10 test -s "$ROUTERS_RUN/wire"
wait_until 30 reach H2
run ip netns exec H2 ping -c 5 -i 0.2 50.50.50.1

bold "what R1 said of it"
sed 's/^/    /' "$ROUTERS_RUN/R1/log"

bold "on the wire between them"
run pcap -c 9 udp port 500
run pcap -c 6 ah
clear=$(pcap 'not ah and not udp port 500 and not arp and not ip6' | wc -l)
echo "packets that are neither AH nor ISAKMP nor ARP: $clear"
[ "$clear" = 0 ]

show R1 "show crypto isakmp policy" "show crypto isakmp sa" "show crypto ipsec sa"

bold "clear crypto sa: all four are gone on both sides, and the next packet makes new ones"
run seki R1 clear crypto sa
wait_until 30 reach H1
run ip netns exec H1 ping -c 3 -i 0.2 60.60.60.1

kill $capture
stop_sekid R1
stop_sekid R2
unload_seki
bold "The demo is over: what the access list names crossed the wire in AH and ESP only."
