# Builds the program in `folder`, if that has been configured, with as many processes as there are processors, because tests
# run beside it.
include(ProcessorCount)
if(EXISTS ${folder}/build.ninja)
    ProcessorCount(processors)
    execute_process(COMMAND ${CMAKE_COMMAND} --build ${folder} --target mindspace --parallel ${processors}
        COMMAND_ERROR_IS_FATAL ANY)
endif()
