# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""The public functions of libsys: what its headers declare, and which system calls they make."""
import os
import re
from dataclasses import dataclass

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIBSYS = os.path.join(TOP, "libsys")
START = re.compile(r"^(?:static inline |IPC_INLINE )?((?:const )?(?:struct |enum )?\w+ \**)(\w+)\(",
                   re.M)


@dataclass
class Function:
    name: str
    header: str     # "libsys/vmo.h"
    prototype: str  # ends with ;
    body: str       # of an inline one, or of the .c file's; "" if there is none to see
    comment: str    # that stands before it


def without_comments(text):
    """Blanks instead of comments, so that offsets stay."""
    return re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S)


def closing(text, at, pair):
    """Where the bracket that opens at `at` closes."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] == pair[0]) - (text[i] == pair[1])
        if depth == 0:
            return i
    raise ValueError(f"bracket without end: {text[at:at + 40]}")


def comment_before(text, at):
    """The comment block above; nothing but other declarations may stand between."""
    end = text.rfind("*/", 0, at)
    begin = text.rfind("/*", 0, end)
    return text[begin:end + 2] if end >= 0 else ""


def definitions(path):
    """name -> (prototype, body, comment) of each function declared or defined in a file."""
    with open(path, encoding="utf-8") as file:
        full = file.read()
    text, out = without_comments(full), {}
    for found in START.finditer(text):
        end = closing(text, found.end() - 1, "()")
        rest = re.sub(r"^\s*__attribute__\(\([^)]*\)\)", "", text[end + 1:end + 80]).lstrip()
        if rest[:1] not in (";", "{"):
            continue
        body = ""
        if rest[0] == "{":
            start = text.index("{", end)
            body = text[start:closing(text, start, "{}") + 1]
        prototype = f"{found[1]}{found[2]}{text[found.end() - 1:end + 1]};"
        out[found[2]] = (prototype, body, comment_before(full, found.start()))
    return out


def c_bodies():
    out = {}
    for folder, _, names in os.walk(LIBSYS):
        for name in sorted(names):
            if name.endswith(".c"):
                for function, (_, body, _) in definitions(os.path.join(folder, name)).items():
                    out[function] = out.get(function, "") + body
    return out


def public(folder="libsys"):
    """Every function of the headers of libsys/include/FOLDER."""
    bodies, out = c_bodies(), []
    root = os.path.join(LIBSYS, "include", folder)
    for name in sorted(os.listdir(root)):
        if not name.endswith(".h"):
            continue
        for function, (prototype, body, comment) in definitions(os.path.join(root, name)).items():
            out.append(Function(function, f"{folder}/{name}", prototype,
                                body or bodies.get(function, ""), comment))
    return out


def makes(function, call):
    """Does it make this system call itself?"""
    return re.search(rf"\b(sys_{call}\(|SYSCALL_{call}\b)", function.body) is not None
