# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""What gdb needs to know about Quire. To be loaded beside a kernel:

  gdb-multiarch -x tools/gdb/quire.py build/release/kernel.elf

  quire-connect                attach to QEMU
  quire-symbols [PROGRAM.elf]  a program's symbols (init's, where none is named), instead
                               of those of the one before
  quire-thread                 the current thread of each CPU: name, where, registers' heads
  quire-cpus                   the CPUs as the kernel knows them
"""
import os

import gdb

DEFAULT_PROGRAM = "apps/init.elf"
KERNEL_BASE = 0xFFFFFFFF80000000
DIRECT_BASE = 0xFFFFFF8000000000  # all RAM, below the image
TABLE_MASK = 0xFFFFFFFFF000
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def build_folder():
    """Where the loaded kernel.elf lies."""
    return os.path.dirname(gdb.current_progspace().filename)


def physical(on):
    """From here on QEMU reads physical memory (or again what the stopped CPU may reach)."""
    gdb.execute(f"maintenance packet Qqemu.PhyMemMode:{int(on)}", to_string=True)
    gdb.execute("maintenance flush dcache", to_string=True)


def kernel_value(address, kind):
    """A value of the kernel's, also while the CPU is in user mode and may not read it.

    TTBR1_EL1 tells where the image is: it points at the table that boot_kernel names. Objects
    are in the direct map."""
    address &= (1 << 64) - 1
    table = int(gdb.parse_and_eval("(unsigned long)&boot_kernel"))
    loaded = int(gdb.parse_and_eval("(unsigned long)$TTBR1_EL1")) & TABLE_MASK
    offset = loaded - table if address >= KERNEL_BASE else -DIRECT_BASE
    physical(True)
    try:
        data = gdb.selected_inferior().read_memory(address + offset, kind.sizeof)
        return gdb.Value(bytes(data), kind)
    finally:
        physical(False)


def kernel_variable(name):
    symbol = gdb.lookup_global_symbol(name).value()
    return kernel_value(int(symbol.address), symbol.type)


def online_cpus():
    if int(gdb.parse_and_eval("(unsigned long)$TTBR1_EL1")) == 0:
        raise gdb.GdbError("the kernel has not started: break kernel_main, then continue")
    cpus = kernel_variable("cpus")
    for i in range(int(kernel_variable("cpu_count"))):
        if cpus[i]["online"]:
            yield cpus[i]


def place(pc):
    """The function that an address lies in, with its offset, as far as symbols are loaded."""
    text = gdb.execute(f"info symbol {pc:#x}", to_string=True).strip()
    return text if not text.startswith("No symbol") else "no symbols here: try quire-symbols"


class Quire(gdb.Command):
    __doc__ = __doc__

    def __init__(self):
        super().__init__("quire", gdb.COMMAND_USER, prefix=True)


class Connect(gdb.Command):
    """quire-connect: attach to the QEMU that "tools/run --gdb" started ($QUIRE_GDB, if set,
says where else it listens)."""

    def __init__(self):
        super().__init__("quire-connect", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        del argument, from_tty
        where = os.environ.get("QUIRE_GDB") or "localhost:1234"
        try:
            gdb.execute(f"target remote {where}")
        except gdb.error as problem:
            raise gdb.GdbError(f"no QEMU at {where}: start tools/run --gdb in another terminal, "
                               "then quire-connect (QUIRE_GDB=HOST:PORT says where else)") from problem


class Symbols(gdb.Command):
    """quire-symbols [PROGRAM.elf]: load a program's symbols beside the kernel's, instead of
those of the program before."""

    def __init__(self):
        self.loaded = None
        super().__init__("quire-symbols", gdb.COMMAND_FILES, gdb.COMPLETE_FILENAME)

    def invoke(self, argument, from_tty):
        del from_tty
        path = argument or os.path.join(build_folder(), DEFAULT_PROGRAM)
        if not os.path.exists(path):
            raise gdb.GdbError(f"{path} is not there: name the program's .elf")
        path = os.path.abspath(path)
        if self.loaded:
            gdb.execute(f"remove-symbol-file {self.loaded}", to_string=True)
        gdb.execute(f"add-symbol-file {path}", to_string=True)
        self.loaded = path
        print(f"symbols of {path} loaded")


class Thread(gdb.Command):
    """quire-thread: the current thread of each CPU and where it is.

Registers are those saved at its last entry into the kernel; while it runs in user mode they
are in the CPU: use "info registers"."""

    def __init__(self):
        super().__init__("quire-thread", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        del argument, from_tty
        for cpu in online_cpus():
            number = int(cpu["index"])
            if int(cpu["current"]) == 0:
                print(f"cpu {number}: idle")
                continue
            thread = kernel_value(int(cpu["current"]), gdb.lookup_type("struct thread"))
            context = thread["context"]
            pc = int(context["pc"])
            print(f"cpu {number}: {thread['name'].string()} at {int(cpu['current']):#x}")
            print(f"  last entered the kernel at pc {pc:#x} ({place(pc)})")
            print(f"  sp {int(context['sp']):#x}  lr {int(context['x'][30]):#x}  "
                  f"x0 {int(context['x'][0]):#x}  x8 {int(context['x'][8]):#x}")
        pc = int(gdb.parse_and_eval("(unsigned long)$pc"))
        where = "the kernel" if pc >= KERNEL_BASE else "user mode"
        print(f"gdb's CPU is in {where}: pc {pc:#x} ({place(pc)})")


class Cpus(gdb.Command):
    """quire-cpus: number, MPIDR, state, interrupts taken."""

    def __init__(self):
        super().__init__("quire-cpus", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        del argument, from_tty
        cpus = list(online_cpus())
        if not cpus:
            print("no CPU is online yet: the kernel has not come to cpu_init_boot")
        for cpu in cpus:
            print(f"cpu {int(cpu['index'])}: mpidr {int(cpu['mpidr']):#x}, "
                  f"{int(cpu['irqs'])} interrupts, {int(cpu['spurious'])} spurious")


def start():
    for setting in ("confirm off", "pagination off", "architecture aarch64"):
        gdb.execute(f"set {setting}")
    gdb.execute(f"directory {TOP}", to_string=True)  # sources are named from the top
    for command in (Quire, Connect, Symbols, Thread, Cpus):
        command()
    for command in ("quire-connect", "quire-symbols"):
        try:
            gdb.execute(command)
        except gdb.error as problem:
            print(problem)
    print('Quire: break where you like, then "continue". "help quire" lists what this adds.')


start()
