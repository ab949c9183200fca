# Embeds the Redis scripts into the program. For src/FOLDER/NAME.lua it writes, below generated/lua, FOLDER/NAME.lua as sent
# to Redis, and FOLDER/NAME.lua.inc, the same as a string literal to #include. A script that begins with
# "-- after OTHER.lua" is prefixed with that script from its folder.

set(mindspace_lua_folder ${CMAKE_BINARY_DIR}/generated/lua)
file(GLOB_RECURSE lua_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/src/*.lua)
foreach(lua_file IN LISTS lua_files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${lua_file})
    file(READ ${CMAKE_SOURCE_DIR}/src/${lua_file} lua_text)
    if(lua_text MATCHES "^-- after ([a-z_]+\\.lua)\n")
        cmake_path(GET lua_file PARENT_PATH lua_folder)
        file(READ ${CMAKE_SOURCE_DIR}/src/${lua_folder}/${CMAKE_MATCH_1} lua_before)
        string(PREPEND lua_text "${lua_before}\n")
    endif()
    file(CONFIGURE OUTPUT ${mindspace_lua_folder}/${lua_file} CONTENT "${lua_text}" @ONLY)
    file(CONFIGURE OUTPUT ${mindspace_lua_folder}/${lua_file}.inc CONTENT "R\"lua(${lua_text})lua\"" @ONLY)
endforeach()
