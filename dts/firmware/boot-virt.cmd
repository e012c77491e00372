# U-Boot on QEMU's virt: load the FIT from the disk that this script came from, check it,
# start it with the device tree that QEMU made.
load ${devtype} ${devnum}:${distro_bootpart} ${kernel_addr_r} quire.itb
bootm ${kernel_addr_r}#virt ${kernel_addr_r}#virt ${fdt_addr}
echo quire: the FIT was refused
poweroff
