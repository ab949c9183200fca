# The libraries of the program, all from Debian 12 but argon2 (docs/dependencies.md gives the reasons). `dev` installs the
# packages.

set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS json url)
find_package(CLI11 REQUIRED)
find_package(CURL REQUIRED)
find_package(date REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(Threads REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(brotli REQUIRED IMPORTED_TARGET libbrotlienc)
pkg_check_modules(libidn2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq>=15)
pkg_check_modules(librabbitmq REQUIRED IMPORTED_TARGET librabbitmq>=0.11)
pkg_check_modules(librdkafka REQUIRED IMPORTED_TARGET rdkafka>=2.0)
pkg_check_modules(libsystemd REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(libsodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)

include(Argon2)

add_library(mindspace_dependencies INTERFACE)
target_link_libraries(mindspace_dependencies INTERFACE
    Boost::json Boost::url
    CLI11::CLI11
    CURL::libcurl
    OpenSSL::SSL OpenSSL::Crypto
    PkgConfig::brotli PkgConfig::libidn2 PkgConfig::libpq PkgConfig::librabbitmq PkgConfig::librdkafka
    PkgConfig::libsodium PkgConfig::libsystemd PkgConfig::utf8proc
    Threads::Threads
    ZLIB::ZLIB
    date::date-tz
    fmt::fmt
    mindspace_argon2
    spdlog::spdlog
    tomlplusplus::tomlplusplus)
target_compile_definitions(mindspace_dependencies INTERFACE
    # Compiled once, in src/platform/base/boost_sources.cpp.
    BOOST_ASIO_SEPARATE_COMPILATION
    BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED
    BOOST_ALL_NO_LIB)
