# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""What kernel/abi/*.def and libsys/zircon/calls.def say of each call, read strictly.

	"..." CAP(...) RETURNS("...") ERROR(...)

is all that the last argument of a line may be; kernel/abi/syscalls.def says what each means.
Whatever else stands there, and whatever is said twice or of something that there is not, ends
the program that asks.
"""
import os
import re
import sys
from dataclasses import dataclass, field

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[A-Za-z_][\w.]*(?:\s*\*+)?|-?\d+|[(),|&])')


class Wrong(Exception):
    """Something in a .def that cannot be read."""


@dataclass
class Cap:
    argument: str
    type: str    # "VMO", or "ENDPOINT | NOTIFICATION"
    rights: str  # "0", or names joined by & and |
    when: str


@dataclass
class Call:
    number: int
    name: str
    is_message: bool
    arguments: list  # of (type, name)
    text: str = ""
    returns: str = ""
    caps: list = field(default_factory=list)
    errors: dict = field(default_factory=dict)

    @property
    def brief(self):
        return self.text.split(". ")[0].rstrip(".")

    def statuses(self):
        """All that it can return but OK."""
        found = set(self.errors)
        if self.caps:
            found |= {"BAD_HANDLE", "WRONG_TYPE", "OUT_OF_RANGE", "NOT_FOUND"}
        if any(c.type == "ANY" for c in self.caps) and len(self.caps) == 1:
            found.discard("WRONG_TYPE")
        if any(c.rights != "0" for c in self.caps):
            found.add("ACCESS_DENIED")
        return found


def read(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as file:
        return file.read()


def tokens_of(text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    at, out = 0, []
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if not found:
            raise Wrong(f"cannot read {text[at:at + 40].strip()!r}")
        out.append(found[1])
        at = found.end()
    return out


def group(tokens, at):
    """The arguments of NAME(...) whose "(" is at `at`: lists of tokens; and where it ends."""
    if at >= len(tokens) or tokens[at] != "(":
        raise Wrong(f"no ( behind {tokens[at - 1]}")
    depth, args = 0, [[]]
    while at < len(tokens):
        token = tokens[at]
        depth += (token == "(") - (token == ")")
        if depth == 0:
            return args, at + 1
        if depth == 1 and token == ",":
            args.append([])
        elif not (depth == 1 and token == "("):
            args[-1].append(token)
        at += 1
    raise Wrong("a ( without its )")


def lines_of(name):
    """Each MACRO(...) of a .def: its name and arguments."""
    tokens, at = tokens_of(read(name)), 0
    while at < len(tokens):
        args, end = group(tokens, at + 1)
        yield tokens[at], args
        at = end


def string(tokens):
    if not tokens or any(t[0] != '"' for t in tokens):
        raise Wrong(f"not a text: {' '.join(tokens)}")
    return "".join(t[1:-1] for t in tokens)


def statuses():
    """Of status.def: name to (number, meaning)."""
    out = {}
    for macro, args in lines_of("kernel/abi/status.def"):
        if macro != "STATUS":
            raise Wrong(f"status.def: {macro}")
        out[args[0][0]] = (int(args[1][0]), string(args[2]))
    return out


def objects():
    """Of objects.def: name to meaning."""
    out = {}
    for macro, args in lines_of("kernel/abi/objects.def"):
        if macro != "OBJECT":
            raise Wrong(f"objects.def: {macro}")
        out[args[0][0]] = string(args[6])
    return out


def rights():
    return set(re.findall(r"\bRIGHT_(\w+) = 1 <<", read("kernel/abi/objects.h")))


def rights_table():
    """Of objects.h: name, bit, what it allows."""
    return re.findall(r"\bRIGHT_(\w+) = 1 << (\d),\s*/\* (.*?) \*/", read("kernel/abi/objects.h"))


class Reader:
    """One .def of calls: what its parts may name."""

    def __init__(self, types, right_names, status_names):
        self.types, self.rights, self.statuses = types, right_names, status_names

    def names_in(self, tokens, known, what):
        for token in tokens:
            if token[0].isalpha() and token not in known:
                raise Wrong(f"{token} is no {what}")
            if token[0] == '"':
                raise Wrong(f"{token} where a {what} is due")

    def cap(self, call, args):
        if len(args) not in (3, 4):
            raise Wrong("CAP(argument, type, rights[, \"when\"])")
        self.names_in(args[1], self.types | {"ANY"}, "type")
        self.names_in(args[2], self.rights, "right")
        argument = " ".join(args[0])
        root = argument.split(".")[0]
        if not call.is_message and root not in [name for _, name in call.arguments]:
            raise Wrong(f"CAP of {argument}, which is no argument")
        call.caps.append(Cap(argument, " ".join(args[1]), " ".join(args[2]),
                             string(args[3]) if len(args) == 4 else ""))

    def error(self, call, args):
        if len(args) != 2 or len(args[0]) != 1:
            raise Wrong('ERROR(status, "why")')
        status = args[0][0]
        if status not in self.statuses or status == "OK":
            raise Wrong(f"ERROR({status}): no status that is one")
        if status in call.errors:
            raise Wrong(f"ERROR({status}) twice")
        call.errors[status] = string(args[1])

    def parts(self, call, tokens):
        at, text = 0, []
        while at < len(tokens):
            if tokens[at][0] == '"':
                text.append(tokens[at][1:-1])
                at += 1
                continue
            macro = tokens[at]
            args, at = group(tokens, at + 1)
            if macro == "CAP":
                self.cap(call, args)
            elif macro == "ERROR":
                self.error(call, args)
            elif macro == "RETURNS" and not call.returns and len(args) == 1:
                call.returns = string(args[0])
            else:
                raise Wrong(f"{macro}: not CAP, RETURNS once or ERROR")
        call.text = "".join(text)

    def check(self, call):
        said = re.search(r"\b(" + "|".join(self.statuses - {"OK"}) + r")\b", call.text)
        if said:
            raise Wrong(f"{said[1]} in the text: say it in an ERROR")
        if re.search(r"\(rights? [A-Z]", call.text):
            raise Wrong("a right in the text: say it in a CAP")
        if not call.text.endswith("."):
            raise Wrong("the text is not of sentences")
        named = {c.argument for c in call.caps}
        for kind, name in call.arguments:
            if kind in ("cptr_t", "zx_handle_t") and name not in named:
                raise Wrong(f"no CAP says what {name} names")

    def call(self, macro, args):
        number, name = int(args[0][0]), args[1][0]
        pairs = [" ".join(a) for a in args[2:-1]]
        call = Call(number, name, macro == "SYSCALL_IPC", list(zip(pairs[::2], pairs[1::2])))
        try:
            self.parts(call, args[-1])
            self.check(call)
        except Wrong as wrong:
            raise Wrong(f"{name}: {wrong}") from None
        return call


def native():
    reader = Reader(set(objects()), rights(), set(statuses()))
    calls = [reader.call(macro, args) for macro, args in lines_of("kernel/abi/syscalls.def")]
    if [c.number for c in calls] != list(range(len(calls))):
        raise Wrong("syscalls.def: numbers with gaps, or not in order")
    return calls


def zircon_statuses():
    """Of zircon/errors.h: the names behind ZX_ERR_, and OK."""
    return {"OK"} | set(re.findall(r"#define\s+ZX_ERR_(\w+)", read("libsys/include/zircon/errors.h")))


def zircon(arguments):
    """The calls of libsys/zircon/calls.def; `arguments`: of each C function, (type, name)."""
    right_names = set(re.findall(r"#define\s+ZX_RIGHT_(\w+)", read("libsys/include/zircon/rights.h")))
    reader = Reader({"VMO", "VMAR", "BTI", "RESOURCE"}, right_names, zircon_statuses())
    out = []
    for macro, args in lines_of("libsys/zircon/calls.def"):
        name = args[0][0]
        if macro != "CALL" or len(args) != 2:
            raise Wrong(f"{name}: CALL(name, what it does)")
        if name not in arguments:
            raise Wrong(f"{name}: no function of libsys/include/zircon")
        call = Call(len(out), name, False, arguments[name])
        try:
            reader.parts(call, args[1])
            reader.check(call)
        except Wrong as wrong:
            raise Wrong(f"{name}: {wrong}") from None
        out.append(call)
    left = set(arguments) - {c.name for c in out}
    if left:
        raise Wrong(f"libsys/zircon/calls.def has nothing of {', '.join(sorted(left))}")
    return out


def or_exit(function):
    """What it returns; where it finds something wrong the program ends and says what."""
    try:
        return function()
    except Wrong as wrong:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {wrong}")
