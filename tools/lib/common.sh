# SPDX-License-Identifier: BSD-2-Clause
# Shared by the scripts in tools/: where things are, and how to speak and to fail.
# shellcheck shell=bash

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${QUIRE_CACHE:-$TOP/build/cache}
case $CACHE in /*) ;; *) CACHE=$PWD/$CACHE ;; esac
export QUIRE_CACHE=$CACHE

# Debian's packages are for Debian's python3. Others that PATH may name have not got them, and
# pyenv's is a shell script that takes ten times as long as most of what it starts.
if [ -x /usr/bin/python3 ] && mkdir -p "$CACHE/bin" 2>/dev/null &&
	ln -sfn /usr/bin/python3 "$CACHE/bin/python3"; then
	PATH=$CACHE/bin:$PATH
fi

say() { printf '%s\n' "$*" >&2; }

die() {
	say "${0##*/}: $*"
	exit 1
}

# The comment block at the head of the calling script is its help text.
show_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0" | grep -v '^SPDX'; }

# build_preset PRESET [TARGET...]: configure once, and when the cache lies elsewhere; build.
# For other reasons Ninja configures again by itself.
build_preset() {
	local preset=$1 LOGS=$TOP/build/log
	shift
	{ [ -f "$TOP/build/$preset/build.ninja" ] &&
		grep -qxF "QUIRE_CACHE:PATH=$CACHE" "$TOP/build/$preset/CMakeCache.txt"; } ||
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

# watched NAME LOG COMMAND...: run with the output in a log, showing that time passes; returns
# the command's status. To be called where errexit is off.
watched() {
	local name=$1 log=$2 status start=$SECONDS clock=''
	shift 2
	if [ -t 2 ]; then
		show_seconds "$name" >&2 &
		clock=$!
	fi
	(set -e; "$@") >"$log" 2>&1 </dev/null # in the foreground, so that Ctrl-C ends it
	status=$?
	if [ -n "$clock" ]; then
		kill "$clock" 2>/dev/null || true
		wait "$clock" 2>/dev/null || true
		printf '\r\033[K' >&2
	fi
	[ $status -ne 0 ] || [ $SECONDS -eq $start ] || say "  $name: done in $((SECONDS - start)) s"
	return $status
}

# What a log says went wrong: the lines from the first error, or else the last ones.
show_failure() {
	local first
	first=$(grep -nEm 1 'error:|undefined reference|CMake Error' "$1" | cut -d: -f1) || true
	if [ -n "$first" ]; then
		sed -n "$first,$((first + 14))p" "$1" >&2
	else
		tail -n 15 "$1" >&2
	fi
}

# logged NAME COMMAND...: watched, with a log of that name in $LOGS (the cache's, if unset).
# A failure ends the script, with its log's name, or the disk's if that is what was missing.
logged() {
	local name=$1 folder=${LOGS:-$CACHE/log} log
	shift
	mkdir -p "$folder"
	log=$folder/${name//[^a-zA-Z0-9]/-}.log
	# Not under "if" or "||": there errexit would be off inside the command as well.
	set +e
	watched "$name" "$log" "$@"
	local status=$?
	set -e
	[ $status -ne 0 ] || return 0
	grep -q 'No space left on device' "$log" &&
		die "disk full while $name: free some space (log: $log) and start again"
	show_failure "$log"
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
