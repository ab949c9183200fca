#pragma once
// What pgBackRest says about a failure, in one line for an operator.

#include <string>

namespace mindspace::app::backup {

// The line with the error, or else the last one; with the code of object storage that has refused a request.
std::string error_text(const std::string& output);

}  // namespace mindspace::app::backup
