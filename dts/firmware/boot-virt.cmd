# U-Boot on QEMU's virt: load the FIT from the disk that this script came from, check it,
# start it with the device tree that QEMU made. Boot arguments may stand in a file beside it.
if load ${devtype} ${devnum}:${distro_bootpart} ${kernel_addr_r} bootargs.env; then
	env import -t ${kernel_addr_r} ${filesize} bootargs
fi
load ${devtype} ${devnum}:${distro_bootpart} ${kernel_addr_r} quire.itb
bootm ${kernel_addr_r}#virt ${kernel_addr_r}#virt ${fdt_addr}
echo quire: the FIT was refused
poweroff
