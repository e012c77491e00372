#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""broken_trees BUILD: the kernel is handed each unusable device tree, and says so.

QEMU itself would refuse them, so a stub of four instructions plays the loader: it puts the
tree's address into x0 and jumps to the kernel.
"""
import os
import struct
import subprocess
import sys
import tempfile

STUB, TREE, KERNEL = 0x47000000, 0x44000000, 0x40200000
HERE = os.path.dirname(os.path.abspath(__file__))


def stub(tree, kernel=KERNEL):
    """ldr x0, tree; ldr x1, kernel; br x1; nop; the two addresses."""
    return struct.pack("<4I2Q", 0x58000080, 0x580000A1, 0xD61F0020, 0xD503201F, tree, kernel)


def boots_into_panic(build, scratch, name, tree_file, address):
    path = os.path.join(scratch, "stub")
    with open(path, "wb") as file:
        file.write(stub(address))
    devices = [f"loader,file={build}/Image,addr={KERNEL:#x},force-raw=on",
               f"loader,file={path},addr={STUB:#x},force-raw=on,cpu-num=0"]
    # An empty file cannot be loaded: the memory is zero without it.
    if tree_file and os.path.getsize(tree_file):
        devices.append(f"loader,file={tree_file},addr={address:#x},force-raw=on")
    line = [os.path.join(HERE, "..", "run_qemu"), "--board", "virt", "--smp", "1",
            "--boot", "bare", "--timeout", "20", "--settle", "0",
            "--expect", "^quire: panic: .*device tree", "--expect", "^quire: stopped",
            "--refuse", "^quire: root task"]
    for device in devices:
        line += ["--qemu=-device", f"--qemu={device}"]
    done = subprocess.run(line, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(f"not ok - {name}\n{done.stdout}")
        return False
    said = [text for text in done.stdout.splitlines() if "panic:" in text]
    print(f"ok - {name}: {said[0].strip()}", flush=True)
    return True


def main():
    build = sys.argv[1]
    folder = os.path.join(build, "dts-tests", "broken")
    cases = [("null", None, 0), ("nothing-there", None, TREE),
             ("unaligned", os.path.join(build, "bcm2711-rpi-4-b.dtb"), TREE + 4)]
    cases += [(name[:-4], os.path.join(folder, name), TREE) for name in sorted(os.listdir(folder))]
    with tempfile.TemporaryDirectory(prefix="quire-") as scratch:
        good = [boots_into_panic(build, scratch, *case) for case in cases]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
