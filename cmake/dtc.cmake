# cmake -DSOURCE= -DOUT= -P dtc.cmake: compile a device tree; dtc has no -Werror of its own.
get_filename_component(folder ${OUT} DIRECTORY)
file(MAKE_DIRECTORY ${folder})
execute_process(COMMAND dtc -I dts -O dtb -o ${OUT} ${SOURCE}
	RESULT_VARIABLE status ERROR_VARIABLE messages)
if(NOT status EQUAL 0 OR messages)
	file(REMOVE ${OUT})
	message(FATAL_ERROR "${messages}")
endif()
