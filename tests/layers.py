#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""The layer rule, second half: every #include of the tree against the ranks.

A file includes headers of its own rank or lower; platform sees ranks 0-2; libsys sees abi;
apps and tests/target see libsys (and abi through it). `layers.py ROOT` lists each breach."""
import pathlib
import re
import sys

RANK = {n: i for i, n in enumerate("abi lib arch mm vm cap object syscall".split())}
USER = {"libsys": {"libsys", "zircon", "abi"}, "apps": {"libsys", "zircon"},
        "tests/target": {"libsys", "zircon"}, "tests/bench": {"libsys", "zircon"}}


def may_see(path):
    """The include prefixes that a file may name, or None where the rule does not reach."""
    parts = path.parts
    if parts[0] == "kernel" and len(parts) > 2 and parts[1] in RANK:
        return {n for n, r in RANK.items() if r <= RANK[parts[1]]}
    if parts[0] == "platform":
        return {"abi", "lib", "arch", "platform"}
    for prefix, seen in USER.items():
        if path.as_posix().startswith(prefix + "/"):
            return seen
    return None


def breaches(root):
    for path in sorted(p.relative_to(root) for p in root.rglob("*.[chS]") if "build" not in p.parts):
        allowed = may_see(path)
        if allowed is None:
            continue
        for number, line in enumerate((root / path).read_text().splitlines(), 1):
            m = re.match(r'\s*#\s*include\s+["<](\.\./)?(\w+)/([^">]+)', line)
            if m and (m[1] or m[2] in set(RANK) | {"libsys", "platform", "zircon"} and m[2] not in allowed):
                yield f"{path}:{number}: includes {m[2]}/{m[3]}, which is above it"


found = list(breaches(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
print("\n".join(found) or "every include keeps to the layers")
sys.exit(bool(found))
