#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""The layer rule, second half: every #include of the tree against the ranks.

A file includes headers of its own rank or lower; platform sees ranks 0-2; libsys sees abi;
apps and tests/target see libsys (and abi through it). `layers.py ROOT` lists each breach;
`layers.py --self-test` checks this checker."""
import pathlib
import re
import sys
import tempfile

FOLDERS = "kernel platform libsys apps tests".split()
RANK = {n: i for i, n in enumerate("abi lib arch mm vm cap object syscall".split())}
USER = {"libsys": {"libsys", "zircon", "abi"}, "apps": {"libsys", "zircon"},
        "tests/target/attack": {"libsys", "abi"},  # reads syscalls.def
        "tests/target": {"libsys", "zircon"}, "tests/bench": {"libsys", "zircon"}}
KNOWN = set(RANK) | {"libsys", "platform", "zircon"}
INCLUDE = re.compile(r'\s*#\s*include\s*["<]([^">]+)')


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


def is_breach(included, allowed):
    """An include that leaves its folder by "..", or names a layer that is not allowed."""
    parts = included.split("/")
    return ".." in parts or (len(parts) > 1 and parts[0] in KNOWN - allowed)


def breaches(root):
    for path in sorted(p for f in FOLDERS for p in (root / f).rglob("*.[chS]")):
        allowed = may_see(path.relative_to(root))
        if allowed is None:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            m = INCLUDE.match(line)
            if m and is_breach(m[1], allowed):
                yield f"{path.relative_to(root)}:{number}: includes {m[1]}, which is above it"


def self_test():
    def found(path, line):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / path
            file.parent.mkdir(parents=True)
            file.write_text("/* one */\n" + line + "\n")
            return list(breaches(pathlib.Path(folder)))

    assert found("kernel/mm/a.c", '#include "object/vmo.h"') == [
        "kernel/mm/a.c:2: includes object/vmo.h, which is above it"]
    for path, line in [
            ("kernel/lib/a.h", "#include <arch/cpu.h>"), ("kernel/abi/a.h", '#include "lib/base.h"'),
            ("kernel/vm/deep/a.c", '  #  include "cap/cap.h"'), ("kernel/mm/a.S", '#include "vm/a.h"'),
            ("kernel/object/a.c", '#include "platform/platform.h"'),
            ("kernel/mm/a.c", '#include "../object/vmo.h"'),
            ("kernel/mm/a.c", '#include "../../kernel/object/vmo.h"'),
            ("kernel/mm/a.c", '#include "lib/../object/vmo.h"'),
            ("platform/a.c", '#include "mm/frame.h"'), ("libsys/a.c", '#include "lib/base.h"'),
            ("apps/init/main.c", "#include <abi/types.h>"),
            ("tests/target/a.c", '#include "object/vmo.h"')]:
        assert found(path, line), (path, line)
    for path, line in [
            ("kernel/mm/a.c", '#include "mm/frame.h"'), ("kernel/object/a.c", '#include "abi/types.h"'),
            ("kernel/main.c", '#include "syscall/syscall.h"'), ("libsys/a.c", "#include <sys/stat.h>"),
            ("platform/a.c", '#include "board.h"'), ("apps/init/main.c", "#include <libsys/boot.h>")]:
        assert not found(path, line), (path, line)
    print("the checker finds what is planted")


def main(arg):
    if arg == "--self-test":
        return self_test()
    found = list(breaches(pathlib.Path(arg)))
    print("\n".join(found) or "every include keeps to the layers")
    return bool(found)


sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "."))
