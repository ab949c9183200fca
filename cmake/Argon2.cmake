# mindspace_argon2: the reference implementation of argon2, from the npm package that third_party/ pins. Its inner loop,
# fill_segment(), is compiled once for each instruction set; src/services/auth/passwords/argon2/variants.cpp defines the
# fill_segment() that chooses.

set(argon2_folder ${CMAKE_SOURCE_DIR}/third_party/node_modules/argon2/argon2)
if(NOT EXISTS ${argon2_folder}/src/core.c)
    message(FATAL_ERROR "The npm packages of third_party/ are not installed: run `npm ci` in third_party/ (./dev does)")
endif()

# The same compiler as for C++.
string(REPLACE "clang++" "clang" CMAKE_C_COMPILER "${CMAKE_CXX_COMPILER}")
set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
enable_language(C)

# The hash is what a login costs: it is optimized in every build.
set(argon2_options -O3 -w)
set(argon2_includes ${argon2_folder}/include ${argon2_folder}/src)

# A copy of the inner loop, as argon2_fill_segment_NAME().
function(add_argon2_variant name source)
    add_library(argon2_${name} OBJECT ${argon2_folder}/src/${source})
    target_compile_definitions(argon2_${name} PRIVATE fill_segment=argon2_fill_segment_${name})
    target_compile_options(argon2_${name} PRIVATE ${argon2_options} ${ARGN})
    target_include_directories(argon2_${name} PRIVATE ${argon2_includes})
    target_link_libraries(argon2_${name} PRIVATE mindspace_hardening)
    set_target_properties(argon2_${name} PROPERTIES UNITY_BUILD OFF)
    target_sources(mindspace_argon2 PRIVATE $<TARGET_OBJECTS:argon2_${name}>)
endfunction()

add_library(mindspace_argon2 STATIC
    ${argon2_folder}/src/argon2.c ${argon2_folder}/src/core.c ${argon2_folder}/src/encoding.c
    ${argon2_folder}/src/blake2/blake2b.c)
set_target_properties(mindspace_argon2 PROPERTIES UNITY_BUILD OFF)
target_compile_definitions(mindspace_argon2 PRIVATE ARGON2_NO_THREADS)
target_compile_options(mindspace_argon2 PRIVATE ${argon2_options})
target_include_directories(mindspace_argon2 PRIVATE ${argon2_includes})
target_link_libraries(mindspace_argon2 PRIVATE mindspace_hardening)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    add_argon2_variant(baseline opt.c)
    add_argon2_variant(avx2 opt.c -mavx2)
    add_argon2_variant(avx512 opt.c -mavx512f)
else()
    add_argon2_variant(baseline ref.c)
endif()

# include_argon2(FILE…): gives these sources its headers, and no others, as `core.h` could be anybody's.
function(include_argon2)
    list(TRANSFORM argon2_includes PREPEND -isystem OUTPUT_VARIABLE options)
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "${options}" SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
