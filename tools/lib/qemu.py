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

END_LINE = re.compile(rb"quire: root task ended with status (-?\d+)")
STOPPED_LINE = re.compile(rb"^quire: stopped", re.M)

BOOTS = {"virt": ("direct", "uboot", "bare"), "raspi4b": ("direct", "sdcard", "plain")}
UBOOT_VIRT = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"
ICOUNT = {"free": "shift=0,align=off,sleep=off", "paced": "shift=0,align=off,sleep=on"}
FIRST_PARTITION = "@@1M"


class Unfit(Exception):
    """The request makes no sense, or a file is missing. The text says what to do."""


def cache_folder():
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return os.environ.get("QUIRE_CACHE") or os.path.join(top, "build", "cache")


def add_arguments(parser):
    """The options that describe a machine; command() takes the result."""
    parser.add_argument("--board", choices=sorted(BOOTS), default="virt")
    parser.add_argument("--boot", default="direct", help="direct, uboot, sdcard, plain")
    parser.add_argument("--build", default="build/release", metavar="FOLDER",
                        help="where Image, init.cpio, the device trees and disks are")
    parser.add_argument("--image", help="another kernel than FOLDER/Image")
    parser.add_argument("--archive", help="another archive than FOLDER/init.cpio")
    parser.add_argument("--dtb", help="another device tree; none: hand over none")
    parser.add_argument("--disk", help="another disk or card than FOLDER's")
    parser.add_argument("--smp", type=int, default=4, metavar="N", help="CPUs; raspi4b has 4")
    parser.add_argument("--memory", default="1G", metavar="SIZE", help="virt only")
    parser.add_argument("--machine", action="append", default=[], metavar="KEY=VALUE",
                        help="virt's properties, e.g. virtualization=on")
    parser.add_argument("--cpu", default="cortex-a72")
    parser.add_argument("--console", choices=("pl011", "mini-uart", "both"), default=None)
    parser.add_argument("--append", default="", metavar="ARGUMENTS", help="boot arguments")
    parser.add_argument("--icount", nargs="?", const="free", choices=sorted(ICOUNT),
                        help="one virtual clock for all CPUs, driven by instructions: free "
                        "skips idle time (repeatable), paced sleeps through it")
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
    return ["-M", machine, "-cpu", args.cpu, "-smp", str(args.smp), "-m", args.memory,
            "-nic", "none"]


def machine_raspi4b(args):
    if args.machine:
        raise Unfit("--machine is for virt")
    # QEMU models the one board with four CPUs and 2 GiB.
    if args.smp != 4:
        raise Unfit("raspi4b has exactly four CPUs: leave --smp away")
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


def consoles(args):
    """The first -serial is the PL011 on both boards; the Pi's second is the mini-UART."""
    chosen = args.console or ("both" if args.boot == "sdcard" else "pl011")
    terminal = ["-chardev", "stdio,id=terminal,mux=on,signal=off", "-mon", "terminal"]
    serial = {"pl011": ["chardev:terminal"],
              "mini-uart": ["null", "chardev:terminal"],
              "both": ["chardev:terminal", "chardev:terminal"]}[chosen]
    line = ["-display", "none"] + terminal
    for target in serial:
        line += ["-serial", target]
    return line


def command(args, scratch):
    """The whole command line. Files that exist for this start only go to scratch."""
    if args.boot not in BOOTS[args.board]:
        raise Unfit(f"--boot {args.boot} is not for {args.board}: {', '.join(BOOTS[args.board])}")
    if shutil.which("qemu-system-aarch64") is None:
        raise Unfit("no qemu-system-aarch64: run tools/setup")
    line = ["qemu-system-aarch64"]
    line += {"virt": machine_virt, "raspi4b": machine_raspi4b}[args.board](args)
    line += consoles(args)
    line += {"direct": boot_direct, "uboot": boot_uboot, "sdcard": boot_sdcard,
             "plain": boot_plain, "bare": lambda *_: []}[args.boot](args, scratch)
    if args.icount:
        line += ["-icount", ICOUNT[args.icount]]
    return line + args.qemu


def stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run_to_end(line):
    """Echo the console until the machine switches itself off; return the root task's status."""
    process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    seen = b""
    try:
        while chunk := os.read(process.stdout.fileno(), 65536):
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
            seen += chunk
            if STOPPED_LINE.search(seen):
                break
    finally:
        stop(process)
    found = END_LINE.findall(seen)
    if not found:
        print("run: the root task did not end: the kernel stopped or QEMU was left",
              file=sys.stderr)
        return 1
    # An exit status has eight bits; a status that is not zero must not become zero.
    status = int(found[-1])
    return status if 0 <= status < 256 else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser)
    parser.add_argument("--exit", action="store_true")
    parser.add_argument("--gdb", action="store_true")
    args = parser.parse_args()
    if args.exit:
        args.append = f"{args.append} exit".strip()
    with tempfile.TemporaryDirectory(prefix="quire-") as scratch:
        try:
            line = command(args, scratch)
        except Unfit as problem:
            sys.exit(f"run: {problem}")
        if args.gdb:
            line += ["-S", "-s"]
        if args.exit:
            sys.exit(run_to_end(line))
        # Ctrl-C belongs to the program on the console: QEMU passes it on.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.exit(subprocess.run(line + ["-no-shutdown"], check=False).returncode)


if __name__ == "__main__":
    main()
