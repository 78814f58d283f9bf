# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# An apt of our own for tools/vm/fetch*: sources, lists and downloads live in a
# cache folder, nothing reaches the host.  Proxies and the like still come from
# the host's configuration.  Needs $name for messages, die() and say().
#
#	apt_begin FOLDER SUITE...	# debian/bookworm debian-security/bookworm-security
#	apt_download PACKAGE...		# FOLDER/PACKAGE_*.deb
#	rm -rf FOLDER

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=${SEKI_MIRROR:-http://deb.debian.org}

apt_begin() {
	local suite fresh
	apt=$1
	shift
	apt_option=(-q -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache"
		-o Dir::State::Status=/dev/null -o Dir::Etc::SourceList="$apt/sources.list"
		-o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
		-o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Sandbox::User=
		-o APT::Architecture=amd64 -o APT::Architectures=amd64)
	rm -rf "$apt"
	mkdir -p "$apt"/{lists,cache}/partial "$apt/cache/archives/partial"
	for suite; do
		# sid's signature is short-lived and its mirrors may lag: the hashes are
		# still signed, only their freshness is not insisted on.
		fresh=; [[ $suite != */sid ]] || fresh=' check-valid-until=no'
		echo "deb [signed-by=$keyring$fresh] $mirror/${suite%/*} ${suite#*/} main"
	done >"$apt/sources.list"

	say "$name: asking $mirror ($*)"
	if ! apt-get "${apt_option[@]}" -o APT::Update::Error-Mode=any update >"$apt/log" 2>&1; then
		tail -n 5 "$apt/log" >&2
		die "$name: cannot read the package lists of $mirror"
	fi
}

apt_download() {
	(cd "$apt" && apt-get "${apt_option[@]}" download "$@" >>log 2>&1) || {
		tail -n 5 "$apt/log" >&2
		die "$name: cannot download $* from $mirror"
	}
}
