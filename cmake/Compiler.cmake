# How every C++ file of the project is compiled: language version, warnings, hardening and sanitizers.
# Build types: Release is shipped; Sanitize uses the sanitizers in MINDSPACE_SANITIZE, with assertions enabled, and the
# preset's CMAKE_CXX_FLAGS_SANITIZE.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_PCH_INSTANTIATE_TEMPLATES ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON) # for clang-tidy
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

if(NOT CMAKE_BUILD_TYPE)
    message(FATAL_ERROR "Choose a preset: cmake --preset release (CMakePresets.json lists all)")
endif()
# GCC 12 miscompiles co_await with an aggregate temporary, a braced argument or a capturing lambda.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
    message(FATAL_ERROR "Mind Space is built with clang 19 or newer; this is ${CMAKE_CXX_COMPILER}")
endif()

find_program(ccache ccache)
if(ccache)
    # ccache can cache objects that use a precompiled header only with these two settings.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${ccache})
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()

# Also for the C sources of others, which our warnings are not for.
add_library(mindspace_hardening INTERFACE)
target_compile_options(mindspace_hardening INTERFACE -fPIE $<$<CONFIG:Release>:-fstack-protector-strong>)
target_compile_definitions(mindspace_hardening INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
if(MINDSPACE_SANITIZE)
    target_compile_options(mindspace_hardening INTERFACE -fsanitize=${MINDSPACE_SANITIZE} -fno-sanitize-recover=all)
    # Checks of each access, a quarter of the build time: AddressSanitizer reports null pointers and what is outside an object,
    # and the processors that we build for accept any alignment.
    target_compile_options(mindspace_hardening INTERFACE -fno-sanitize=null,alignment,object-size)
    target_link_options(mindspace_hardening INTERFACE -fsanitize=${MINDSPACE_SANITIZE})
endif()

add_library(mindspace_compiler INTERFACE)
target_link_libraries(mindspace_compiler INTERFACE mindspace_hardening)
target_compile_options(mindspace_compiler INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
    -fdiagnostics-color=always)
# The release build keeps cheap runtime checks, because the server faces the network.
target_compile_definitions(mindspace_compiler INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(mindspace_compiler INTERFACE -fuse-ld=lld -pie -Wl,-z,relro,-z,now)
