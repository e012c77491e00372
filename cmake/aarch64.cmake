# The one toolchain file: Debian's aarch64 GCC, used bare (no host libc, no start files).
# The flags that make it bare differ between kernel and programs and stand beside each.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_ASM_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_OBJCOPY aarch64-linux-gnu-objcopy)
set(CMAKE_NM aarch64-linux-gnu-nm)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_C_FLAGS_RELEASE "-O2 -g" CACHE STRING "")
set(CMAKE_C_FLAGS_DEBUG "-Og -g -DQUIRE_DEBUG=1" CACHE STRING "")
set(CMAKE_EXECUTABLE_SUFFIX_C ".elf")
