# Embeds the pages of web/ into the program: writes the .cpp that defines mindspace::web_assets() (src/services/gateway/web_assets.h)
# and sets mindspace_web_assets_source to it.

find_program(node node REQUIRED)
set(web_packages_installed ${CMAKE_SOURCE_DIR}/web/node_modules/.package-lock.json)
if(NOT EXISTS ${web_packages_installed})
    message(FATAL_ERROR "Run `npm ci` in web/ first (./dev does)")
endif()

file(GLOB_RECURSE web_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/docs/*)
set(mindspace_web_assets_source ${CMAKE_BINARY_DIR}/generated/web_assets/web_assets.cpp)
add_custom_command(
    OUTPUT ${mindspace_web_assets_source}
    COMMAND ${node} ${CMAKE_SOURCE_DIR}/web/scripts/embed-assets.mjs ${CMAKE_BINARY_DIR}/generated/web_assets
    DEPENDS ${CMAKE_SOURCE_DIR}/web/scripts/embed-assets.mjs ${web_files} ${web_packages_installed}
    COMMENT "Compressing the web pages"
    VERBATIM)
