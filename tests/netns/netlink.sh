#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bad requests: each is refused with a sentence of its own, and nothing else
# happens.  Topology: see lib.sh.

. tests/netns/lib.sh

# refused SENTENCE COMMAND...
refused() {
	local want=$1
	shift
	! manual_r1 "$@" 2>"$ktap_tmp/err"
	cat "$ktap_tmp/err"
	grep -qF "$want" "$ktap_tmp/err"
	[ "$(manual_r1 list | wc -l)" -eq 1 ]
}

bad() { run_test "refused: $1" refused "$@"; }

key=$(hex 20)
in="dev tunnel0 direction in spi 0x9000"

keys_stay_inside() {
	manual_r1 list >"$ktap_tmp/list"
	! grep -i -e "$key" -e LEAKED -e key "$ktap_tmp/list"
	# nor in any octet of the dump
	in_r1 strace -e trace=recvmsg -xx -s 65536 "$manual" list 2>"$ktap_tmp/strace" >/dev/null ||
		skip_test "no strace"
	! grep -q "$(sed 's/../\\\\x&/g' <<<"$key")" "$ktap_tmp/strace"
}

not_without_privilege() {
	in_r1 setpriv --reuid 65534 --regid 65534 --clear-groups "$manual" list 2>&1 |
		grep 'Operation not permitted'
	in_r1 setpriv --reuid 65534 --regid 65534 --clear-groups "$manual" sa-flush 2>&1 |
		grep 'Operation not permitted'
}

# root of a user namespace owns the network namespaces below it, not ours
not_from_another_user_namespace() {
	in_r1 unshare --user --map-root-user "$manual" list 2>&1 | grep 'Operation not permitted'
}

# a tunnel that was given to a container: its root does not own the underlay
not_in_an_underlay_of_others() {
	local pid
	ip -n r1 link add given type seki local 10.0.0.1 remote 10.0.0.2
	ip netns exec r1 unshare --user --map-root-user --net sleep 60 &
	pid=$!
	# the user namespace has its map when unshare has become sleep
	wait_for 10 grep -qx sleep "/proc/$pid/comm"
	ip -n r1 link set given netns $pid
	nsenter --target $pid --user --net "$manual" sa-new dev given direction in spi 0x600 \
		encr 20 encr-key "$key" 2>&1 | grep 'namespace of the outer packets is not yours'
	nsenter --target $pid --user --net "$manual" spi-alloc dev given 2>&1 |
		grep 'namespace of the outer packets is not yours'
	kill $pid
}

spi_is_held_and_completed() {
	local spi
	spi=$(manual_r1 spi-alloc dev tunnel0 spi-lo 0x500 spi-hi 0x500 | grep -o '0x[0-9a-f]*')
	[ "$spi" = 0x00000500 ]
	manual_r1 spi-alloc dev tunnel0 spi-lo 0x500 spi-hi 0x500 2>&1 |
		grep 'No SPI of the range is free'
	manual_r1 sa-get dev tunnel0 direction in spi 0x500 | grep '"state":1'
	manual_r1 sa-new dev tunnel0 direction in spi 0x500 encr 20 encr-key "$key"
	manual_r1 sa-get dev tunnel0 direction in spi 0x500 | grep '"state":2'
	manual_r1 sa-del dev tunnel0 direction in spi 0x500
}

load_seki
make_wire
make_tunnel r1
ip -n r1 link add nothing type seki
# shellcheck disable=SC2086
manual_r1 sa-new dev tunnel0 direction in spi 0x8000 encr 20 encr-key $key

# shellcheck disable=SC2086
while IFS='|' read -r sentence words; do
	bad "$sentence" $words
done <<END
The tunnel's ifindex or the policy is missing|sa-new direction in spi 0x9000 encr 20 encr-key $key
There is no device with this ifindex|sa-new ifindex 4242 direction in spi 0x9000 encr 20 encr-key $key
The device is not a seki tunnel|sa-new dev e0 direction in spi 0x9000 encr 20 encr-key $key
The direction is missing|sa-new dev tunnel0 spi 0x9000 encr 20 encr-key $key
integer out of range|sa-new dev tunnel0 direction 3 spi 0x9000 encr 20 encr-key $key
AH encrypts nothing|sa-new $in proto 51 encr 20 encr-key $key
The protocol is neither ESP nor AH|sa-new $in proto 17 encr 20 encr-key $key
The SPI is missing|sa-new dev tunnel0 direction in encr 20 encr-key $key
SPIs below 256 are reserved|sa-new dev tunnel0 direction in spi 255 encr 20 encr-key $key
A tunnel carries whole packets: transport mode needs a policy|sa-new $in mode 2 encr 20 encr-key $key
A local address is missing|sa-new dev nothing direction in spi 0x9000 encr 20 encr-key $key
A remote address is missing|sa-new dev nothing direction in spi 0x9000 local 10.0.0.1 encr 20 encr-key $key
The outer addresses are of different families|sa-new $in local fd00::1 encr 20 encr-key $key
An outer address has 4 or 16 bytes|sa-new $in remote hex:0a0000 encr 20 encr-key $key
The encryption algorithm is missing|sa-new $in encr-key $key
Unknown encryption algorithm|sa-new $in encr 99 encr-key $key
The encryption key is missing|sa-new $in encr 20
The encryption algorithm takes no key of this length|sa-new $in encr 20 encr-key ${key}00
The encryption algorithm takes no key of this length|sa-new $in encr 12 encr-key 00 integ 2 integ-key $key
A combined-mode cipher takes no integrity algorithm|sa-new $in encr 20 encr-key $key integ 2 integ-key $key
The cipher needs an integrity algorithm beside it|sa-new $in encr 12 encr-key $(hex 16)
Unknown integrity algorithm|sa-new $in encr 12 encr-key $(hex 16) integ 77 integ-key $key
The integrity key is missing|sa-new $in encr 12 encr-key $(hex 16) integ 2
The integrity algorithm takes no key of this length|sa-new $in encr 12 encr-key $(hex 16) integ 2 integ-key 0011
Only AH takes this integrity algorithm|sa-new $in encr 12 encr-key $(hex 16) integ 9 integ-key $(hex 20)
The integrity algorithm takes no key of this length|sa-new $in proto 51 integ 9 integ-key $(hex 16)
reserved bit set|sa-new $in encr 20 encr-key $key flags 0x8000
Extended sequence numbers need the replay check|sa-new $in encr 20 encr-key $key flags 3
integer out of range|sa-new $in encr 20 encr-key $key replay-window 8193
A replay window of 0 is said with the flag no-replay|sa-new $in encr 20 encr-key $key replay-window 0
UDP encapsulation needs its type and both ports|sa-new $in encr 20 encr-key $key encap-type 1 sport 4500
Port 0 cannot be used|sa-new $in encr 20 encr-key $key encap-type 1 sport 0 dport 4500
Another SA has this SPI|sa-new dev tunnel0 direction in spi 0x8000 encr 20 encr-key $key
There is no such SA|sa-del dev tunnel0 direction in spi 0x8001
There is no such SA|sa-get dev tunnel0 direction out spi 0x8000
There is no such SA|sa-get dev nothing direction in spi 0x8000 local 10.0.0.1 remote 10.0.0.2
A local address is missing|sa-del direction in spi 0x8000
The range of SPIs is empty|spi-alloc dev tunnel0 spi-lo 0x500 spi-hi 0x400
SPIs below 256 are reserved|spi-alloc dev tunnel0 spi-lo 1
END
run_test "keys never come out" keys_stay_inside
run_test "EPERM without privilege" not_without_privilege
run_test "EPERM from another user namespace" not_from_another_user_namespace
run_test "SAs need the privilege in the namespace of the outer packets" not_in_an_underlay_of_others
run_test "an SPI is held, then gets its keys" spi_is_held_and_completed

drop_wire
run_test "module unloads" unload_seki
ktap_finish
