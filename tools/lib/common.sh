# SPDX-License-Identifier: BSD-2-Clause
# Shared by the scripts in tools/: where things are, and how to speak and to fail.
# shellcheck shell=bash

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${QUIRE_CACHE:-$TOP/build/cache}
export QUIRE_CACHE=$CACHE

say() { printf '%s\n' "$*" >&2; }

die() {
	say "${0##*/}: $*"
	exit 1
}

# The comment block at the head of the calling script is its help text.
show_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0" | grep -v '^SPDX'; }

# build_preset PRESET [TARGET...]: configure once, build; Ninja configures again by itself.
build_preset() {
	local preset=$1
	shift
	[ -f "$TOP/build/$preset/build.ninja" ] ||
		logged "configuring $preset" cmake -S "$TOP" --preset "$preset"
	logged "building $preset" cmake --build "$TOP/build/$preset" "${@/#/--target=}"
}

# Counts the seconds on the terminal until it is killed or the script is gone.
show_seconds() {
	local name=$1 start=$SECONDS
	while kill -0 $$ 2>/dev/null; do
		printf '\r  %s ... %d s ' "$name" $((SECONDS - start))
		sleep 0.5
	done
}

# logged NAME COMMAND...: run with the output in a log, showing that time passes.
# A failure names the log, or the disk if that is what was missing.
logged() {
	local name=$1 log status start=$SECONDS clock=''
	shift
	mkdir -p "$CACHE/log"
	log=$CACHE/log/${name//[^a-zA-Z0-9]/-}.log
	if [ -t 2 ]; then
		show_seconds "$name" >&2 &
		clock=$!
	fi
	# In the foreground, so that Ctrl-C ends it. Not under "if" or "||": there errexit
	# would be off inside the command as well.
	set +e
	(set -e; "$@") >"$log" 2>&1 </dev/null
	status=$?
	set -e
	if [ -n "$clock" ]; then
		kill "$clock" 2>/dev/null || true
		wait "$clock" 2>/dev/null || true
		printf '\r\033[K' >&2
	fi
	if [ $status -eq 0 ]; then
		[ $SECONDS -eq $start ] || say "  $name: done in $((SECONDS - start)) s"
		return
	fi
	grep -q 'No space left on device' "$log" &&
		die "disk full while $name: free some space (log: $log) and start again"
	tail -n 15 "$log" >&2
	die "$name failed; the whole log: $log"
}

# need_space DIRECTORY MIB WHAT: refuse early rather than fail half way.
need_space() {
	local dir=$1 mib=$2 what=$3 free
	while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
	free=$(df --output=avail -BM "$dir" | tail -n 1 | tr -dc 0-9)
	[ "$free" -ge "$mib" ] ||
		die "disk full: $what needs $mib MiB free in $dir, there are $free; make room and start again"
}
