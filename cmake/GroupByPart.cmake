# group_by_part(TARGET)
# Compiles the files of a part (src/platform/http, src/services/auth, tests/api) in groups (CMAKE_UNITY_BUILD). This takes
# a third of the time, because they share most includes. A new file therefore rebuilds only its part.

set(max_group_size 24)

function(group_by_part target)
    get_target_property(sources ${target} SOURCES)
    foreach(source IN LISTS sources)
        cmake_path(GET source PARENT_PATH folder)
        cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${CMAKE_SOURCE_DIR})
        string(REGEX MATCH "^[^/]+/[^/]+(/[^/]+)?" part ${folder})
        string(REPLACE "/" "_" part ${part})
        if(NOT DEFINED count_of_${part})
            set(count_of_${part} 0)
        endif()
        math(EXPR batch "${count_of_${part}} / ${max_group_size}")
        math(EXPR count_of_${part} "${count_of_${part}} + 1")
        set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${part}${batch})
    endforeach()
    set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
endfunction()
