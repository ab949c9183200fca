#pragma once
// A password from standard input: it has no place among the words of a command, which every process can read.

#include <string>

namespace mindspace::app {

// One line. At a terminal it is asked for, and not shown. StartupError (EX_NOINPUT) when there is none.
std::string read_password();

}  // namespace mindspace::app
