# discover_rooms(TARGET LABEL label TIMEOUT seconds)
# After TARGET is linked, asks it for its tests and writes one CTest entry "label.room" for each folder of src/ that has
# some: a process each, because a process costs more than most tests, and starts its servers once.

function(discover_rooms target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "")
    set(entries ${CMAKE_CURRENT_BINARY_DIR}/${target}_${arg_LABEL}.cmake)
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND ${CMAKE_COMMAND}
            -D program=$<TARGET_FILE:${target}> -D entries=${entries} -D label=${arg_LABEL} -D timeout=${arg_TIMEOUT}
            -D sources=${CMAKE_SOURCE_DIR}/src -P ${CMAKE_SOURCE_DIR}/cmake/WriteRooms.cmake
        BYPRODUCTS ${entries}
        VERBATIM)
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${entries})
endfunction()
