# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the scripts of this folder share.  Each is run from the repository's
# folder as root, after "make", on any machine whose kernel may be broken.
#
#	    namespace r1                       namespace r2
#	  .--------------.                   .--------------.
#	  |  172.16.0.1  |                   |  172.16.0.2  |
#	  |   tunnel0    |   ESP, proto 50   |   tunnel0    |
#	  |     e0       |===================|     e0       |
#	  |  10.0.0.1/24 |       veth        |  10.0.0.2/24 |
#	  '--------------'                   '--------------'
#
# tunnel0 is a seki tunnel, or in r2 also an XFRM interface, the kernel's other
# IPsec, which shares no code with us.

. tests/vm/ktap.sh
. tools/vm/guest-lib.sh

manual=$PWD/build/gcc/tests/tools/seki-manual
export IP_LIB_DIR=$PWD/build/gcc

in_r1() { ip netns exec r1 "$@"; }
in_r2() { ip netns exec r2 "$@"; }
manual_r1() { in_r1 "$manual" "$@"; }
manual_r2() { in_r2 "$manual" "$@"; }

# two namespaces and a wire
make_wire() {
	ip netns add r1
	ip netns add r2
	ip link add e0 netns r1 type veth peer name e0 netns r2
	ip -n r1 -batch - <<-END
	link set lo up
	addr add 10.0.0.1/24 dev e0
	link set e0 up
	END
	ip -n r2 -batch - <<-END
	link set lo up
	addr add 10.0.0.2/24 dev e0
	link set e0 up
	END
}

drop_wire() {
	ip netns del r1
	ip netns del r2
}

# make_tunnel NAMESPACE: it says nothing by itself, so that packets can be counted
make_tunnel() {
	local me=${1#r}
	ip -n "$1" -batch - <<-END
	link add tunnel0 type seki local 10.0.0.$me remote 10.0.0.$((3 - me)) profile test
	link set tunnel0 addrgenmode none
	addr add 172.16.0.$me/24 dev tunnel0
	link set tunnel0 up
	END
}

# hex N [SEED]: N octets of a key that nobody else has
hex() {
	local i out='' seed=${2:-1}
	for ((i = 0; i < $1; i++)); do
		printf -v out '%s%02x' "$out" $(((i * 7 + seed * 31 + 3) % 256))
	done
	echo "$out"
}

# sa_pair SPI_1TO2 SPI_2TO1 SA-NEW-ATTRIBUTES...: both directions, both ends
sa_pair() {
	local forth=$1 back=$2
	shift 2
	manual_r1 - <<-END
	sa-new dev tunnel0 direction in spi $back $*
	sa-new dev tunnel0 direction out spi $forth $*
	END
	manual_r2 - <<-END
	sa-new dev tunnel0 direction in spi $forth $*
	sa-new dev tunnel0 direction out spi $back $*
	END
}

gcm() { echo "encr 20 encr-key $(hex 20)"; }

# sa_field NAMESPACE DIRECTION FIELD: of the newest SA
sa_field() {
	ip netns exec "$1" "$manual" list dev tunnel0 direction "$2" | tail -n 1 |
		python3 -c "import json,sys; print(json.load(sys.stdin)$3)"
}

# drops NAMESPACE REASON: the tunnel's counter
drops() {
	ip netns exec "$1" ethtool -S tunnel0 | awk -v name="drop-$2:" '$1 == name { print $2 }'
}

ping_through() { in_r1 ping -q -c "${1:-3}" -i 0.1 -W 5 172.16.0.2; }
