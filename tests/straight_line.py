#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""straight_line.py KERNEL: is every ret, br and eret of the kernel followed by a barrier?

A CPU may run ahead past an instruction that always goes elsewhere. The compiler puts the
barriers (-mharden-sls=all); assembly has to by itself, but for what runs at boot alone."""
import re
import subprocess
import sys

BOOT = {"boot_cpu", "secondary_entry", "count_instructions", "enter_el1", "discard_cached", "mmu_on",
        "fpu_enable"}

listing = subprocess.run(["aarch64-linux-gnu-objdump", "-d", "--no-show-raw-insn", sys.argv[1]],
                         capture_output=True, text=True, check=True).stdout
function = leaves = None
bare, count = [], 0
for line in listing.splitlines():
    head = re.match(r"^[0-9a-f]+ <([\w.$]+)>:$", line)
    function = head[1] if head else function
    code = re.match(r" *[0-9a-f]+:\t(\w+)", line)
    if not code:
        continue
    # The compiler's stubs for indirect calls share the barrier behind the last of them.
    stub = re.search(r"\tmov\tx16, x", line) and leaves and leaves.endswith("br\tx16")
    if leaves and code[1] not in ("dsb", "isb", "sb") and not stub:
        bare.append(leaves)
    leaves = None
    if code[1] in ("ret", "br", "eret") and function not in BOOT:
        leaves = f"{function}: {line.strip()}"
        count += 1
print("\n".join(bare) or f"each of {count} ways out has its barrier")
sys.exit(bool(bare) or count == 0)
