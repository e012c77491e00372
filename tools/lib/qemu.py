#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How Quire is started in QEMU: the one place that knows the command lines.

tools/run calls this file; tests/run_qemu imports it. A machine is a board and a boot path:

  virt     direct    QEMU loads Image and archive            uboot   U-Boot, FIT on a disk
  raspi4b  direct    QEMU loads Image, archive and our tree  sdcard  U-Boot, FIT on the card
           plain     kernel8.img and archive taken from the plain card, as the firmware would

"bare" is virt with nothing loaded: the caller brings its own loader devices.

What differs is the console too: "both" sends the Pi's two UARTs to the terminal, since
U-Boot and the kernel need not agree on one.
"""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

END_LINE = re.compile(rb"quire: root task ended with status (-?\d+)")
STOPPED_LINE = re.compile(rb"^quire: stopped", re.M)

BOOTS = {"virt": ("direct", "uboot", "bare"), "raspi4b": ("direct", "sdcard", "plain")}
UBOOT_VIRT = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"
ICOUNT = {"free": "shift=0,align=off,sleep=off", "paced": "shift=0,align=off,sleep=on"}
FIRST_PARTITION = "@@1M"
VIRT_CPUS_MAX = 8  # what a GICv2 serves
END_OF_INPUT = b"\x04"
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Unfit(Exception):
    """The request makes no sense, or a file is missing. The text says what to do."""


class Parser(argparse.ArgumentParser):
    """One line for what is wrong with an option, and where the options are explained."""

    def error(self, message):
        self.exit(2, f"{os.path.basename(self.prog)}: {message}; see {self.prog} --help\n")


def cpus(text):
    if not text.isdecimal() or not 1 <= int(text) <= VIRT_CPUS_MAX:
        raise argparse.ArgumentTypeError(f"1 to {VIRT_CPUS_MAX} CPUs, not '{text}'")
    return int(text)


def size(text):
    if not re.fullmatch(r"[1-9][0-9]*[MG]", text):
        raise argparse.ArgumentTypeError(f"a size is a number with M or G, as 512M, not '{text}'")
    return text


def add_arguments(parser):
    """The options that describe a machine; command() takes the result."""
    parser.add_argument("--board", choices=sorted(BOOTS), default="virt")
    parser.add_argument("--boot", default="direct", help="direct, uboot, sdcard, plain")
    parser.add_argument("--build", default=os.path.join(TOP, "build", "release"), metavar="FOLDER",
                        help="where Image, init.cpio, the device trees and disks are (build/release)")
    parser.add_argument("--image", help="another kernel than FOLDER/Image")
    parser.add_argument("--archive", help="another archive than FOLDER/init.cpio")
    parser.add_argument("--dtb", help="another device tree; none: hand over none")
    parser.add_argument("--disk", help="another disk or card than FOLDER's")
    parser.add_argument("--smp", type=cpus, default=4, metavar="N",
                        help=f"CPUs: 1 to {VIRT_CPUS_MAX} (4); raspi4b has 4")
    parser.add_argument("--memory", type=size, metavar="SIZE", help="e.g. 512M (1G); virt only")
    parser.add_argument("--machine", action="append", default=[], metavar="KEY=VALUE",
                        help="virt's properties, e.g. virtualization=on")
    parser.add_argument("--cpu", default="cortex-a72")
    parser.add_argument("--console", choices=("pl011", "mini-uart", "both"), default=None)
    parser.add_argument("--append", default="", metavar="ARGUMENTS", help="boot arguments")
    parser.add_argument("--icount", nargs="?", const="free", choices=sorted(ICOUNT),
                        help="time passes with instructions, one for all CPUs, so that a run can "
                        "be repeated and counted: idle time is skipped (free) or slept (paced)")
    parser.add_argument("--drive", metavar="FILE",
                        help="an image that programs read and write: virt's virtio disk, the Pi's card")
    parser.add_argument("--net", action="store_true",
                        help="virt: a virtio network card, QEMU's user network behind it")
    parser.add_argument("--qemu", action="append", default=[], metavar="ARGUMENT",
                        help="handed to QEMU as it is")


def existing(path, hint):
    if not os.path.exists(path):
        raise Unfit(f"{path} is missing: {hint}")
    return path


def machine_virt(args):
    properties = {"gic-version": "2", "virtualization": "off", "dtb-randomness": "off"}
    properties.update(p.split("=", 1) for p in args.machine)
    machine = ",".join(["virt"] + [f"{k}={v}" for k, v in properties.items()])
    # Without "-nic none" QEMU wants a boot ROM that Debian packages apart.
    return ["-M", machine, "-cpu", args.cpu, "-smp", str(args.smp), "-m", args.memory or "1G",
            "-nic", "none"]


def machine_raspi4b(args):
    del args
    return ["-M", "raspi4b"]


def boot_direct(args, scratch):
    del scratch
    build = "tools/run builds it, or name one"
    line = ["-kernel", existing(args.image or f"{args.build}/Image", build),
            "-append", args.append]
    archive = args.archive or f"{args.build}/init.cpio"
    if archive != "none":
        line += ["-initrd", existing(archive, build)]
    if args.board == "raspi4b" and not args.dtb:
        args.dtb = existing(f"{args.build}/bcm2711-rpi-4-b.dtb", build)
    return line + (["-dtb", args.dtb] if args.dtb not in (None, "none") else [])


def boot_uboot(args, scratch):
    """U-Boot on virt gets no boot arguments from QEMU; the boot script reads them here."""
    disk = existing(args.disk or f"{args.build}/virt-disk.img", "build the target 'images'")
    if args.append:
        copy, env = os.path.join(scratch, "disk.img"), os.path.join(scratch, "bootargs.env")
        subprocess.run(["cp", "--sparse=always", disk, copy], check=True)
        with open(env, "w", encoding="ascii") as file:
            file.write(f"bootargs={args.append}\n")
        subprocess.run(["mcopy", "-o", "-i", copy + FIRST_PARTITION, env, "::"], check=True)
        disk = copy
    return ["-bios", existing(UBOOT_VIRT, "run tools/setup uboot"),
            "-drive", f"if=none,id=disk,file={disk},format=raw,snapshot=on",
            "-device", "virtio-blk-device,drive=disk"]


def boot_sdcard(args, scratch):
    """The firmware would take U-Boot and the tree from the card; here QEMU is given them."""
    card = existing(args.disk or f"{args.build}/sdcard.img", "build the target 'images'")
    loaded = from_card(card, scratch, ["u-boot.bin", "bcm2711-rpi-4-b.dtb"])
    return ["-kernel", loaded["u-boot.bin"], "-dtb", args.dtb or loaded["bcm2711-rpi-4-b.dtb"],
            "-append", args.append,
            "-drive", f"if=sd,file={card},format=raw,snapshot=on"]


def boot_plain(args, scratch):
    card = existing(args.disk or f"{args.build}/sdcard-plain.img", "build the target 'images'")
    loaded = from_card(card, scratch, ["kernel8.img", "init.cpio", "bcm2711-rpi-4-b.dtb"])
    return ["-kernel", loaded["kernel8.img"], "-initrd", loaded["init.cpio"],
            "-dtb", args.dtb or loaded["bcm2711-rpi-4-b.dtb"], "-append", args.append]


def from_card(card, scratch, names):
    for name in names:
        subprocess.run(["mcopy", "-n", "-i", card + FIRST_PARTITION, "::" + name, scratch],
                       check=True)
    return {name: os.path.join(scratch, name) for name in names}


def consoles(args, log):
    """The first -serial is the PL011 on both boards; the Pi's second is the mini-UART."""
    chosen = args.console or ("both" if args.boot == "sdcard" else "pl011")
    stdio = "stdio,id=terminal,mux=on,signal=off" + (f",logfile={log}" if log else "")
    terminal = ["-chardev", stdio, "-mon", "terminal"]
    serial = {"pl011": ["chardev:terminal"],
              "mini-uart": ["null", "chardev:terminal"],
              "both": ["chardev:terminal", "chardev:terminal"]}[chosen]
    line = ["-display", "none"] + terminal
    for target in serial:
        line += ["-serial", target]
    return line


def plugged(args):
    """What programs find beside the machine itself."""
    line = []
    if args.drive and args.board == "virt":
        line += ["-drive", f"if=none,id=plugged,file={args.drive},format=raw",
                 "-device", "virtio-blk-device,drive=plugged"]
    elif args.drive:
        line += ["-drive", f"if=sd,file={args.drive},format=raw"]
    if args.net:
        line += ["-netdev", "user,id=net",
                 "-device", "virtio-net-device,netdev=net,mac=52:54:00:51:55:49"]
    return line


def check(args):
    """Do the options go together?"""
    if args.drive and args.boot == "sdcard":
        raise Unfit("--drive is the card, and --boot sdcard has one: leave one of them away")
    if args.net and args.board != "virt":
        raise Unfit("--net is for virt: QEMU has no network for the Pi 4")
    if args.boot not in BOOTS[args.board]:
        raise Unfit(f"--boot {args.boot} is not for {args.board}: {', '.join(BOOTS[args.board])}")
    if args.archive and args.boot != "direct":
        raise Unfit("--archive is for --boot direct: elsewhere the archive is on the disk")
    if args.board == "raspi4b":  # QEMU models the one board with four CPUs and 2 GiB
        if args.machine:
            raise Unfit("--machine is for virt")
        if args.smp != 4:
            raise Unfit("raspi4b has exactly four CPUs: leave --smp away")
        if args.memory:
            raise Unfit("raspi4b has 2 GiB in QEMU: leave --memory away")


def command(args, scratch, log=None):
    """The whole command line. Files that exist for this start only go to scratch; what the
    console says goes to the file `log` too, if one is named."""
    check(args)
    if shutil.which("qemu-system-aarch64") is None:
        raise Unfit("no qemu-system-aarch64: run tools/setup")
    line = ["qemu-system-aarch64"]
    line += {"virt": machine_virt, "raspi4b": machine_raspi4b}[args.board](args)
    line += consoles(args, log)
    line += {"direct": boot_direct, "uboot": boot_uboot, "sdcard": boot_sdcard,
             "plain": boot_plain, "bare": lambda *_: []}[args.boot](args, scratch)
    line += plugged(args)
    if args.icount:
        line += ["-icount", ICOUNT[args.icount]]
    return line + args.qemu


def refused_to_start(console, status):
    """QEMU's own complaint, if that is all there was, or None."""
    lines = [line for line in console.splitlines() if line.strip()]
    if status and all(line.startswith("qemu-system-aarch64: ") for line in lines):
        return "QEMU refused to start" + "".join(f"; {line}" for line in lines)
    return None


def stop(process):
    """At once: QEMU has nothing to save, and would comment on anything milder."""
    if process.poll() is None:
        process.kill()
        process.wait()


def feed(process, started):
    """Hand our input on once something listens, and then say that it has ended."""
    started.wait()
    last = b"\n"
    try:
        while chunk := os.read(sys.stdin.fileno(), 4096):
            process.stdin.write(chunk)
            process.stdin.flush()
            last = chunk[-1:]
        process.stdin.write((b"" if last == b"\n" else b"\n") + END_OF_INPUT)
        process.stdin.flush()
    except OSError:
        pass  # QEMU has ended


def run_to_end(line, listens):
    """Echo the console until the machine switches itself off; return what was seen. Input is
    handed on as soon as the console holds `listens`; none is, where that is None."""
    process = subprocess.Popen(line, stdin=subprocess.PIPE if listens else subprocess.DEVNULL,
                               stdout=subprocess.PIPE)
    seen, started = b"", threading.Event()
    if listens:
        threading.Thread(target=feed, args=(process, started), daemon=True).start()
    try:
        while chunk := os.read(process.stdout.fileno(), 65536):
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
            seen += chunk
            if listens and re.search(listens, seen):
                started.set()
            if STOPPED_LINE.search(seen):
                break
        else:
            process.wait()
    finally:
        stop(process)
    return seen, process.returncode


def run_on_terminal(line, log):
    """QEMU with our terminal, until the machine is off or Ctrl-A x."""
    # Ctrl-C belongs to the program on the console: QEMU passes it on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    status = subprocess.run(line, check=False).returncode
    seen = b""
    if os.path.exists(log):
        with open(log, "rb") as file:
            seen = file.read()
    return seen, status


def verdict(seen, status, must_end):
    """The exit status of a run: the root task's, if it ended."""
    if status > 0 and not seen:
        print("run: QEMU refused to start", file=sys.stderr)
        return 1
    if found := END_LINE.findall(seen):
        # An exit status has eight bits; a status that is not zero must not become zero.
        ended = int(found[-1])
        return ended if 0 <= ended < 256 else 1
    if must_end:
        print("run: the root task did not end: the kernel stopped or QEMU was left",
              file=sys.stderr)
    return 1 if must_end or STOPPED_LINE.search(seen) else 0


def run(args, scratch):
    log = os.path.join(scratch, "console")
    line = command(args, scratch, log)
    if args.gdb:
        # Off is not gone: the debugger can still look.
        line += ["-S", "-gdb", f"tcp:localhost:{args.gdb}", "-no-shutdown"]
    if args.exit:
        return verdict(*run_to_end(line, None), True)
    if args.gdb or sys.stdin.isatty():
        return verdict(*run_on_terminal(line, log), False)
    # U-Boot would take what is typed for a wish to stop it.
    through_uboot = args.boot in ("uboot", "sdcard")
    listens = rb"Starting kernel(?s:.)*Quire " if through_uboot else rb"."
    return verdict(*run_to_end(line, listens), True)


def main():
    parser = Parser(prog="tools/run", description=__doc__.splitlines()[0])
    add_arguments(parser)
    parser.add_argument("--exit", action="store_true")
    parser.add_argument("--gdb", type=int, metavar="PORT")
    parser.add_argument("--check", action="store_true", help="only see whether the options are right")
    args = parser.parse_args()
    if args.exit:
        args.append = f"{args.append} exit".strip()
    try:
        check(args)
        if not args.check:
            with tempfile.TemporaryDirectory(prefix="quire-") as scratch:
                sys.exit(run(args, scratch))
    except Unfit as problem:
        sys.exit(f"run: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
