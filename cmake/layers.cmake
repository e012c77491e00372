# The layer rule, first half (tests/layers.py is the second): a layer's sources see the
# headers of the layers that it names in DEPS and of no other.
#
#   quire_layer(mm DEPS arch lib abi SOURCES frame.c pool.c)
#
# Headers lie beside their sources and are included as "mm/frame.h". So that "mm/..." is
# visible only to those who name mm, each layer gets an include root of its own that
# holds one link: <build>/layers/mm/mm -> kernel/mm.

function(quire_include_root name dir)
	file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/layers/${name})
	file(CREATE_LINK ${dir} ${CMAKE_BINARY_DIR}/layers/${name}/${name} SYMBOLIC)
endfunction()

function(quire_layer name)
	cmake_parse_arguments(L "" "INCLUDE" "DEPS;SOURCES" ${ARGN})
	if(L_SOURCES)
		add_library(k_${name} OBJECT ${L_SOURCES})
		set(scope PUBLIC)
		target_link_libraries(k_${name} PRIVATE quire_warnings)
		if(NOT QUIRE_HOST)
			target_link_libraries(k_${name} PRIVATE quire_kernel_flags quire_kernel_canary)
		endif()
	else()
		add_library(k_${name} INTERFACE)
		set(scope INTERFACE)
	endif()
	if(L_INCLUDE)
		target_include_directories(k_${name} ${scope} ${L_INCLUDE})
	else()
		quire_include_root(${name} ${CMAKE_CURRENT_SOURCE_DIR})
		target_include_directories(k_${name} ${scope} ${CMAKE_BINARY_DIR}/layers/${name})
	endif()
	foreach(dep ${L_DEPS})
		target_link_libraries(k_${name} ${scope} k_${dep})
	endforeach()
endfunction()

# quire_cold(FILES): what runs at boot, in trouble or seldom is built to be small, not fast.
function(quire_cold)
	if(NOT QUIRE_HOST)
		set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS
			$<$<CONFIG:Release>:-Os>)
	endif()
endfunction()
