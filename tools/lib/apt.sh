# SPDX-License-Identifier: BSD-2-Clause
# Private apt states: source lists and indexes of our own under the cache, so that other
# suites can be used without touching the machine's apt configuration. Packages are
# installed into the real dpkg; sources are only downloaded. Signatures are checked by apt
# against Debian's keyring in both cases.
# shellcheck shell=bash

DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror for a suite: the one from which this machine takes Debian 12. Falls back on Debian's own: the answer is
# only a place to fetch from, what comes from there is verified.
apt_mirror() {
	local suite=$1 base=bookworm fallback=http://deb.debian.org/debian uri
	case $suite in *-security) base=$suite fallback+=-security ;; esac
	# shellcheck disable=SC2016 # apt's own placeholders
	uri=$(apt-get indextargets --format '$(CREATED_BY)|$(RELEASE)|$(COMPONENT)|$(REPO_URI)' 2>/dev/null |
		grep -E "^(Packages|Sources)\|$base\|main\|.*/debian(-security)?/?\$" | head -n 1 | cut -d'|' -f4) || true
	printf '%s' "${uri:-$fallback}"
}

apt_lines() {
	local line kind option suite component
	for line; do
		read -r kind option suite component <<<"$line"
		printf '%s [%s signed-by=%s] %s %s %s\n' "$kind" "$option" "$DEBIAN_KEYRING" \
			"$(apt_mirror "$suite")" "$suite" "$component"
	done
}

# apt_state NAME DPKG_STATUS SOURCE_LINE...: make the state and fetch its indexes.
# A line reads "deb|deb-src OPTION SUITE COMPONENT"; mirror and keyring are put in.
apt_state() {
	local dir=$CACHE/apt/$1 name=$1 status=$2 kind
	shift 2
	mkdir -p "$dir/lists/partial"
	apt_lines "$@" >"$dir/sources.list"
	cat >"$dir/apt.conf" <<-EOF
		Dir::Etc::sourcelist "$dir/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::State::lists "$dir/lists";
		Dir::State::status "$status";
		Dir::Cache::pkgcache "";
		Dir::Cache::srcpkgcache "";
		Acquire::Languages "none";
		Acquire::Retries "2";
		APT::Sandbox::User "root";
		APT::Update::Error-Mode "any";
		DPkg::Lock::Timeout "300";
		Dir::Etc::preferences "$dir/preferences";
	EOF
	# Only the indexes: no descriptions, contents or icons, whatever the machine adds.
	# shellcheck disable=SC2016 # apt's own placeholders
	for kind in $(apt-get indextargets --format '$(IDENTIFIER)' | sort -u); do
		case $kind in Packages | Sources) continue ;; esac
		printf 'Acquire::IndexTargets::deb::%s::DefaultEnabled "false";\n' "$kind"
		printf 'Acquire::IndexTargets::deb-src::%s::DefaultEnabled "false";\n' "$kind"
	done >>"$dir/apt.conf"
	if ! watched "reading Debian's package lists for $name" "$dir/update.log" \
		apt-get -c "$dir/apt.conf" -qq update; then
		grep -q 'No space left' "$dir/update.log" &&
			die "disk full: apt could not store its indexes in $dir; make room and start again"
		grep -qE 'NO_PUBKEY|not signed|EXPKEYSIG' "$dir/update.log" &&
			die "apt cannot verify $(apt_mirror bookworm); install debian-archive-keyring ($dir/update.log)"
		die "no network: apt cannot reach $(apt_mirror bookworm) ($dir/update.log); connect and start again"
	fi
}

# apt_fetch_deb STATE PACKAGE / apt_fetch_source STATE [--tar-only] PACKAGE: into the
# current folder.
apt_fetch_deb() { apt-get -c "$CACHE/apt/$1/apt.conf" -qq download "$2"; }
apt_fetch_source() { apt-get -c "$CACHE/apt/$1/apt.conf" -qq source --download-only "${@:2}"; }
