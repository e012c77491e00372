#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""Instructions of the memory core's operations, counted by callgrind, and the laws they obey.

    costs.py PROGRAM        PROGRAM is built from costs.c

The laws compare counts with counts, so that they hold for every compiler and host. The
ceilings are those of clang at -O2 on x86-64, stubs of the machine included: they only sink."""
import pathlib
import re
import subprocess
import sys
import tempfile

CEILING = {"fault, COW": 384, "fault, read": 325, "fault, spurious": 236, "COW": 282, "first touch, 0 clones": 287,
           "write again": 142, "look-up, own page": 66, "clone, 1 page": 339, "close the middle, it owns nothing": 526,
           "close, 512 pages": 22418, "close the middle, 1 private table": 26000}
LEVEL = 24  # instructions: one more level of a tree to count
SMALL = 48  # a branch taken


def count(program):
    """Name: (instructions, pages copied or zeroed, entries written, flushes)."""
    with tempfile.TemporaryDirectory() as work:
        out = pathlib.Path(work) / "out"
        run = subprocess.run(["valgrind", "--tool=callgrind", "-q", "--collect-atstart=no",
                              f"--callgrind-out-file={out}", program], capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"{program} failed under valgrind:\n{run.stderr}")
        total = {}
        for dump in pathlib.Path(work).glob("out.*"):
            text = dump.read_text()
            name = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.M)
            if name:
                total[name.group(1)] = int(re.search(r"^totals: (\d+)", text, re.M).group(1))
    costs = {}
    for line in run.stdout.splitlines():
        name, *rest = line.split("|")
        costs[name] = (total[name] - total["nothing"], *map(int, rest))
    return costs


def laws(c):
    """Name, whether it holds."""
    yield "clone: the same for 1 page and 2^27", abs(c["clone, 1 page"] - c["clone, 2^27 pages"]) <= 3 * LEVEL
    yield ("clone: the same for 1 page and all of 2^27 with a thousand there",
           abs(c["clone, 1 page of many"] - c["clone, all of many"]) <= SMALL)
    yield ("snapshot: the same for 512 pages and 2^27",
           abs(c["snapshot, 512 pages"] - c["snapshot, 2^27 pages"]) <= SMALL)
    yield "look-up: through 1,000 generations as through one", c["look-up through 1,000"] == c["look-up through 1"]
    yield ("look-up: through 1,000 that had to be climbed, again as through one",
           c["look-up, unresolved, again"] == c["look-up through 1"])
    yield ("first touch: the same with 0 and with 1,000 clones that have no private table there",
           abs(c["first touch, 1,000 clones, again"] - c["first touch, 0 clones"]) <= SMALL)
    nothing = c["close the middle, it owns nothing"]
    yield ("close of the middle: a constant whatever the parent owns",
           abs(c["close the middle, parent of 1,000 tables"] - nothing) <= SMALL)
    yield ("close of the middle: a constant whatever is above",
           abs(c["close the middle, 1,000 generations above"] - c["close the middle, 1 generation above"]) <= SMALL)
    one = c["close the middle, 1 own table"]
    yield ("close of the middle: a table of its own costs the same under a large parent",
           abs(c["close the middle, 1 own table, parent of 1,000"] - one) <= SMALL)
    table = c["close the middle, 1 private table"] - nothing
    for tables in (10, 100):
        yield f"close of the middle: linear in the child's private tables ({tables})", \
            c[f"close the middle, {tables} private tables"] <= nothing + tables * table
    yield ("close of the middle: 100 own tables cost no more than 100 times one",
           c["close the middle, 100 own tables"] <= nothing + 100 * max(one - nothing, 1))
    taken = (c["close the middle, 10 private and 100 own"] - c["close the middle, 10 private tables"]) / 90
    yield "close of the middle: tables that the child takes whole are not looked into", taken <= 512
    for name, most in CEILING.items():
        yield f"{name}: {most} instructions at most", c[name] <= most
    for size in ("protect", "unmap"):
        yield f"{size}: a constant whatever its size", c[f"{size}, 2^18 pages"] <= 2 * c[f"{size}, 512 pages"]


def main():
    costs = count(sys.argv[1])
    del costs["nothing"]
    print(f"{'instructions':>12} {'pages':>6} {'entries':>8} {'flushes':>8}")
    for name, (instructions, pages, entries, flushes) in costs.items():
        print(f"{instructions:12} {pages:6} {entries:8} {flushes:8}  {name}")
    broken = [law for law, holds in laws({n: v[0] for n, v in costs.items()}) if not holds]
    for law in broken:
        print(f"BROKEN: {law}")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
