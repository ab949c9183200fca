# discover_suites(TARGET LABEL label TIMEOUT seconds [ENVIRONMENT NAME=value…])
# After TARGET is linked, asks it for its tests and writes one CTest entry "label.Suite" for each GoogleTest suite.
# A suite, not a test, is the grain: servers that a suite needs are started once in its process.

function(discover_suites target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "ENVIRONMENT")
    set(entries ${CMAKE_CURRENT_BINARY_DIR}/${target}_${arg_LABEL}.cmake)
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND ${CMAKE_COMMAND}
            -D program=$<TARGET_FILE:${target}> -D entries=${entries} -D label=${arg_LABEL} -D timeout=${arg_TIMEOUT}
            "-D environment=${arg_ENVIRONMENT}" -P ${CMAKE_SOURCE_DIR}/cmake/WriteSuites.cmake
        BYPRODUCTS ${entries}
        VERBATIM)
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${entries})
endfunction()
