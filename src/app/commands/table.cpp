#include "app/commands/table.h"

#include "platform/base/text/utf8.h"

#include <algorithm>

namespace mindspace::app {

void write_table(std::ostream& out, std::vector<TableRow> rows) {
    std::vector<std::size_t> widths;
    for (auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            // Text from users must not control an operator's terminal.
            std::ranges::replace_if(
                row[i], [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
            widths[i] = std::max(widths[i], count_code_points(row[i]));
        }
    }
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            out << row[i];
            if (i + 1 < row.size()) out << std::string(widths[i] + 2 - count_code_points(row[i]), ' ');
        }
        out << '\n';
    }
}

}  // namespace mindspace::app
