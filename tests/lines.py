#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""lines.py [--most N] FOLDER...: lines of C that are neither blank nor comment, and all lines.

With --most, more of the former than N are a failure."""
import pathlib
import re
import sys

most, folders = None, sys.argv[1:]
if folders[0] == "--most":
    most, folders = int(folders[1]), folders[2:]
code = total = 0
for folder in folders:
    for path in sorted(pathlib.Path(folder).glob("*.[ch]")):
        text = path.read_text()
        total += len(text.splitlines())
        code += sum(bool(line.strip()) for line in re.sub(r"/\*.*?\*/", "", text, flags=re.S).splitlines())
print(f"{code} lines of code, {total} with comments and blank ones")
if not code or (most and code > most):
    sys.exit(f"lines: none, or more than {most}")
