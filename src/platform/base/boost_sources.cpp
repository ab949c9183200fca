// Asio and Beast are header-only unless BOOST_ASIO_SEPARATE_COMPILATION and BOOST_BEAST_SEPARATE_COMPILATION are set
// (cmake/Dependencies.cmake). Then this one file contains their definitions instead of every file that uses them.

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
