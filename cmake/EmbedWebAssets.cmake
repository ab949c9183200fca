# Embeds web/ into the program, the client built by Vite among it: writes the .cpp that defines mindspace::web_assets()
# (src/services/gateway/web_assets.h) and sets mindspace_web_assets_source to it.

find_program(node node REQUIRED)
find_program(flock flock REQUIRED)
set(web_packages_installed ${CMAKE_SOURCE_DIR}/web/node_modules/.package-lock.json)
if(NOT EXISTS ${web_packages_installed})
    message(FATAL_ERROR "The npm packages of web/ are not installed: run `npm ci` in web/ (./dev does)")
endif()

# What the client is made of. It is compiled once for all build trees.
file(GLOB_RECURSE client_files CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/web/src/* ${CMAKE_SOURCE_DIR}/web/public/* ${CMAKE_SOURCE_DIR}/clients/typescript/src/*)
file(GLOB client_settings CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/web/index.html ${CMAKE_SOURCE_DIR}/web/*.json ${CMAKE_SOURCE_DIR}/web/*.mjs
    ${CMAKE_SOURCE_DIR}/web/*.ts ${CMAKE_SOURCE_DIR}/web/scripts/*.mjs ${CMAKE_SOURCE_DIR}/clients/typescript/package.json)
list(APPEND client_files ${client_settings})
list(FILTER client_files EXCLUDE REGEX "\\.test\\.(tsx?|mjs)$")
list(JOIN client_files "\n" client_listing)
set(mindspace_web_assets_folder ${CMAKE_BINARY_DIR}/generated/web_assets)
file(CONFIGURE OUTPUT ${mindspace_web_assets_folder}/client_files CONTENT "${client_listing}\n" @ONLY)

file(GLOB_RECURSE docs_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/docs/*)
set(web_scripts ${CMAKE_SOURCE_DIR}/web/scripts)
set(mindspace_web_assets_source ${mindspace_web_assets_folder}/web_assets.cpp)
add_custom_command(
    OUTPUT ${mindspace_web_assets_source}
    COMMAND ${flock} ${web_packages_installed} ${node} ${web_scripts}/build-client.mjs ${mindspace_web_assets_folder}/client_files
    COMMAND ${flock} ${web_packages_installed} ${node} ${web_scripts}/embed-assets.mjs ${mindspace_web_assets_folder}
    DEPENDS ${web_scripts}/build-client.mjs ${web_scripts}/embed-assets.mjs ${client_files} ${docs_files}
        ${mindspace_web_assets_folder}/client_files ${web_packages_installed}
    COMMENT "Building the web client and compressing the web pages"
    VERBATIM)
