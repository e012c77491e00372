#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""Break the core in one place at a time and see whether a test notices.

    tests/mutation/mutate.py [--count 240] [--seed 1]    a sample, the same for the same seed
    tests/mutation/mutate.py --listed                    those in survivors.md: still alive?
    tests/mutation/mutate.py --all --only vm/own.c       every mutant of one file
    tests/mutation/mutate.py --suite cap --count 200     of kernel/cap instead of kernel/{mm,vm}

Each mutant is one change of one operator, constant or statement of the suite's files.
Killed: it does not compile, a test fails, or none ends in time (CPU time, so that a busy
machine changes nothing). survivors.md classifies those that live: equal (no behaviour
differs), cost (only cost differs), or a hole. The exit status is 1 if a survivor is not
listed there. Only the changed file is compiled again, once for each radix."""
import argparse
import pathlib
import random
import re
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LISTED = ROOT / "tests/mutation/survivors.md"
SOURCES = {  # what is changed
    "core": sorted([*ROOT.glob("kernel/mm/*.c"), *ROOT.glob("kernel/vm/*.c"), ROOT / "kernel/vm/tree.h"]),
    "cap": sorted([*ROOT.glob("kernel/cap/*.c"), *(ROOT / f"kernel/cap/{h}.h" for h in ("cspace", "place", "tour"))]),
}
SWAPS = [(" && ", " || "), (" || ", " && "), (" < ", " <= "), (" > ", " >= "), (" <= ", " < "),
         (" >= ", " > "), (" == ", " != "), (" != ", " == "), (" + ", " - "), (" - ", " + "),
         ("min_u64(", "max_u64("), ("max_u64(", "min_u64("), ("if (!", "if ("), ("true", "false"),
         ("false", "true"), ("++", "--"), ("block_start(", "block_end("), ("block_end(", "block_start("),
         (" += ", " -= "), (" -= ", " += "), ("return false", "return true"), ("ST_OK", "ST_NO_MEMORY")]


def sites(suite):
    for path in SOURCES[suite]:
        comment = False
        for number, line in enumerate(path.read_text().splitlines()):
            if comment or line.lstrip().startswith(("/*", "*", "#", "//")):
                comment = "*/" not in line
                continue
            if not line.startswith("\t") or "CHECK(" in line or "ASSERT(" in line:
                continue
            for old, new in SWAPS:
                for m in re.finditer(re.escape(old), line):
                    yield path, number, line, line[:m.start()] + new + line[m.end():]
            if re.fullmatch(r"\t+[\w>.\-\[\]*]+(\(.*\)| [-+|]?= .*|\+\+|--);", line):
                yield path, number, line, "\t;"


# name: descriptors, definitions, tests, environment. Cheapest first.
WORLD = ["tests/host/vm/world.c", "tests/host/vm/check.c"]
FAKE = "tests/host/fake/include"
RADIX = [
    ("small", FAKE, [], ["tests/host/mm/pool_test.c",
                         "tests/host/vm/vmo_test.c", "tests/host/vm/edge_test.c", "tests/host/vm/stops_test.c", "tests/host/vm/exact_test.c",
                         "tests/host/vm/paged_test.c", "tests/host/vm/lockstep_test.c", *WORLD], {"LOCKSTEP_OPS": "60000"}),
    ("real", "kernel/arch/aarch64/include", ["-DFAKE_FRAMES=32768", "-DFAKE_FRAME_BYTES=4096"],
     ["tests/host/vm/real_test.c"], {}),
    ("paged", FAKE, ["-DLOCKSTEP_PAGED=1"], ["tests/host/vm/lockstep_test.c", *WORLD], {"LOCKSTEP_OPS": "60000"}),
    ("flat", FAKE, ["-DFAKE_TABLE_BITS=3", "-DFAKE_LEVELS=2", "-DFAKE_FRAME_BYTES=64",
                    "-DFAKE_FRAMES=512"], ["tests/host/vm/lockstep_test.c", *WORLD], {"LOCKSTEP_OPS": "60000"}),
    ("high", FAKE, ["-DFAKE_TABLE_BITS=1", "-DFAKE_LEVELS=6", "-DFAKE_FRAME_BYTES=64",
                    "-DFAKE_FRAMES=512"], ["tests/host/vm/lockstep_test.c", *WORLD], {"LOCKSTEP_OPS": "60000"}),
]
CAP = [  # its tests know real addresses from the fake's own direct map
    ("cap", "tests/host/cap/fake", [f"-I{ROOT / FAKE}"], [f"tests/host/cap/{name}.c" for name in (
        "tour_test", "cap_test", "cspace_test", "delete_test", "untyped_test", "cap_lockstep_test", "world", "walk", "model")],
     {"QUIRE_STEPS": "2500"}),
]
BUILDS = {"core": (RADIX, ["tests/host/fake/fake.c", "kernel/lib/treap.c"]), "cap": (CAP, [])}
COMMON = ["tests/host/main.c", "tests/harness/harness.c", "tests/host/lib/input.c"]
INCLUDES = ["kernel", "kernel/arch/include", "tests/host/fake", "tests/host", "tests/host/lib",
            "tests/harness", "tests/model", "tests/host/vm", "tests/host/cap"]
CPU_SECONDS = 6


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Radix:
    """One build of the core and its tests; objects of what a mutant leaves alone are kept."""

    def __init__(self, work, suite, name, pte, define, tests, environment):
        self.work, self.name, self.environment = work / name, name, environment
        self.work.mkdir()
        self.flags = ["-std=gnu11", "-O1", "-w", "-DQUIRE_DEBUG=1", *define]
        self.flags += [f"-I{ROOT / i}" for i in ["tests/host/fake/window", pte, *INCLUDES]]
        self.core = {p: self.compile(p, p, self.work / f"{p.stem}.o") for p in SOURCES[suite] if p.suffix == ".c"}
        self.sources = [ROOT / t for t in [*COMMON, *BUILDS[suite][1], *tests]]
        self.tests = [self.compile(t, t, self.work / f"t_{t.stem}.o") for t in self.sources]

    def compile(self, path, text, to, first=()):
        done = subprocess.run(["clang", *first, *self.flags, f"-I{path.parent}", "-c", str(text), "-o", str(to)],
                              capture_output=True)
        return to if done.returncode == 0 else None

    def build(self, path, text, changed):
        objects, tests = dict(self.core), self.tests
        if path.suffix == ".h" and path.parent.name == "cap":  # what is in line is in the tests, too
            tests = [self.compile(t, t, self.work / f"u_{t.stem}.o", [f"-I{changed}"]) for t in self.sources]
        for source in objects:
            if source == path:
                objects[source] = self.compile(source, text, self.work / "mutant.o")
            elif path.suffix == ".h" and source.parent == path.parent:
                objects[source] = self.compile(source, source, self.work / f"m_{source.stem}.o", [f"-I{changed}"])
        if None in [*objects.values(), *tests]:
            return False
        link = subprocess.run(["clang", *map(str, [*objects.values(), *tests]), "-o", str(self.work / "test")],
                              capture_output=True)
        return link.returncode == 0

    def run(self):
        try:
            done = subprocess.run([str(self.work / "test")], capture_output=True, timeout=120, preexec_fn=limits,
                                  env=self.environment)
        except subprocess.TimeoutExpired:
            return "does not end"
        if done.returncode in (-24, -9):
            return "does not end"
        if done.returncode == 0:
            return None
        failed = re.search(rb"not ok.*", done.stdout)
        return self.name + " " + (failed.group().decode(errors="replace") if failed else "stops")


def killed(builds, path, number, new):
    """Why a test noticed, or None."""
    changed = builds[0].work.parent / "changed"
    lines = path.read_text().splitlines()
    lines[number] = new
    text = changed / path.parent.name / path.name
    text.parent.mkdir(parents=True, exist_ok=True)
    text.write_text("\n".join(lines) + "\n")
    try:
        for radix in builds:
            if not radix.build(path, text, changed):
                return "does not compile"
            why = radix.run()
            if why:
                return why
        return None
    finally:
        text.unlink()


def name(path, old, new):
    return str(path.relative_to(ROOT)), old.strip(), new.strip()


def listed():
    """survivors.md: a file name, then - the line, + the mutant, = the verdict."""
    known, file, old, new = {}, "", "", ""
    for line in LISTED.read_text().splitlines():
        text = line.strip()
        if text.startswith("kernel/"):
            file = text
        elif line.startswith("    - "):
            old = text[2:]
        elif line.startswith("    + "):
            new = text[2:]
        elif line.startswith("    = "):
            known[file, old, new] = text[2:]
    return known


def choose(arguments):
    every = [s for s in sites(arguments.suite) if arguments.only in str(s[0])]
    if arguments.listed:
        known = listed()
        return [s for s in every if name(s[0], s[2], s[3]) in known]
    if arguments.all:
        return every
    return random.Random(arguments.seed).sample(every, min(arguments.count, len(every)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--suite", choices=list(SOURCES), default="core")
    parser.add_argument("--only", default="", help="files whose path contains this")
    parser.add_argument("--listed", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="say what killed each")
    arguments = parser.parse_args()
    known, new_ones, alive = listed(), 0, 0
    chosen = choose(arguments)
    with tempfile.TemporaryDirectory() as work:
        builds = [Radix(pathlib.Path(work), arguments.suite, *r) for r in BUILDS[arguments.suite][0]]
        first = SOURCES[arguments.suite][0]
        for radix in builds:  # the tests must pass before anything is broken
            why = radix.run() if radix.build(first, first, "") else "does not compile"
            if why:
                sys.exit(f"the tests of {radix.name} fail without a mutant: {why}")
        for i, (path, number, old, new) in enumerate(chosen):
            why = killed(builds, path, number, new)
            key = name(path, old, new)
            if why is None:
                alive += 1
                new_ones += key not in known
                print(f"{key[0]}\n    - {key[1]}\n    + {key[2]}\n    = {known.get(key, 'NOT LISTED')}"
                      f"   (line {number + 1})", flush=True)
            elif arguments.listed or arguments.verbose:
                print(f"killed {key[0]}:{number + 1}: {key[2]}: {why}", flush=True)
            if i % 20 == 19:
                print(f"# {i + 1} of {len(chosen)}, {alive} survived", flush=True)
    print(f"{len(chosen)} mutants, {len(chosen) - alive} killed, {alive} survived, {new_ones} of them not listed")
    return new_ones > 0


if __name__ == "__main__":
    sys.exit(main())
