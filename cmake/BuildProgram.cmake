# Builds the program in `folder`, if that has been configured, with what the tests beside it leave of the processors.
if(EXISTS ${folder}/build.ninja)
    execute_process(COMMAND nice -n 10 ${CMAKE_COMMAND} --build ${folder} --target mindspace COMMAND_ERROR_IS_FATAL ANY)
endif()
