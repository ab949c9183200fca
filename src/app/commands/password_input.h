#pragma once
// Reads a password from standard input: a command's arguments are no place for it, because every process can read them.

#include <string>

namespace mindspace::app {

// Reads one line. At a terminal it prompts, and does not show the input. Throws StartupError (EX_NOINPUT) if there is
// no line.
std::string read_password();

}  // namespace mindspace::app
