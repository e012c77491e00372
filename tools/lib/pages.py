# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The Quire authors
"""A page of the manual: what is generated of it, what is kept, and what can be wrong with it."""
import os
import re
import textwrap

import calls
import functions

FOLDER = os.path.join(calls.TOP, "docs", "manual")
SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "RIGHTS", "RETURN VALUE", "ERRORS", "SEE ALSO",
            "EXAMPLE"]
BY_HAND = {"DESCRIPTION", "SEE ALSO", "EXAMPLE"}
ARTICLES = {"ANY": "a capability", "UNTYPED": "an Untyped", "CNODE": "a CNode",
            "THREAD": "a thread", "ENDPOINT": "an endpoint", "NOTIFICATION": "a notification",
            "REPLY": "a reply object", "TIMER": "a timer", "POOL": "a Pool", "VMO": "a VMO",
            "VSPACE": "a VSpace", "IRQ_CONTROL": "the IRQ control capability",
            "IRQ": "an interrupt line",
            "VMAR": "a VMAR", "BTI": "a BTI", "RESOURCE": "a resource"}


def wrapped(text):
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def article(types):
    return " or ".join(ARTICLES[t] for t in types.split(" | "))


def words_of(rights):
    words = rights.replace("& ", "and ").replace("| ", "or ")
    return words.replace("( ", "(").replace(" )", ")")


def sections_of(text):
    """The sections of a page as they are: name -> text."""
    found = re.split(r"^## (.+)$", text, flags=re.M)
    return dict(zip(found[1::2], (part.strip("\n") for part in found[2::2])))


class Page:
    """What native and zx pages have in common."""

    is_native = True
    prefix = "ST_"
    names = ("`{}` names nothing", "`{}` is not {}")

    def __init__(self, call, title, shown):
        self.call, self.title, self.shown = call, title, shown
        self.path = os.path.join(FOLDER, title + ".md")
        self.relative = os.path.relpath(self.path, calls.TOP)

    @property
    def brief(self):
        return self.call.brief[0].lower() + self.call.brief[1:]

    def name(self):
        others = [f.name for f in self.shown if f.name != self.title]
        return wrapped(", ".join([self.title] + others) + " - " + self.brief)

    def synopsis(self):
        out = ["```c"]
        for header in dict.fromkeys(f.header for f in self.shown):
            out.append(self.include(header))
        out.append("")
        out += [f.prototype for f in self.shown]
        return "\n".join(out + ["```"])

    @staticmethod
    def include(header):
        return f'#include "{header}"'

    def rights(self):
        if not self.call.caps:
            return "None."
        out = ["| argument | names | rights |", "|---|---|---|"]
        for cap in self.call.caps:
            needs = "none" if cap.rights == "0" else words_of(cap.rights)
            when = f", if {cap.when}" if cap.when else ""
            out.append(f"| `{cap.argument}` | {article(cap.type)} | {needs}{when} |")
        return "\n".join(out)

    def causes(self):
        """status -> causes, the names' and the rights' first."""
        caps, causes = self.call.caps, {s: [] for s in calls.statuses()}
        arguments = list(dict.fromkeys((c.argument, c.type) for c in caps))
        if caps:
            listed = " or ".join(f"`{a}`" for a, _ in arguments)
            causes["BAD_HANDLE"].append(self.names[0].format(listed.strip("`")))
            kinds = [self.names[1].format(a, article(t)) for a, t in arguments if t != "ANY"]
            causes["WRONG_TYPE"] += kinds
        if any(c.rights != "0" for c in caps):
            causes["ACCESS_DENIED"].append("a right of the table above is missing")
        self.more_causes(causes)
        for status, why in self.call.errors.items():
            causes[status].append(why)
        return {s: c for s, c in causes.items() if c}

    def more_causes(self, causes):
        """What only pages of one kind have."""

    def errors(self):
        causes = self.causes()
        if not causes:
            return "None."
        out = ["| status | cause |", "|---|---|"]
        out += [f"| `{self.prefix}{s}` | {'; '.join(why)} |" for s, why in causes.items()]
        return "\n".join(out)

    def render(self, old):
        kept = sections_of(old or "")
        made = {"NAME": self.name(), "SYNOPSIS": self.synopsis(), "RIGHTS": self.rights(),
                "RETURN VALUE": self.return_value(), "ERRORS": self.errors(),
                "SEE ALSO": see_also(kept.get("SEE ALSO", ""))}
        out = [f"# {self.title}", ""]
        for name in SECTIONS:
            out += [f"## {name}", "", made.get(name, kept.get(name, "")), ""]
        return "\n".join(out).rstrip("\n") + "\n"


class NativePage(Page):
    """A line of kernel/abi/syscalls.def, as the function of libsys."""

    def synopsis(self):
        call = self.call
        arguments = ", ".join(f"{kind} {name}" for kind, name in call.arguments) or "void"
        raw = f"int64_t sys_{call.name}({arguments})"
        if call.is_message:
            return (super().synopsis() + f"\n\nSystem call {call.number}, its message in registers: "
                    "`kernel/abi/ipc.h` says which.")
        if not self.shown:
            return (f'```c\n#include "libsys/syscalls.h"\n\n{raw};\n```\n\n'
                    f"System call {call.number}.")
        return super().synopsis() + "\n\n" + wrapped(f"System call {call.number}: `{raw}`.")

    def return_value(self):
        returns = self.call.returns
        if returns == "never":
            return "Does not return."
        if not returns:
            return "`ST_OK`." if not self.causes() else "`ST_OK`, or a status of those below."
        value = returns[0].upper() + returns[1:]
        if self.shown and self.shown[0].prototype.startswith("status_t"):
            return wrapped(f"`ST_OK`, or a status of those below. The system call itself returns a "
                           f"number: {returns}.")
        return wrapped(f"{value}. Or a status of those below, which are negative.")

    def more_causes(self, causes):
        caps = self.call.caps
        if caps:
            causes["OUT_OF_RANGE"].append("bits of a name do not end at a CNode's border")
            causes["NOT_FOUND"].append("a guard on a name's way differs")
            words = {name for _, name in self.call.arguments}
            if "cnode" in words and "depth" not in words:
                causes["OUT_OF_RANGE"].append("a slot is beyond the CNode's end")
        if any(re.search(r"cptr_t \*", f.prototype) for f in self.shown):
            causes["NO_RESOURCES"].append("this program has no free slot")


def see_also(text):
    """Names and links become links, one way."""
    names = re.findall(r"\[([^]]+)\]\([^)]+\)|(\w[\w/-]*(?:\.\w+)*)", text)
    out = []
    for linked, plain in names:
        name = linked or plain
        out.append(f"[{name}]({name if '.' in name else name + '.md'})")
    return wrapped(", ".join(out) + ".") if out else ""


def title_of(call, shown):
    names = [f.name for f in shown]
    for name in (call.name, "ipc_" + call.name):
        if name in names:
            return name
    if call.name.startswith("debug_") or not names:
        return "sys_" + call.name
    ending = [n for n in names if n.endswith(call.name)]
    return (ending or names)[0]


def native():
    known, out = functions.public(), []
    for call in calls.native():
        shown = [f for f in known if functions.makes(f, call.name)]
        names = {f.name for f in shown}
        shown += [f for f in known if f.name == call.name and f.name not in names
                  and any(re.search(rf"\b{n}\(", f.body) for n in names)]
        title = title_of(call, shown)
        if title.startswith("sys_"):
            shown = []
        out.append(NativePage(call, title, sorted(shown, key=lambda f: f.name != title)))
    return out


class ZirconPage(Page):
    """A call of <zircon/syscalls.h>."""

    is_native = False
    prefix = "ZX_ERR_"
    names = ("`{}` is no handle, or one that was closed", "`{}` is not {}'s")

    @staticmethod
    def include(header):
        return f"#include <{header}>"

    def return_value(self):
        returns = self.call.returns
        if returns:
            return wrapped(returns[0].upper() + returns[1:] + ".")
        return "`ZX_OK`." if not self.causes() else "`ZX_OK`, or a status of those below."


def arguments_of(prototype):
    """(type, name) of each argument of a C prototype."""
    inside = prototype[prototype.index("(") + 1:prototype.rindex(")")]
    parts = [re.fullmatch(r"\s*(.*?)(\w+)\s*", part, flags=re.S) for part in inside.split(",")]
    return [(p[1].strip(), p[2]) for p in parts if p and p[1].strip()]


def zircon():
    if not os.path.exists(os.path.join(calls.TOP, "libsys", "zircon", "calls.def")):
        return []
    known = {f.name: f for f in functions.public("zircon")}
    arguments = {name: arguments_of(f.prototype) for name, f in known.items()}
    return [ZirconPage(call, call.name, [known[call.name]]) for call in calls.zircon(arguments)]


def example_of(text):
    """The example's line number in the page and its C text, or None."""
    found = re.search(r"^## EXAMPLE\n.*?^```c\n(.*?)^```$", text, flags=re.M | re.S)
    return (text.count("\n", 0, found.start(1)) + 1, found[1]) if found else None


def complaints(page, text, every):
    """What is wrong with a page as it will be."""
    parts, out = sections_of(text), []
    if list(parts) != SECTIONS:
        out.append("sections are not " + ", ".join(SECTIONS))
    for name in BY_HAND:
        if not parts.get(name, "").strip():
            out.append(f"{name} is empty")
    titles = {p.title for p in every}
    for name in re.findall(r"\[(\w+)\]\(\w+\.md\)", text):
        if name not in titles:
            out.append(f"{name}.md is no page")
    if page.title in re.findall(r"\[(\w+)\]", parts.get("SEE ALSO", "")):
        out.append("SEE ALSO names the page itself")
    known = calls.statuses()
    for status in set(re.findall(r"\bST_([A-Z_]+)\b", text)) - set(known):
        out.append(f"ST_{status} is no status")
    if not page.is_native:
        for status in set(re.findall(r"\bZX_ERR_([A-Z_]+)\b", text)) - calls.zircon_statuses():
            out.append(f"ZX_ERR_{status} is no status")
    description = parts.get("DESCRIPTION", "")
    told = {"OK"}.union(*(p.causes() for p in every
                          if p is page or f"`{p.title}`" in description))
    for status in re.findall(r"`(?:ST|ZX_ERR)_([A-Z_]+)`", description):
        if status not in told:
            out.append(f"{status} in the description: no call that it names returns that")
    example = example_of(text)
    if not example:
        out.append("EXAMPLE has no ```c block")
    elif not re.search(r"^static void example\((void|cptr_t pool)\)$", example[1], flags=re.M):
        out.append("the example has no `static void example(void)` or `(cptr_t pool)`")
    elif "assert(" not in example[1]:
        out.append("the example checks nothing")
    return [f"{page.relative}: {what}" for what in out]
