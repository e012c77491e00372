# SPDX-License-Identifier: BSD-2-Clause
# Debian's packages that Quire needs, and why. The columns: the set that wants the package
# (see tools/setup), the package, what proves that it is there where dpkg is not (a
# command, or a file), the reason.
# shellcheck shell=bash

PACKAGES='
run   | gcc-aarch64-linux-gnu | aarch64-linux-gnu-gcc     | compiles the kernel, newlib and every program
run   | g++-aarch64-linux-gnu | aarch64-linux-gnu-g++     | compiles libstdc++ and programs in C++
run   | cmake                 | cmake                     | configures the build
run   | ninja-build           | ninja                     | runs the build
run   | make                  | make                      | builds newlib
run   | python3               | python3                   | packs the initial archive, drives QEMU
run   | device-tree-compiler  | dtc                       | compiles the device trees in dts/
run   | xz-utils              | xz                        | unpacks newlib and libfdt
run   | qemu-system-arm       | qemu-system-aarch64       | the machine: 10.0 or newer has the Raspberry Pi 4
uboot | u-boot-qemu           | /usr/lib/u-boot/qemu_arm64/u-boot.bin | the boot loader on virt
uboot | u-boot-tools          | mkimage                   | packs kernel, tree and archive into a FIT
uboot | mtools                | mcopy                     | fills FAT images without mounting them
uboot | dosfstools            | mkfs.vfat                 | makes FAT file systems
uboot | fdisk                 | sfdisk                    | partitions disk images
card  | libc6-dev             | /usr/include/stdio.h      | headers for those tools and for the host tests
card  | gcc                   | gcc                       | builds U-Boot'\''s own tools
card  | dpkg-dev              | dpkg-source               | unpacks and patches U-Boot'\''s source
card  | bison                 | bison                     | builds U-Boot
card  | flex                  | flex                      | builds U-Boot
card  | bc                    | bc                        | builds U-Boot
card  | libssl-dev            | /usr/include/openssl/ssl.h | builds U-Boot'\''s own mkimage
test  | clang                 | clang                     | compiles the host tests
test  | libclang-rt-14-dev    | /usr/lib/llvm-14/lib/clang/14*/lib/linux/libclang_rt.asan-*.a | the sanitizers of the host tests
test  | llvm                  | llvm-cov                  | counts what the host tests reach
test  | clang-format          | clang-format              | checks the layout of the code
test  | clang-tidy            | clang-tidy                | checks the code
test  | shellcheck            | shellcheck                | checks the scripts
test  | valgrind              | valgrind                  | counts the instructions of the memory core
test  | pkg-config            | pkg-config                | builds programs against the SDK without CMake
test  | cpio                  | cpio                      | reads our archive back in the tests
verify | qemu-user            | qemu-aarch64              | runs AArch64 programs of the host tests
verify | gcc                  | gcc                       | compiles the models that Spin has made, and what configures Jim Tcl
verify | libc6-dev            | /usr/include/stdio.h      | headers for those programs
verify | spin                 | spin                      | searches the models of lock, sleep and stop in tests/spin
verify | libc6-dev-arm64-cross | /usr/aarch64-linux-gnu/include/stdio.h | what such a program is linked with
docs  | python3-markdown      | markdown_py               | makes HTML of the documentation
docs  | graphviz              | dot                       | draws its pictures
gdb   | gdb-multiarch         | gdb-multiarch             | debugs the kernel and programs in QEMU
'
QEMU_MIN=10.0

# The rows that the sets given as arguments ask for, as package|probe|reason.
packages_wanted() {
	local sets=" $* " set package probe why
	while IFS='|' read -r set package probe why; do
		read -r set <<<"$set"
		case $sets in
		*" $set "*) ;;
		*) continue ;;
		esac
		read -r package <<<"$package"
		read -r probe <<<"$probe"
		printf '%s|%s|%s\n' "$package" "$probe" "${why# }"
	done < <(grep '|' <<<"$PACKAGES")
}

is_bookworm() { (. /etc/os-release 2>/dev/null && [ "${ID-}" = debian ] && [ "${VERSION_ID-}" = 12 ]); }

probe_ok() {
	case $1 in
	/*) compgen -G "$1" >/dev/null ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

# Versions as numbers: 10.0.2 -> 10000.
version_number() { awk -F. '{printf "%d", $1 * 1000 + $2}' <<<"$1"; }

qemu_version() { qemu-system-aarch64 --version 2>/dev/null | sed -n '1s/.*version \([0-9.]*\).*/\1/p'; }

qemu_ok() {
	local version
	version=$(qemu_version)
	[ -n "$version" ] && [ "$(version_number "$version")" -ge "$(version_number $QEMU_MIN)" ]
}

qemu_in_backports_installed() {
	local version
	version=$(dpkg-query -W -f '${Version}' qemu-system-arm 2>/dev/null) || return 1
	dpkg --compare-versions "$version" ge "1:$QEMU_MIN"
}

# Prints the wanted rows that are not there.
packages_missing() {
	local installed='' package probe why
	is_bookworm && installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' 2>/dev/null)
	packages_wanted "$@" | while IFS='|' read -r package probe why; do
		if [ "$package" = qemu-system-arm ]; then
			# Whoever built it, the version counts. Where Debian's is there but another
			# comes first in PATH, installing does not help; ensure_packages says so.
			qemu_ok && continue
			qemu_in_backports_installed && continue
		elif is_bookworm; then
			grep -qx "ii $package" <<<"$installed" && continue
		else
			probe_ok "$probe" && continue
		fi
		printf '%s|%s|%s\n' "$package" "$probe" "$why"
	done
}

# Asks for the password now, where it can be seen.
become_root() {
	AS_ROOT=()
	[ "$(id -u)" != 0 ] || return 0
	command -v sudo >/dev/null || die "installing these needs root and there is no sudo here: run tools/setup $SETS once as root"
	say "Installing needs root; sudo may ask for your password."
	sudo -v || die "installing these needs root: run tools/setup $SETS once as root"
	AS_ROOT=(sudo)
}

install_packages() {
	local names=() package probe why
	while IFS='|' read -r package probe why; do
		say "  $package: $why"
		names+=("$package")
	done <<<"$1"
	become_root
	mkdir -p "$CACHE/apt/packages"
	# Only QEMU from backports; everything else stays with Debian 12.
	cat >"$CACHE/apt/packages/preferences" <<-EOF
		Package: src:qemu
		Pin: release n=bookworm-backports
		Pin-Priority: 990
	EOF
	apt_state packages /var/lib/dpkg/status \
		"deb arch=$(dpkg --print-architecture) bookworm main" \
		"deb arch=$(dpkg --print-architecture) bookworm-updates main" \
		"deb arch=$(dpkg --print-architecture) bookworm-backports main" \
		"deb arch=$(dpkg --print-architecture) bookworm-security main"
	local unknown
	unknown=$(for package in "${names[@]}"; do
		apt-cache -c "$CACHE/apt/packages/apt.conf" show "$package" >/dev/null 2>&1 || printf ' %s' "$package"
	done)
	[ -z "$unknown" ] || die "apt cannot find:$unknown; check the mirror $(apt_mirror bookworm)"
	logged "installing packages" "${AS_ROOT[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get -c "$CACHE/apt/packages/apt.conf" -q -y --no-install-recommends install "${names[@]}"
}

# ensure_packages SET...: the one entry. Fast and offline when nothing is missing.
ensure_packages() {
	local missing package probe why SETS=$*
	missing=$(packages_missing "$@")
	if [ -n "$missing" ]; then
		if ! is_bookworm; then
			say "setup: this is not Debian 12, so nothing is installed here. Missing:"
			while IFS='|' read -r package probe why; do
				say "  $package ($probe): $why"
			done <<<"$missing"
			die "install these by this system's own means (QEMU $QEMU_MIN or newer) and start again"
		fi
		need_space /usr "$((300 + 60 * $(wc -l <<<"$missing")))" "installing packages"
		say "Installing from Debian:"
		install_packages "$missing"
	fi
	hash -r
	command -v qemu-system-aarch64 >/dev/null ||
		die "QEMU is installed, but qemu-system-aarch64 is not in PATH: put its folder (Debian's: /usr/bin) there"
	qemu_ok || die "$(command -v qemu-system-aarch64) is version $(qemu_version)," \
		"Quire needs $QEMU_MIN or newer: put the folder of Debian's (/usr/bin) first in PATH"
}
