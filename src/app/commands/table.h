#pragma once
// Tables for a terminal: columns as wide as their widest text, with headings.

#include <ostream>
#include <string>
#include <vector>

namespace mindspace::app {

using TableRow = std::vector<std::string>;

// The first row has the headings. Control characters in a text are shown as "?".
void write_table(std::ostream& out, std::vector<TableRow> rows);

}  // namespace mindspace::app
