# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

# masquerade NAMESPACE DEVICE PORTS: what leaves there has the device's address and
# one of these UDP ports; from now on, the mappings of before are forgotten
masquerade() {
	ip netns exec "$1" nft -f - <<-END
	table ip nat
	delete table ip nat
	table ip nat {
		chain post {
			type nat hook postrouting priority 100
			oifname "$2" ip protocol udp masquerade to :$3
			oifname "$2" masquerade
		}
	}
	END
	ip netns exec "$1" conntrack -F 2>/dev/null || :
}
