# quire_kernel(SOURCES ... LAYERS ...): links the kernel twice, so that it holds the names
# of its own functions, and makes the raw image that loaders take.
#
#	kernel.elf	with symbols, for gdb
#	Image		the Linux arm64 image; a Pi's kernel8.img

function(quire_kernel_link target)
	target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}
		${CMAKE_BINARY_DIR}/layers/platform)
	target_link_libraries(${target} PRIVATE quire_kernel_flags quire_kernel_canary
		quire_warnings)
	target_compile_definitions(${target} PRIVATE QUIRE_VERSION="${PROJECT_VERSION}"
		FALLBACK_TREE="${fallback_tree}")
	set(script ${CMAKE_CURRENT_SOURCE_DIR}/arch/aarch64/kernel.ld)
	target_link_options(${target} PRIVATE -nostdlib -static -no-pie -T ${script}
		-Wl,--gc-sections -Wl,-z,max-page-size=4096 -Wl,--build-id=none
		-Wl,--no-warn-rwx-segments -Wl,--fatal-warnings)
	set_target_properties(${target} PROPERTIES LINK_DEPENDS ${script})
	foreach(layer ${K_LAYERS})
		target_link_libraries(${target} PRIVATE k_${layer})
	endforeach()
endfunction()

function(quire_kernel)
	cmake_parse_arguments(K "" "" "SOURCES;LAYERS" ${ARGN})
	set(tools ${CMAKE_SOURCE_DIR}/tools)

	set(fallback_tree ${CMAKE_CURRENT_BINARY_DIR}/fallback-console.dtb)
	add_custom_command(OUTPUT ${fallback_tree}
		COMMAND dtc -q -O dtb -o ${fallback_tree}
			${CMAKE_SOURCE_DIR}/dts/fallback-console.dts
		DEPENDS ${CMAKE_SOURCE_DIR}/dts/fallback-console.dts VERBATIM)
	set_source_files_properties(fallback.S PROPERTIES OBJECT_DEPENDS ${fallback_tree})

	# The table lies behind everything else that is read-only, so its size moves no
	# function; mksymbols --check proves it on the result.
	add_executable(kernel_unnamed ${K_SOURCES})
	quire_kernel_link(kernel_unnamed)
	set(symbols ${CMAKE_CURRENT_BINARY_DIR}/symbols.S)
	add_custom_command(OUTPUT ${symbols}
		COMMAND ${tools}/mksymbols ${CMAKE_NM} $<TARGET_FILE:kernel_unnamed> ${symbols}
		DEPENDS kernel_unnamed ${tools}/mksymbols VERBATIM)
	add_executable(kernel ${K_SOURCES} ${symbols})
	quire_kernel_link(kernel)
	set_target_properties(kernel PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

	add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/Image
		COMMAND ${tools}/mksymbols --check ${CMAKE_NM} $<TARGET_FILE:kernel_unnamed>
			$<TARGET_FILE:kernel>
		COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:kernel> ${CMAKE_BINARY_DIR}/Image
		DEPENDS kernel ${tools}/mksymbols VERBATIM)
	add_custom_target(image ALL DEPENDS ${CMAKE_BINARY_DIR}/Image)
endfunction()
