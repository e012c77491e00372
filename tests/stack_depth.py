#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""stack_depth.py BUILD: how deep the kernel's stack can get, and by which calls.

Frames are read from the code of kernel.elf itself, from what each function takes off sp, and
held against what the compiler says of them (-fstack-usage); calls are its bl and b to other
functions. Who calls through a pointer stands in CALLS_THROUGH below: an indirect call in a
function that is not listed there is an error, as are a cycle of calls, a frame of variable
size, and a stack deeper than LIMIT bytes (BOOT_LIMIT at boot, which happens once). Ways into
the kernel are ENTRIES, each with an empty stack.

panic() is where the kernel ends: from there on it may use what is left of the stack, and what
lies beyond is told apart. `stack_depth.py --self-test` checks this checker."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
AIM, LIMIT, BOOT_LIMIT = 1024, 4096, 6144
STACK, PANIC_STACK, CONTEXT = 8192, 4096, 272 # arch/aarch64/asm.h
ENTRIES = ["user_sync", "user_irq", "user_fault_entry", "cpu_main"]
# What a pointer may lead to: functions that the source of the kernel puts into a field of that
# name (".finalise = timer_finalise"), or those that are named here.
NAMED = {"entry": ["kernel_main", "cpu_main"]} # head.S, by their linked addresses
# Who calls through pointers, and through which.
CALLS_THROUGH = {
    "untyped_retype": ["create"],
    "cap_delete_step": ["finalise", "release"],
    "cap_delete": ["finalise", "release"],
    "cap_clear": ["release"],
    "clear_last": ["release"],
    "boot_cpu": ["entry"],
    "secondary_entry": ["entry"],
}
# Recursion that ends, and why: the second time it does not come back to itself.
TWICE = {
    "fdt_path_offset_namelen": "an alias must be an absolute path, which has none",
}
# Where the kernel ends: not part of a depth from which anybody returns.
ENDS = {"panic", "assert_fail", "kernel_exception", "kernel_died", "__stack_chk_fail"}


class Function:
    def __init__(self, name):
        self.name, self.calls, self.indirect = name, set(), False
        self.frame = 0  # bytes
        self.takes = []  # the pieces of it: several also where paths have a frame each


def add_frame(function, line):
    """sub sp, sp, #n [, lsl #12]; stp/str ..., [sp, #-n]!"""
    match = re.search(r"\tsub\tsp, sp, #(0x[0-9a-f]+)(, lsl #12)?", line)
    if match:
        function.takes.append(int(match[1], 16) << (12 if match[2] else 0))
    match = re.search(r"\tst[rp]\t.*\[sp, #-(\d+)\]!", line)
    if match:
        function.takes.append(int(match[1]))
    function.frame = sum(function.takes)
    if function.name not in ENDS and re.search(r"\tsub\tsp, (sp, [wx]\d|x\d)", line):
        raise SystemExit(f"{function.name}: a frame of variable size")


def parse(listing):
    functions, current, jump_table = {}, None, None
    for line in listing.splitlines():
        head = re.match(r"^[0-9a-f]+ <([\w.$]+)>:$", line)
        if head:
            current = functions.setdefault(head[1], Function(head[1]))
            continue
        if current is None or "\t" not in line:
            continue
        add_frame(current, line)
        call = re.search(r"\t(bl|b|cbn?z|tbn?z|b\.\w+)\t.*?[0-9a-f]+ <([\w.$]+)(\+0x[0-9a-f]+)?>", line)
        if call and call[1] == "bl" and call[2] == current.name and call[3]:
            current.indirect = True # -mharden-sls: a blr is a call of a stub at the end
        elif call and (call[2] != current.name or call[1] == "bl"):
            current.calls.add(call[2])
        if re.search(r"\tblr?\tx|\tbr\tx", line) and not jump_table:
            current.indirect = True
        # add x0, x1, w0, sxth #2; br x0: a switch
        jump_table = re.search(r"\tadd\tx\d+, x\d+, w\d+, sxt[bhw] #2", line)
    for function in functions.values():  # or of a stub that functions share
        if any(c.startswith("__call_indirect_") for c in function.calls):
            function.indirect = True
            function.calls = {c for c in function.calls if not c.startswith("__call_indirect_")}
    return {n: f for n, f in functions.items() if not n.startswith("__call_indirect_")}


def base(name):
    """Without what the compiler adds: .part.0, .isra.0, .constprop.0, .cold"""
    return name.split(".")[0]


def pointers(root):
    """field -> the functions that the kernel's source puts there"""
    fields = {field: set(names) for field, names in NAMED.items()}
    for path in (root / "kernel").rglob("*.c"):
        for field, name in re.findall(r"\.(\w+) = (\w+)\b", path.read_text()):
            fields.setdefault(field, set()).add(name)
    return fields


def resolve(functions, through, fields):
    """Give each indirect call its targets; who is not listed."""
    unknown = []
    for function in functions.values():
        if function.indirect:
            names = through.get(base(function.name), [])
            unknown += [] if names else [function.name]
            targets = set().union(*(fields.get(n, set()) for n in names))
            function.calls |= {n for n in functions if base(n) in targets}
    return unknown


def reach(functions, start):
    seen, todo = set(), [start]
    while todo:
        for callee in functions[todo.pop()].calls - seen:
            seen.add(callee)
            todo += [callee] if callee in functions else []
    return seen


def unroll(functions, twice):
    """Of those that may be entered twice, make a second that does not lead back."""
    for name in twice:
        if name not in functions or name not in reach(functions, name):
            continue
        again = Function(name + " again")
        again.frame = functions[name].frame
        again.calls = {c for c in functions[name].calls
                       if c != name and name not in reach(functions, c)}
        for callee in reach(functions, name):
            calls = functions[callee].calls
            if name in calls:
                calls ^= {name, again.name}
        functions[again.name] = again


class Depths:
    def __init__(self, functions, ends):
        self.functions, self.ends, self.known, self.on_way = functions, ends, {}, []

    def of(self, name):
        """(bytes, path) of the deepest stack from here on."""
        if name in self.known:
            return self.known[name]
        if name in self.on_way:
            cycle = self.on_way[self.on_way.index(name):] + [name]
            raise SystemExit("recursion: " + " -> ".join(cycle))
        function = self.functions.get(name)
        if function is None:
            raise SystemExit(f"{self.on_way[-1]} calls {name}, of which there is no code")
        self.on_way.append(name)
        below = max((self.of(c) for c in sorted(function.calls) if base(c) not in self.ends),
                    default=(0, []))
        self.on_way.pop()
        self.known[name] = (function.frame + below[0], [(name, function.frame)] + below[1])
        return self.known[name]


def compiler_says(build):
    usage = {}
    for path in pathlib.Path(build).rglob("*.su"):
        if "/kernel/" not in str(path) and "/platform/" not in str(path):
            continue
        for line in path.read_text().splitlines():
            where, size, kind = line.split("\t")
            if kind != "static":
                raise SystemExit(f"{where}: a frame of {kind} size")
            usage.setdefault(where.split(":")[-1], set()).add(int(size))
    return usage


def check_frames(functions, usage):
    """Frames that are not as large in the code as the compiler says. One that each of several
    paths takes for itself is as large as it says."""
    for f in functions.values():
        if f.name in usage and f.frame > max(usage[f.name]) >= max(f.takes):
            f.frame = max(usage[f.name])
    return [f"{f.name}: takes {f.frame} bytes, the compiler says {sorted(usage[f.name])}"
            for f in functions.values() if f.name in usage and f.frame not in usage[f.name]]


def tell(title, depth):
    print(f"{title}: {depth[0]} bytes")
    for name, frame in depth[1]:
        print(f"  {frame:5}  {name}")


def main(build):
    listing = subprocess.run(["aarch64-linux-gnu-objdump", "-d", "--no-show-raw-insn",
                              f"{build}/kernel.elf"], capture_output=True, text=True,
                             check=True).stdout
    functions = parse(listing)
    wrong = [f"{n} calls through a pointer, but is not in CALLS_THROUGH" for n in
             resolve(functions, CALLS_THROUGH, pointers(ROOT))]
    wrong += check_frames(functions, compiler_says(build))
    unroll(functions, TWICE)
    depths = Depths(functions, ENDS)
    worst = max((depths.of(e) for e in ENTRIES))
    boot = depths.of("kernel_main")
    ends = Depths(functions, set())
    last = max(ends.of(e) for e in sorted(ENDS) if e in functions)
    tell("deepest in a trap", worst)
    tell("deepest at boot", boot)
    tell("what a panic takes on top", last)
    for what, depth, limit in (("a trap", worst, LIMIT), ("boot", boot, BOOT_LIMIT)):
        if depth[0] > limit:
            wrong.append(f"{what} takes {depth[0]} bytes, above {limit}")
    if max(worst[0], boot[0]) + last[0] > STACK:
        wrong.append(f"with a panic it is more than the stack of {STACK} bytes")
    if CONTEXT + ends.of("kernel_exception")[0] > PANIC_STACK:
        wrong.append(f"kernel_exception needs more than the panic stack of {PANIC_STACK} bytes")
    print("\n".join(wrong) or f"{len(functions)} functions, no recursion"
          + ("" if worst[0] <= AIM else f"; the aim for traps is {AIM} bytes"))
    return bool(wrong)


def self_test():
    def depth(text, ends=frozenset(), through=None, fields=None):
        functions = parse(text)
        unknown = resolve(functions, through or {}, fields or {})
        return functions, unknown, lambda: Depths(functions, ends).of("a")

    code = ("10 <a>:\n  10:\tstp\tx29, x30, [sp, #-32]!\n  14:\tbl\t20 <b>\n  18:\tbl\t30 <c>\n"
            "20 <b>:\n  20:\tsub\tsp, sp, #0x1, lsl #12\n  24:\tret\n"
            "30 <c>:\n  30:\tsub\tsp, sp, #0x40\n  34:\tb\t20 <b>\n")
    assert depth(code)[2]() == (4096 + 96, [("a", 32), ("c", 64), ("b", 4096)])
    assert depth(code, {"c"})[2]()[0] == 4096 + 32
    for bad in (code + "  38:\tcbz\tx0, 10 <a>\n", code.replace("b\t20 <b>", "b\t99 <z>"),
                code + "  38:\tb\t44 <d>\n40 <d>:\n  44:\tbl\t30 <c+0x4>\n"):
        try:
            depth(bad)[2]()
        except SystemExit:
            continue
        raise AssertionError(bad)
    for variable in ("sub\tsp, sp, x0", "sub\tsp, x1, #0x10"):
        try:
            parse(f"10 <a>:\n  10:\t{variable}\n")
        except SystemExit:
            continue
        raise AssertionError(variable)
    twice = parse(code.replace("b\t20 <b>", "bl\t10 <a>"))
    unroll(twice, {"a"})
    assert Depths(twice, set()).of("a")[0] == 32 + 64 + 32 + 4096
    pointed = code + "  38:\tbl\t60 <__call_indirect_x1>\n60 <__call_indirect_x1>:\n  60:\tbr\tx1\n"
    assert depth(pointed)[1] == ["c"]
    assert depth(code + "  38:\tbl\t3c <c+0xc>\n  3c:\tbr\tx16\n")[1] == ["c"]
    assert depth(pointed, through={"c": ["f"]}, fields={"f": {"b"}})[1] == []
    table = code + "  38:\tadd\tx1, x2, w1, sxth #2\n  3c:\tbr\tx1\n"
    assert depth(table)[1] == [] and depth(table.replace("sxth #2", "lsl #2"))[1] == ["c"]
    assert check_frames(parse(code), {"b": {4000}}) and not check_frames(parse(code), {"b": {4096}})
    paths = parse(code + "  38:\tstp\tx29, x30, [sp, #-64]!\n")
    assert paths["c"].frame == 128 and not check_frames(paths, {"c": {64}})
    assert paths["c"].frame == 64 and check_frames(paths, {"c": {48}})
    print("the checker finds what is planted")


sys.exit(self_test() if sys.argv[1:] == ["--self-test"] else main(sys.argv[1]))
