#pragma once
// Lists on a terminal: columns as wide as their widest text, under their names.

#include <ostream>
#include <string>
#include <vector>

namespace mindspace::app {

using TableRow = std::vector<std::string>;

// The first row holds the names. Controls in a text are shown as "?".
void write_table(std::ostream& out, std::vector<TableRow> rows);

}  // namespace mindspace::app
