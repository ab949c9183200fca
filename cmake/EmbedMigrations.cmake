# Embeds db/migrations/NNNN_name.sql into the program: writes the .cpp that defines mindspace::db::migrations()
# (src/app/migrations.h) and sets mindspace_migrations_source to it. Fails on a wrong name, a gap or a duplicate number.

file(GLOB migration_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/db/migrations/*.sql)
list(SORT migration_files)

set(migration_rows "")
set(expected_version 1)
foreach(migration_file IN LISTS migration_files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${migration_file})
    cmake_path(GET migration_file STEM migration_stem)
    if(NOT migration_stem MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)$")
        message(FATAL_ERROR "${migration_file}: a migration must be named NNNN_snake_case.sql")
    endif()
    set(migration_name ${CMAKE_MATCH_2})
    math(EXPR migration_version "1${CMAKE_MATCH_1} - 10000") # the leading 1 keeps 0008 from being read as octal
    if(NOT migration_version EQUAL expected_version)
        message(FATAL_ERROR "${migration_file}: expected migration number ${expected_version}")
    endif()
    math(EXPR expected_version "${expected_version} + 1")
    file(READ ${migration_file} migration_sql)
    if(migration_sql MATCHES "\\)migration\"")
        message(FATAL_ERROR "${migration_file}: contains the delimiter )migration\"")
    endif()
    string(APPEND migration_rows
        "    {.version = ${migration_version}, .name = \"${migration_name}\", .sql = R\"migration(${migration_sql})migration\"},\n")
endforeach()

set(mindspace_migrations_source ${CMAKE_BINARY_DIR}/generated/migrations.cpp)
configure_file(${CMAKE_SOURCE_DIR}/cmake/migrations.cpp.in ${mindspace_migrations_source} @ONLY)
set_source_files_properties(${mindspace_migrations_source} PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
