#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""Break the core in one place at a time and see whether a test notices.

    tests/mutation/mutate.py [COUNT [SEED]]     COUNT mutants (default 200)

Each mutant is one change of one operator, constant or statement in kernel/mm or kernel/vm.
Killed: it does not compile, a test fails, or none ends in time. Survivors are printed, to be
classified in survivors.md: equal (no behaviour differs), slower (only cost differs), or a hole."""
import pathlib
import random
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = sorted([*ROOT.glob("kernel/mm/*.c"), *ROOT.glob("kernel/vm/*.c"), ROOT / "kernel/vm/tree.h"])
INCLUDES = ["kernel", "kernel/arch/include", "tests/host/fake/include", "tests/host/fake/window",
            "tests/host/fake", "tests/host", "tests/model", "tests/host/vm"]
SWAPS = [(" && ", " || "), (" || ", " && "), (" < ", " <= "), (" > ", " >= "), (" <= ", " < "),
         (" >= ", " > "), (" == ", " != "), (" != ", " == "), (" + ", " - "), (" - ", " + "),
         ("min_u64(", "max_u64("), ("max_u64(", "min_u64("), ("if (!", "if ("), ("true", "false"),
         ("false", "true"), ("++", "--"), ("block_start(", "block_end("), ("block_end(", "block_start("),
         (" += ", " -= "), (" -= ", " += "), ("return false", "return true"), ("ST_OK", "ST_NO_MEMORY")]


def sites():
    for path in SOURCES:
        comment = False
        for number, line in enumerate(path.read_text().splitlines()):
            if comment or line.lstrip().startswith(("/*", "*", "#", "//")):
                comment = "*/" not in line
                continue
            if not line.startswith("\t") or "CHECK(" in line or "ASSERT(" in line:
                continue
            for old, new in SWAPS:
                for m in re.finditer(re.escape(old), line):
                    yield path, number, line[:m.start()] + new + line[m.end():]
            if re.fullmatch(r"\t+[\w>.\-\[\]*]+(\(.*\)| [-+|]?= .*|\+\+|--);", line):
                yield path, number, "\t;"


def build(work, test, sources, override):
    files = [override.get(p, p) for p in SOURCES if p.suffix == ".c"]
    inc = [f"-I{work}"] * bool(override) + [f"-I{ROOT / i}" for i in INCLUDES]
    return subprocess.run(["clang", "-std=gnu11", "-O1", "-w", "-DQUIRE_DEBUG=1", *inc, *map(str, files),
                           *[str(ROOT / s) for s in sources], "-o", f"{work}/{test}"],
                          capture_output=True).returncode == 0


TESTS = [("pool", ["tests/host/mm/pool_test.c", "tests/host/main.c", "tests/host/fake/fake.c"], "0"),
         ("vmo", ["tests/host/vm/vmo_test.c", "tests/host/main.c", "tests/host/fake/fake.c",
                  "tests/host/vm/world.c", "tests/host/vm/check.c"], "0"),
         ("lockstep", ["tests/host/vm/lockstep_test.c", "tests/host/main.c", "tests/host/fake/fake.c",
                       "tests/host/vm/world.c", "tests/host/vm/check.c"], "60000")]


def killed(path, number, line):
    with tempfile.TemporaryDirectory() as work:
        text = path.read_text().splitlines()
        text[number] = line
        layer = pathlib.Path(work) / path.parent.name
        layer.mkdir()
        (layer / path.name).write_text("\n".join(text) + "\n")
        for test, sources, ops in TESTS:
            if not build(work, test, sources, {path: layer / path.name}):
                return "does not compile"
            try:
                run = subprocess.run([f"{work}/{test}"], capture_output=True, timeout=20,
                                     env={"LOCKSTEP_OPS": ops})
            except subprocess.TimeoutExpired:
                return "does not end"
            if run.returncode:
                return test
    return None


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    random.seed(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    chosen = random.sample(list(sites()), count)
    alive = 0
    for i, (path, number, line) in enumerate(chosen):
        why = killed(path, number, line)
        if why is None:
            alive += 1
            print(f"SURVIVED {path.relative_to(ROOT)}:{number + 1}: {line.strip() or 'statement removed'}",
                  flush=True)
        if i % 20 == 19:
            print(f"# {i + 1} of {count}, {alive} survived", flush=True)
    print(f"{count} mutants, {count - alive} killed, {alive} survived")


main()
