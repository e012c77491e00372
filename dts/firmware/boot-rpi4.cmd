# U-Boot on the Raspberry Pi 4. The FIT is loaded well above 0x200000, where the kernel goes.
# The firmware's device tree knows the size of the memory; without one, ours stands in.
# Left unset, this makes U-Boot copy the archive to a page boundary; inside the FIT it has none.
setenv initrd_high
load ${devtype} ${devnum}:${distro_bootpart} ${ramdisk_addr_r} quire.itb
if fdt addr ${fdt_addr}; then
	bootm ${ramdisk_addr_r}#rpi4 ${ramdisk_addr_r}#rpi4 ${fdt_addr}
else
	bootm ${ramdisk_addr_r}#rpi4-tree
fi
echo quire: the FIT was refused
# Nothing else may be booted in its place.
while true; do sleep 60; done
