#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""Lines and branches of kernel/mm and kernel/vm that the ordinary tests reach.

    coverage.py [--missing]     fails below the floors; --missing names what is not reached

Built as tests/mutation/mutate.py builds: the tests of every radix, one profile. A branch
that only a broken invariant takes (CHECK and ASSERT) is not counted."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/mutation"))
import mutate  # noqa: E402

FLOORS = {"lines": 97.0, "branches": 90.0}


def tool(name):
    for candidate in (name, f"{name}-14"):
        if subprocess.run(["which", candidate], capture_output=True).returncode == 0:
            return candidate
    sys.exit(f"{name} is missing: run tools/setup test")


def measure(work):
    """llvm-cov's account of all radices together."""
    programs, profiles = [], []
    for name, pte, define, tests, environment in mutate.RADIX:
        include = [f"-I{ROOT / i}" for i in ["tests/host/fake/window", pte, *mutate.INCLUDES]]
        sources = [*[p for p in mutate.SOURCES["core"] if p.suffix == ".c"], *[ROOT / t for t in [*mutate.COMMON, *mutate.BUILDS["core"][1], *tests]]]
        program, profile = f"{work}/{name}", f"{work}/{name}.profraw"
        subprocess.run(["clang", "-std=gnu11", "-O1", "-w", "-fprofile-instr-generate", "-fcoverage-mapping",
                        *define, *include, *map(str, sources), "-o", program], check=True)
        subprocess.run([program], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "LLVM_PROFILE_FILE": profile, **environment})
        programs.append(program)
        profiles.append(profile)
    merged = f"{work}/all.profdata"
    subprocess.run([tool("llvm-profdata"), "merge", *profiles, "-o", merged], check=True)
    objects = [programs[0], *[f"--object={p}" for p in programs[1:]]]
    out = subprocess.run([tool("llvm-cov"), "export", *objects, f"--instr-profile={merged}",
                          *map(str, mutate.SOURCES["core"]), str(ROOT / "kernel/mm/frame.h"), str(ROOT / "kernel/vm/vmo.h")],
                         check=True, capture_output=True, text=True)
    return json.loads(out.stdout)["data"][0]


def lines_of(file):
    """Line: whether it ran, from the segments (line, column, count, has count, is entry, is gap)."""
    ran, segments = {}, file["segments"]
    for here, after in zip(segments, segments[1:]):
        if not here[3] or (len(here) > 5 and here[5]):
            continue
        for line in range(here[0], after[0] + (after[1] > 1)):
            ran[line] = ran.get(line, False) or here[2] > 0
    return ran


def main():
    with tempfile.TemporaryDirectory() as work:
        data = measure(work)
    have, all_, missing = {"lines": 0, "branches": 0}, {"lines": 0, "branches": 0}, []
    for file in data["files"]:
        text = pathlib.Path(file["filename"]).read_text().splitlines()
        name = str(pathlib.Path(file["filename"]).relative_to(ROOT))
        lines = file["summary"]["lines"]
        have["lines"] += lines["covered"]
        all_["lines"] += lines["count"]
        missing += [f"{name}:{n}: line: {text[n - 1].strip()}" for n, ran in lines_of(file).items() if not ran]
        taken = {}  # a branch stands once in each program
        for b in file["branches"]:
            place = tuple(b[:4])
            if "CHECK(" in text[b[0] - 1] or "ASSERT(" in text[b[0] - 1]:
                continue
            old = taken.get(place, (0, 0))
            taken[place] = (old[0] + b[4], old[1] + b[5])
        for (line, *_), counts in taken.items():
            for way, n in zip(("true", "false"), counts):
                all_["branches"] += 1
                have["branches"] += n > 0
                if not n:
                    missing.append(f"{name}:{line}: never {way}: {text[line - 1].strip()}")
    low = False
    for what, floor in FLOORS.items():
        percent = 100 * have[what] / all_[what]
        low |= percent < floor
        print(f"{what}: {have[what]} of {all_[what]}, {percent:.1f} % (floor {floor})")
    if low or "--missing" in sys.argv:
        print("\n".join(missing))
    return low


if __name__ == "__main__":
    sys.exit(main())
