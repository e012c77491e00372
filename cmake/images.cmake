# What boots: initial archive, device trees, FIT, disk images. Included by the top level,
# which makes ${CMAKE_BINARY_DIR}/Image (the raw kernel) itself.
#
# The top level calls quire_archive(), quire_device_trees() and quire_images(). Archive and
# device trees are part of "all". What needs U-Boot's tools or the firmware is
# not: the target "images" builds that (tools/test and tools/run --boot uboot ask for it).

set(QUIRE_REPRODUCIBLE ${CMAKE_COMMAND} -E env SOURCE_DATE_EPOCH=1700000000 TZ=UTC)
set(QUIRE_TOOLS ${CMAKE_SOURCE_DIR}/tools)
set(QUIRE_DTS ${CMAKE_SOURCE_DIR}/dts)
set(QUIRE_BOARD_TREE ${CMAKE_BINARY_DIR}/bcm2711-rpi-4-b.dtb)

# quire_archive(TARGET OUT FILE[=NAME]...): a file may be $<TARGET_FILE:program>=name.
function(quire_archive TARGET OUT)
	set(inputs ${ARGN})
	list(TRANSFORM inputs REPLACE "=[^=]*$" "")
	add_custom_command(OUTPUT ${OUT}
		COMMAND ${QUIRE_TOOLS}/mkarchive ${OUT} ${ARGN}
		DEPENDS ${QUIRE_TOOLS}/mkarchive ${inputs}
		COMMENT "Archive ${OUT}" VERBATIM)
	add_custom_target(${TARGET} ALL DEPENDS ${OUT})
endfunction()

# quire_device_trees(): every board's tree into the build folder, the tests' into dts-tests/.
# A warning of dtc is an error.
function(quire_device_trees)
	set(trees)
	foreach(source bcm2711-rpi-4-b tests/rpi4-1g tests/rpi4-2g tests/rpi4-4g tests/rpi4-8g
			tests/rpi4-mini-uart tests/virt-1g)
		get_filename_component(name ${source} NAME)
		if(source MATCHES "^tests/")
			set(name dts-tests/${name})
		endif()
		set(tree ${CMAKE_BINARY_DIR}/${name}.dtb)
		add_custom_command(OUTPUT ${tree}
			COMMAND ${CMAKE_COMMAND} -DSOURCE=${QUIRE_DTS}/${source}.dts -DOUT=${tree}
				-P ${CMAKE_SOURCE_DIR}/cmake/dtc.cmake
			DEPENDS ${QUIRE_DTS}/${source}.dts ${QUIRE_DTS}/bcm2711-rpi-4-b.dts
				${CMAKE_SOURCE_DIR}/cmake/dtc.cmake
			COMMENT "Device tree ${name}" VERBATIM)
		list(APPEND trees ${tree})
	endforeach()
	add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/dts-tests/broken/empty.dtb
		COMMAND ${QUIRE_DTS}/tests/malform ${QUIRE_BOARD_TREE}
			${CMAKE_BINARY_DIR}/dts-tests/broken
		DEPENDS ${QUIRE_DTS}/tests/malform ${QUIRE_BOARD_TREE}
		COMMENT "Broken device trees" VERBATIM)
	add_custom_target(device_trees ALL
		DEPENDS ${trees} ${CMAKE_BINARY_DIR}/dts-tests/broken/empty.dtb)
endfunction()

# quire_fit(): quire.itb from Image, init.cpio and the Pi's tree.
function(quire_fit)
	add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/quire.itb
		COMMAND ${CMAKE_COMMAND} -E copy ${QUIRE_DTS}/quire.its quire.its
		COMMAND ${QUIRE_REPRODUCIBLE} mkimage -q -f quire.its quire.itb
		DEPENDS ${QUIRE_DTS}/quire.its ${CMAKE_BINARY_DIR}/Image
			${CMAKE_BINARY_DIR}/init.cpio ${QUIRE_BOARD_TREE}
		WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
		COMMENT "FIT quire.itb" VERBATIM)
endfunction()

function(quire_boot_script BOARD)
	add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/boot-${BOARD}.scr
		COMMAND ${QUIRE_REPRODUCIBLE} mkimage -q -A arm64 -T script -C none
			-d ${QUIRE_DTS}/firmware/boot-${BOARD}.cmd ${CMAKE_BINARY_DIR}/boot-${BOARD}.scr
		DEPENDS ${QUIRE_DTS}/firmware/boot-${BOARD}.cmd VERBATIM)
endfunction()

# quire_card(IMAGE FILE[=NAME]...): an MBR disk image with one FAT32 partition.
function(quire_card IMAGE)
	set(inputs ${ARGN})
	list(TRANSFORM inputs REPLACE "=[^=]*$" "")
	add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/${IMAGE}
		COMMAND ${QUIRE_REPRODUCIBLE} ${QUIRE_TOOLS}/mksdcard ${CMAKE_BINARY_DIR}/${IMAGE} ${ARGN}
		DEPENDS ${QUIRE_TOOLS}/mksdcard ${inputs}
		COMMENT "Disk image ${IMAGE}" VERBATIM)
endfunction()

# quire_virt_disk(): what U-Boot on virt boots from.
function(quire_virt_disk)
	quire_boot_script(virt)
	quire_card(virt-disk.img
		${CMAKE_BINARY_DIR}/quire.itb ${CMAKE_BINARY_DIR}/boot-virt.scr=boot.scr)
	add_custom_target(virt_disk DEPENDS ${CMAKE_BINARY_DIR}/virt-disk.img)
endfunction()

# quire_sdcard(): the Raspberry Pi's card, with U-Boot and the FIT (sdcard.img), and the
# plain one that the firmware boots by itself (sdcard-plain.img).
function(quire_sdcard)
	quire_boot_script(rpi4)
	set(firmware ${QUIRE_CACHE}/firmware/start4.elf ${QUIRE_CACHE}/firmware/fixup4.dat
		${QUIRE_CACHE}/firmware/LICENCE.firmware ${QUIRE_DTS}/firmware/cmdline.txt
		${QUIRE_BOARD_TREE})
	quire_card(sdcard.img ${firmware}
		${QUIRE_DTS}/firmware/config-uboot.txt=config.txt
		${QUIRE_CACHE}/uboot-rpi4/u-boot.bin
		${CMAKE_BINARY_DIR}/boot-rpi4.scr=boot.scr
		${CMAKE_BINARY_DIR}/quire.itb)
	quire_card(sdcard-plain.img ${firmware}
		${QUIRE_DTS}/firmware/config-plain.txt=config.txt
		${CMAKE_BINARY_DIR}/Image=kernel8.img
		${CMAKE_BINARY_DIR}/init.cpio)
	add_custom_target(sdcards DEPENDS
		${CMAKE_BINARY_DIR}/sdcard.img ${CMAKE_BINARY_DIR}/sdcard-plain.img)
endfunction()

# quire_images(): all that is not part of "all"; the target "images" builds it.
function(quire_images)
	quire_fit()
	quire_virt_disk()
	quire_sdcard()
	add_custom_target(images DEPENDS virt_disk sdcards)
endfunction()
