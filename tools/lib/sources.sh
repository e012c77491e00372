# SPDX-License-Identifier: BSD-2-Clause
# What Quire takes from Debian as source or firmware, into the cache. Pinned by upstream
# version and Debian revision; the suffix of a point release (+deb12uN) may move, because
# Debian then no longer offers the older one.
#
# Each source has fetch_NAME, which leaves its archive in downloads/, and build_NAME, which
# runs in an empty folder and fills the folder $OUT. The result is kept until the text of
# build_NAME, the archive's name, the compiler, or what key_NAME prints (if there is one) changes.
# shellcheck shell=bash

NEWLIB_DEB='newlib-source_4.5.0.20241231-1*_all.deb' # trixie
LIBSTDCXX_DEB='gcc-12-source_12.2.0-14*_all.deb' # bookworm: the compiler's own version
ZLIB_TAR='zlib_1.3.dfsg+really1.3.1.orig.tar.gz' # trixie
JIMTCL_TAR='jimtcl_0.83.orig.tar.gz' # trixie
LIBFDT_TAR='device-tree-compiler_1.7.2.orig.tar.xz' # trixie, 1.7.2-2
UBOOT_DSC='u-boot_2023.01+dfsg-2*.dsc' # bookworm
FIRMWARE_DEB='raspi-firmware_1.20220830+ds-1*_all.deb' # bookworm, non-free-firmware
CBMC_TAR='cbmc_6.6.0-4_cadical_*.tar' # trixie: both and what they run on, as resolved
HERD_TAR='herdtools7_7.58-*.tar' # sid, which alone has it

state_trixie() {
	[ -n "${TRIXIE_READY-}" ] && return
	TRIXIE_READY=1
	# This machine's index names what is for all machines, too, and mirrors keep it whole;
	# the one of those alone has been seen to differ from the signed list for days.
	apt_state trixie /dev/null \
		"deb arch=$(dpkg --print-architecture) trixie main" "deb-src arch=all trixie main"
}

fetch_newlib() {
	state_trixie
	logged "fetching newlib" apt_fetch_deb trixie newlib-source
}

# Only the library, straight from its own configure: no build-side compiler is needed then.
# The toolchain is the one for Linux, used bare: it must neither think that it is on Linux
# nor find a header of glibc's.
build_newlib() {
	local tool=aarch64-linux-gnu- headers
	dpkg-deb -x "$ARCHIVE" deb
	mkdir source build
	tar -xf deb/usr/src/newlib/newlib-*.tar.xz -C source --strip-components=1
	headers="-nostdinc -isystem $(${tool}gcc -print-file-name=include)"
	headers+=" -isystem $PWD/build/targ-include -isystem $PWD/source/newlib/libc/include"
	cd build
	../source/newlib/configure --host=aarch64-none-elf --build="$(../source/config.guess)" \
		--prefix="$PWD/../installed" \
		--disable-newlib-supplied-syscalls --disable-multilib --disable-dependency-tracking \
		--enable-newlib-io-long-long --enable-newlib-io-long-double \
		--enable-newlib-io-c99-formats --enable-newlib-retargetable-locking \
		--enable-newlib-reent-thread-local \
		CC="${tool}gcc $headers" AS=${tool}as AR=${tool}gcc-ar RANLIB=${tool}gcc-ranlib \
		READELF=${tool}readelf STRIP=${tool}strip OBJDUMP=${tool}objdump CCASFLAGS= \
		CFLAGS="-O2 -g1 -ffile-prefix-map=$PWD/..=newlib -mcpu=cortex-a72 -fno-pic -no-pie \
			-ffunction-sections -fdata-sections -ftls-model=local-exec -mno-outline-atomics \
			-U__linux__ -U__linux -Ulinux -U__gnu_linux__ -U__unix__ -U__unix -Uunix"
	# The one program that it would compile for this machine prepares its manual: not wanted.
	make -j"$(nproc)" CC_FOR_BUILD=true
	make install CC_FOR_BUILD=true
	mkdir -p "$OUT/lib"
	cp -r ../installed/aarch64-none-elf/include "$OUT/"
	cp ../installed/aarch64-none-elf/lib/lib[cm].a "$OUT/lib/"
	cp ../source/COPYING.NEWLIB "$OUT/"
}

# Its own tests, which are beside it in the same archive.
fetch_newlib_tests() { fetch_newlib; }

build_newlib_tests() {
	dpkg-deb --fsys-tarfile "$ARCHIVE" | tar -x --wildcards './usr/src/newlib/newlib-*.tar.xz'
	tar -xf usr/src/newlib/newlib-*.tar.xz -C "$OUT" --strip-components=3 --wildcards \
		'*/newlib/testsuite'
}

fetch_libstdcxx() {
	apt_state bookworm /dev/null "deb arch=$(dpkg --print-architecture) bookworm main"
	logged "fetching libstdc++" apt_fetch_deb bookworm gcc-12-source
}

key_libstdcxx() {
	cat "$CACHE/newlib/.recipe" "$TOP"/libsys/newlib/*.h "$TOP"/libsys/newlib/sys/*.h
}

# GCC's C++ library for newlib: like newlib by its own configure with the bare compiler. What
# configure could only know by linking a program is written into its result: threads are libsys's.
build_libstdcxx() {
	local tool=aarch64-linux-gnu- headers flags name
	dpkg-deb --fsys-tarfile "$ARCHIVE" | tar -x --wildcards './usr/src/gcc-12/gcc-*.tar.xz'
	mkdir source build libgcc
	tar -xf usr/src/gcc-12/gcc-*.tar.xz -C source --strip-components=1 --wildcards \
		--exclude='*/testsuite/*/*' '*/libstdc++-v3' '*/libgcc' '*/include' '*/libiberty' \
		'*/config' '*/config.*' '*/config-ml.in' '*/*.m4' '*/ltmain.sh' '*/install-sh' \
		'*/missing' '*/depcomp' '*/move-if-change' '*/mkinstalldirs' '*/gcc/BASE-VER' \
		'*/gcc/DATESTAMP' '*/gcc/DEV-PHASE' '*/COPYING*'
	cp source/libgcc/gthr-posix.h libgcc/gthr-default.h
	headers="-nostdinc -isystem $(${tool}gcc -print-file-name=include)"
	headers+=" -isystem $TOP/libsys/newlib -isystem $CACHE/newlib/include"
	headers+=" -U__linux__ -U__linux -Ulinux -U__gnu_linux__ -U__unix__ -U__unix -Uunix"
	flags="-O2 -g1 -ffile-prefix-map=$PWD=libstdc++ -mcpu=cortex-a72 -fno-pic -no-pie"
	flags+=" -ffunction-sections -fdata-sections -ftls-model=local-exec -mno-outline-atomics"
	flags+=" -fno-stack-protector -fno-omit-frame-pointer -D__quire__ -DGTHREAD_USE_WEAK=0"
	flags+=" -D_GLIBCXX_GTHREAD_USE_WEAK=0"
	cd build
	gcc_cv_have_tls=yes ../source/libstdc++-v3/configure --host=aarch64-none-elf \
		--build="$(../source/config.guess)" --prefix="$PWD/../installed" --with-newlib \
		--with-gxx-include-dir="$PWD/../installed/include/c++" --disable-shared --disable-nls \
		--disable-multilib --disable-libstdcxx-pch --disable-dependency-tracking \
		--disable-libstdcxx-filesystem-ts --enable-threads=posix \
		CC="${tool}gcc $headers" CXX="${tool}g++ -nostdinc++ $headers" \
		CPP="${tool}gcc -E $headers" AS=${tool}as LD=${tool}ld NM=${tool}nm AR=${tool}gcc-ar \
		RANLIB=${tool}gcc-ranlib STRIP=${tool}strip OBJDUMP=${tool}objdump \
		CFLAGS="$flags" CXXFLAGS="$flags"
	for name in HAVE_TLS _GLIBCXX_USE_CLOCK_MONOTONIC _GLIBCXX_USE_CLOCK_REALTIME \
		_GLIBCXX_USE_NANOSLEEP _GLIBCXX_USE_SCHED_YIELD _GLIBCXX_USE_GETTIMEOFDAY \
		_GLIBCXX_USE_SC_NPROCESSORS_ONLN _GLIBCXX_USE_PTHREAD_COND_CLOCKWAIT \
		_GLIBCXX_USE_PTHREAD_MUTEX_CLOCKLOCK; do
		sed -i "s|/\* #undef $name \*/|#define $name 1|" config.h
	done
	make -j"$(nproc)"
	make install
	grep -q '_GLIBCXX_HAS_GTHREADS 1' ../installed/include/c++/aarch64-none-elf/bits/c++config.h
	echo '#define _GLIBCXX_GTHREAD_USE_WEAK 0' \
		>>../installed/include/c++/aarch64-none-elf/bits/c++config.h
	mkdir "$OUT/lib"
	cp -r ../installed/include "$OUT/"
	find ../installed -name 'libstdc++.a' -exec cp {} "$OUT/lib/" \;
	cp ../source/COPYING3 ../source/COPYING.RUNTIME "$OUT/"
}

fetch_libfdt() {
	state_trixie
	logged "fetching libfdt" apt_fetch_source trixie --tar-only device-tree-compiler
}

build_libfdt() {
	tar -xf "$ARCHIVE" --strip-components=1
	cp libfdt/*.[ch] BSD-2-Clause "$OUT/"
}

# Programs that nobody here wrote: compiled for Quire as they are, with their own tests.
fetch_zlib() {
	state_trixie
	logged "fetching zlib" apt_fetch_source trixie --tar-only zlib
}

build_zlib() { tar -xf "$ARCHIVE" -C "$OUT" --strip-components=1; }

fetch_jimtcl() {
	state_trixie
	logged "fetching Jim Tcl" apt_fetch_source trixie --tar-only jimtcl
}

build_jimtcl() { tar -xf "$ARCHIVE" -C "$OUT" --strip-components=1; }

fetch_uboot_rpi4() {
	apt_state bookworm-source /dev/null \
		"deb-src arch=all bookworm main" "deb-src arch=all bookworm-updates main" \
		"deb-src arch=all bookworm-security main"
	logged "fetching U-Boot" apt_fetch_source bookworm-source u-boot
}

# Debian builds U-Boot for the Pi without FIT support; Quire boots a FIT.
build_uboot_rpi4() {
	dpkg-source --no-check -x "$ARCHIVE" source
	cd source
	cat >>configs/rpi_4_defconfig <<-EOF
		CONFIG_FIT=y
		CONFIG_FIT_VERBOSE=y
		CONFIG_SHA256=y
		CONFIG_LEGACY_IMAGE_FORMAT=y
		CONFIG_BOOTDELAY=0
		# CONFIG_TOOLS_MKEFICAPSULE is not set
	EOF
	make rpi_4_defconfig
	export SOURCE_DATE_EPOCH=1700000000
	make -j"$(nproc)" CROSS_COMPILE=aarch64-linux-gnu- u-boot.bin
	cp u-boot.bin "$OUT/"
	cp Licenses/gpl-2.0.txt "$OUT/COPYING"
}

fetch_firmware() {
	apt_state bookworm-firmware /dev/null "deb arch=all bookworm non-free-firmware"
	logged "fetching the Pi's firmware" apt_fetch_deb bookworm-firmware raspi-firmware
}

build_firmware() {
	dpkg-deb -x "$ARCHIVE" deb
	cp deb/usr/lib/raspi-firmware/start4.elf deb/usr/lib/raspi-firmware/fixup4.dat "$OUT/"
	cp deb/usr/share/doc/raspi-firmware/copyright "$OUT/LICENCE.firmware"
}

# Two programs are not built: apt resolves each with its C library from nothing, so that all
# of it is of one suite.
#
# apt_closure STATE SUITE TAR PACKAGE...: the packages and what they run on, as TAR.
apt_closure() {
	local name=$1 suite=$2 tar=$3 state=$CACHE/apt/$1 arch
	shift 3
	arch=$(dpkg --print-architecture)
	mkdir -p "$state/archives/partial"
	[ -f "$state/status" ] || : >"$state/status"
	apt_state "$name" "$state/status" "deb arch=$arch $suite main"
	rm -f "$state/archives"/*.deb
	logged "fetching $1" apt-get -c "$state/apt.conf" -o "Dir::Cache::archives=$state/archives" \
		-q -y --no-install-recommends --download-only install "$@"
	tar=${tar/VERSION/$(dpkg-deb -f "$state/archives/$1"_*.deb Version)}
	tar -C "$state/archives" --exclude=partial --exclude=lock -cf "${tar/ARCH/$arch}" .
	rm -f "$state/archives"/*.deb
}

# Only the compiler is said to be there: CBMC depends on one for its preprocessor, and is given
# preprocessed text instead. Debian builds CBMC without CaDiCaL, which is what makes the larger
# proofs end: it comes as a program of its own.
fetch_cbmc() {
	local state=$CACHE/apt/trixie-cbmc
	mkdir -p "$state"
	printf '%s\n' 'Package: gcc' 'Status: install ok installed' 'Version: 4:14.2.0-1' \
		"Architecture: $(dpkg --print-architecture)" 'Maintainer: nobody' \
		'Description: the cross compiler' >"$state/status"
	apt_closure trixie-cbmc trixie cbmc_VERSION_cadical_ARCH.tar cbmc cadical
}

# Run through its own loader, it sees its own libraries; what it starts sees the machine's.
build_cbmc() {
	local deb program
	tar -xf "$ARCHIVE"
	for deb in *.deb; do
		dpkg-deb -x "$deb" root
	done
	mkdir "$OUT/lib"
	cp root/usr/bin/cbmc root/usr/bin/cadical root/usr/share/doc/cbmc/copyright "$OUT/"
	find root -name 'ld-linux-*.so.*' -exec cp -L {} "$OUT/loader" \;
	find root -name 'lib*.so.*' -not -path '*/gconv/*' -not -path '*/share/*' -exec cp -L {} "$OUT/lib/" \;
	for program in cbmc cadical; do
		cat >"$OUT/run-$program" <<-EOF
			#!/bin/sh
			here=\$(dirname "\$(readlink -f "\$0")")
			exec "\$here/loader" --library-path "\$here/lib" "\$here/$program" "\$@"
		EOF
		chmod +x "$OUT/run-$program"
		"$OUT/run-$program" --version
	done
}

# The simulator alone of the suite's many programs, and the memory models that it reads.
fetch_herd() { apt_closure sid-herd sid herdtools7_VERSION_ARCH.tar herdtools7; }

build_herd() {
	local deb
	tar -xf "$ARCHIVE"
	for deb in *.deb; do
		dpkg-deb -x "$deb" root
	done
	mkdir "$OUT/lib"
	cp root/usr/bin/herd7 root/usr/share/doc/herdtools7/copyright "$OUT/"
	cp -r root/usr/share/herdtools7/herd "$OUT/models"
	find root -name 'ld-linux-*.so.*' -exec cp -L {} "$OUT/loader" \;
	find root -name 'lib*.so.*' -not -path '*/gconv/*' -not -path '*/share/*' -exec cp -L {} "$OUT/lib/" \;
	cat >"$OUT/run-herd7" <<-EOF
		#!/bin/sh
		here=\$(dirname "\$(readlink -f "\$0")")
		exec "\$here/loader" --library-path "\$here/lib" "\$here/herd7" -I "\$here/models" "\$@"
	EOF
	chmod +x "$OUT/run-herd7"
	"$OUT/run-herd7" -version
}

# ensure_source NAME PATTERN MIB: $CACHE/NAME is built from the archive that matches PATTERN.
ensure_source() {
	local name=$1 pattern=$2 mib=$3 function=${1//-/_} downloads=$CACHE/downloads key archive
	key=$({
		declare -f "build_$function"
		! declare -F "key_$function" >/dev/null || "key_$function"
		printf '%s %s\n' "$pattern" "${COMPILER:=$(aarch64-linux-gnu-gcc -dumpfullversion)}"
	} | sha256sum | cut -c1-64)
	[ -f "$CACHE/$name/.recipe" ] && [ "$(<"$CACHE/$name/.recipe")" = "$key" ] && return
	need_space "$CACHE" "$mib" "building $name"
	mkdir -p "$downloads"
	archive=$(compgen -G "$downloads/$pattern" | sort -V | tail -n 1) || true
	if [ -z "$archive" ]; then
		command -v apt-get >/dev/null ||
			die "$name comes from Debian by apt, which is not here: fill $downloads on a Debian machine"
		cd "$downloads"
		"fetch_$function"
		cd "$TOP"
		archive=$(compgen -G "$downloads/$pattern" | sort -V | tail -n 1) || true
		[ -n "$archive" ] || die "Debian offers another version than $pattern of $name;" \
			"see tools/lib/sources.sh"
	fi
	rm -rf "${CACHE:?}/work-$name" "${CACHE:?}/new-$name"
	mkdir -p "$CACHE/work-$name" "$CACHE/new-$name"
	cd "$CACHE/work-$name"
	ARCHIVE=$archive OUT=$CACHE/new-$name logged "building $name" "build_$function"
	cd "$TOP"
	printf '%s\n' "$key" >"$CACHE/new-$name/.recipe"
	rm -rf "${CACHE:?}/$name" "$CACHE/work-$name"
	mv "$CACHE/new-$name" "$CACHE/$name"
}
