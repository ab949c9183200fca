#pragma once
// A look behind the program, into its database: for what the API does not show, and for time that has to pass.

#include "support/program/program.h"

#include <string>
#include <vector>

namespace mindspace::integration {

using TextRow = std::vector<std::string>;  // "" for NULL

// Runs one statement; its rows. Throws when it fails.
std::vector<TextRow> query(const std::string& conninfo, const std::string& sql);
// In the database of the program.
std::vector<TextRow> query(const Program& program, const std::string& sql);

// The actions of the user's audit log, in the order of time.
std::vector<std::string> audit_of(const Program& program, const std::string& user);

}  // namespace mindspace::integration
