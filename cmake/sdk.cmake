# The SDK: cmake --install puts it anywhere; the target "sdk" makes quire-sdk-VERSION.tar.xz. What is
# installed needs neither this tree nor the cache.
include(${CMAKE_SOURCE_DIR}/cmake/program_flags.cmake)

function(quire_sdk)
	set(sdk ${CMAKE_SOURCE_DIR}/sdk)
	set(made ${CMAKE_BINARY_DIR}/sdk-files)
	set(CMAKE_INSTALL_MESSAGE NEVER)
	string(JOIN " " QUIRE_PC_CFLAGS ${QUIRE_COMPILE_FLAGS} ${QUIRE_C_FLAGS} -nostdinc
		-isystem ${QUIRE_COMPILER_INCLUDE})
	string(JOIN " " QUIRE_PC_LIBS ${QUIRE_LINK_FLAGS})
	foreach(file QuireConfigVersion.cmake quire.pc)
		configure_file(${sdk}/${file}.in ${made}/${file} @ONLY)
	endforeach()
	configure_file(${sdk}/README.md ${made}/README.md @ONLY)
	configure_file(${sdk}/QuireConfig.cmake.in ${made}/QuireConfig.cmake COPYONLY)

	install(DIRECTORY libsys/include/libsys DESTINATION include/quire)
	install(DIRECTORY kernel/abi DESTINATION include/quire
		FILES_MATCHING PATTERN "*.h" PATTERN "*.def")
	install(DIRECTORY libsys/newlib/ DESTINATION include/posix)
	install(DIRECTORY ${QUIRE_CACHE}/newlib/include/ DESTINATION include/newlib)
	install(DIRECTORY ${QUIRE_CACHE}/libstdcxx/include/c++ DESTINATION include)
	install(TARGETS libsys ARCHIVE DESTINATION lib)
	set(libraries ${QUIRE_CACHE}/newlib/lib/libc.a ${QUIRE_CACHE}/newlib/lib/libm.a
		${QUIRE_CACHE}/libstdcxx/lib/libstdc++.a)
	foreach(name libgcc.a libgcc_eh.a)
		execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=${name}
			OUTPUT_VARIABLE file OUTPUT_STRIP_TRAILING_WHITESPACE)
		get_filename_component(file ${file} REALPATH)
		list(APPEND libraries ${file})
	endforeach()
	install(FILES ${libraries} libsys/program.ld ${sdk}/libquire.a DESTINATION lib)
	install(FILES ${made}/QuireConfig.cmake ${made}/QuireConfigVersion.cmake
		cmake/program_flags.cmake DESTINATION lib/cmake/Quire)
	install(FILES ${sdk}/toolchain-gcc.cmake ${sdk}/toolchain-clang.cmake DESTINATION cmake)
	install(FILES ${made}/quire.pc DESTINATION lib/pkgconfig)
	install(FILES ${made}/README.md LICENSE DESTINATION .)
	install(DIRECTORY ${sdk}/template DESTINATION .)
	install(PROGRAMS ${sdk}/quire-run ${sdk}/quire-mksdcard DESTINATION bin)
	install(PROGRAMS tools/mkarchive DESTINATION bin RENAME quire-mkarchive)
	install(PROGRAMS tools/lib/qemu.py tools/mksdcard DESTINATION share/quire)
	install(FILES tools/lib/common.sh DESTINATION share/quire/lib)
	install(FILES ${QUIRE_CACHE}/newlib/COPYING.NEWLIB ${QUIRE_CACHE}/libstdcxx/COPYING3
		${QUIRE_CACHE}/libstdcxx/COPYING.RUNTIME DESTINATION share/quire/licences)
	install(FILES ${CMAKE_BINARY_DIR}/Image $<TARGET_FILE:kernel> ${QUIRE_BOARD_TREE}
		${CMAKE_BINARY_DIR}/init.cpio ${QUIRE_DTS}/firmware/config-plain.txt
		${QUIRE_DTS}/firmware/cmdline.txt DESTINATION share/quire/boards)
	install(FILES ${QUIRE_CACHE}/firmware/start4.elf ${QUIRE_CACHE}/firmware/fixup4.dat
		${QUIRE_CACHE}/firmware/LICENCE.firmware DESTINATION share/quire/boards OPTIONAL)

	# The pages as HTML, where what makes them is there (tools/setup docs).
	set(pages)
	execute_process(COMMAND /usr/bin/python3 -c "import markdown" RESULT_VARIABLE no_markdown ERROR_QUIET)
	find_program(QUIRE_DOT dot)
	if(QUIRE_DOT AND no_markdown EQUAL 0)
		set(pages COMMAND ${CMAKE_SOURCE_DIR}/tools/mkdocs
			${CMAKE_BINARY_DIR}/sdk/quire-sdk-${PROJECT_VERSION}/share/doc/quire)
	else()
		message(STATUS "The SDK will have no documentation in it: tools/setup docs")
	endif()

	set(name quire-sdk-${PROJECT_VERSION})
	add_custom_target(sdk
		COMMAND ${CMAKE_COMMAND} -E rm -rf ${CMAKE_BINARY_DIR}/sdk
		COMMAND ${CMAKE_COMMAND} --install ${CMAKE_BINARY_DIR}
			--prefix ${CMAKE_BINARY_DIR}/sdk/${name}
		${pages}
		COMMAND tar -C ${CMAKE_BINARY_DIR}/sdk --sort=name --owner=0 --group=0 --numeric-owner
			--mtime=@1700000000 -I "xz -3 -T2" -cf ${CMAKE_BINARY_DIR}/${name}.tar.xz ${name}
		COMMENT "SDK ${name}.tar.xz" VERBATIM)
	add_dependencies(sdk libsys image archive device_trees)
endfunction()
