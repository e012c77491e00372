# How every program for Quire is compiled and linked, here and with the SDK; included by both.
# The compiler is one for AArch64 of any kind, used bare: nothing of the system that it was made
# for shows.
set(QUIRE_COMPILE_FLAGS -mcpu=cortex-a72 -mno-outline-atomics -fno-pic -fno-pie
	-fno-stack-protector -ftls-model=local-exec -ffunction-sections -fdata-sections
	-fno-omit-frame-pointer -D__quire__ -U__linux__ -U__linux -Ulinux -U__gnu_linux__
	-U__unix__ -U__unix -Uunix)
# Tables for unwinding are for C++ alone.
set(QUIRE_C_FLAGS -fno-asynchronous-unwind-tables)
set(QUIRE_CXX_FLAGS -nostdinc++ -D_GNU_SOURCE)
set(QUIRE_LINK_FLAGS -nostdlib -static -Wl,--gc-sections -Wl,-z,max-page-size=4096
	-Wl,--build-id=none -Wl,-u,_start -Wl,--eh-frame-hdr)
