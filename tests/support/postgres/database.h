#pragma once
// Direct access to the program's database: for state that the API does not show, and to simulate passing time.

#include "support/program/program.h"

#include <string>
#include <vector>

namespace mindspace::integration {

using TextRow = std::vector<std::string>;  // "" for NULL

// Runs one statement and returns its rows. Throws if it fails.
std::vector<TextRow> query(const std::string& conninfo, const std::string& sql);
// In the database of the program.
std::vector<TextRow> query(const Program& program, const std::string& sql);

// The actions in the user's audit log, oldest first.
std::vector<std::string> audit_of(const Program& program, const std::string& user);

}  // namespace mindspace::integration
