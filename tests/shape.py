#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""shape.py ROOT: the size of what people must read (the table in CONTRIBUTING.md).

Prints the five longest functions; fails on a function above 80 lines, a .c file above 800,
and a line above 100 columns (a tab being 8). `shape.py --self-test` checks this checker.

A function is found by its braces: they stand alone in the first column."""
import pathlib
import re
import sys
import tempfile

FOLDERS = "kernel platform libsys apps tests".split()
FUNCTION_MAX, FILE_MAX, WIDTH_MAX = 80, 800, 100
# Files that were too wide when this check came: they lose their place here when mended.
HEAD = re.compile(r"^[A-Za-z_].*?(\w+)\(")


def functions(lines):
    """(name, number of the first line, lines from there to the closing brace) of each."""
    head = start = None
    for number, line in enumerate(lines, 1):
        if start is None and HEAD.match(line) and not line.rstrip().endswith(";"):
            head = (HEAD.match(line)[1], number)
            name = re.match(r"TEST\((\w+), (\w+)", line)
            if name:
                head = (f"{name[1]}.{name[2]}", number)
        if line == "{" and head:
            start = number
        elif line == "}" and start:
            yield *head, number - head[1] + 1
            head = start = None


def sources(root):
    for folder in FOLDERS:
        yield from sorted(p for p in (root / folder).rglob("*.[ch]") if p.is_file())


def measure(root):
    """All functions, longest first, and what is too large."""
    found, breaches = [], []
    for path in sources(root):
        lines = path.read_text().splitlines()
        where = path.relative_to(root)
        if path.suffix == ".c" and len(lines) > FILE_MAX:
            breaches.append(f"{where}: {len(lines)} lines, above {FILE_MAX}")
        for number, line in enumerate(lines, 1):
            if len(line.expandtabs(8)) > WIDTH_MAX:
                breaches.append(f"{where}:{number}: {len(line.expandtabs(8))} columns, above {WIDTH_MAX}")
        for name, number, length in functions(lines):
            found.append((length, name, f"{where}:{number}"))
            if length > FUNCTION_MAX:
                breaches.append(f"{where}:{number}: {name} has {length} lines, above {FUNCTION_MAX}")
    return sorted(found, reverse=True), breaches


def self_test():
    def breaches_of(text, name="a.c"):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "kernel").mkdir()
            (root / "kernel" / name).write_text(text)
            return measure(root)

    def function(length):
        return "static int f(int a,\n\tint b)\n{\n" + "\tg();\n" * (length - 4) + "}\n"

    assert breaches_of(function(80)) == ([(80, "f", "kernel/a.c:1")], [])
    assert "f has 81 lines" in breaches_of(function(81))[1][0]
    assert breaches_of("int f(void);\n\n" + function(5))[0] == [(5, "f", "kernel/a.c:3")]
    assert breaches_of("TEST(list, sorts)\n{\n}\n")[0] == [(3, "list.sorts", "kernel/a.c:1")]
    assert not breaches_of("struct s {\n\tint a;\n};\n" + "int x;\n" * 700)[1]
    assert "801 lines" in breaches_of("\n" * 801)[1][0]
    assert not breaches_of("\n" * 801, "a.h")[1]
    assert not breaches_of("\t" + "x" * 92 + "\n")[1]
    assert "101 columns" in breaches_of("\t" + "x" * 93 + "\n")[1][0]
    print("the checker finds what is planted")


def main(arg):
    if arg == "--self-test":
        return self_test()
    found, breaches = measure(pathlib.Path(arg))
    for length, name, where in found[:5]:
        print(f"{length:4} lines  {name}  ({where})")
    lengths = [f[0] for f in found]
    print(f"{len(found)} functions: half under {lengths[len(found) // 2]} lines, "
          f"nine in ten under {lengths[len(found) // 10]}" if found else "no functions")
    print("\n".join(breaches))
    return bool(breaches)


sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "."))
