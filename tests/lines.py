#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""lines.py FOLDER...: lines of C that are neither blank nor comment, and all lines."""
import pathlib
import re
import sys

code = total = 0
for folder in sys.argv[1:]:
    for path in sorted(pathlib.Path(folder).glob("*.[ch]")):
        text = path.read_text()
        total += len(text.splitlines())
        code += sum(bool(line.strip()) for line in re.sub(r"/\*.*?\*/", "", text, flags=re.S).splitlines())
print(f"{code} lines of code, {total} with comments and blank ones")
