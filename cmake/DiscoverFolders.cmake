# discover_folders(TARGET)
# After TARGET is linked, lists its tests and writes TARGET_folders.cmake beside it for CTest: the list TARGET_folders with
# each folder of src/ or tests/ that has tests ("platform.http.wire"), and for each a variable TARGET_filter_FOLDER with the
# value for --gtest_filter. One process runs a whole folder, because starting a process takes longer than most tests, and
# starts its servers once.

function(discover_folders target)
    set(listing ${CMAKE_CURRENT_BINARY_DIR}/${target}_folders.cmake)
    file(TOUCH ${listing}) # empty until the target is linked
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND ${CMAKE_COMMAND} -D program=$<TARGET_FILE:${target}> -D name=${target} -D listing=${listing}
            -D root=${CMAKE_SOURCE_DIR} -P ${CMAKE_SOURCE_DIR}/cmake/WriteFolders.cmake
        BYPRODUCTS ${listing}
        VERBATIM)
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${listing})
endfunction()
