#include "app/backup/repository/error_text.h"

#include <sstream>
#include <string_view>

namespace mindspace::app::backup {

std::string error_text(const std::string& output) {
    constexpr std::string_view kCode = "<Code>";  // of an error of S3, in the response that follows
    constexpr std::string_view kCodeEnd = "</Code>";
    std::istringstream lines(output);
    std::string words = "it said nothing";
    for (std::string line; std::getline(lines, line);) {
        if (line.empty()) continue;
        words = line;
        if (line.contains("ERROR:")) break;
    }
    const auto begin = output.find(kCode);
    const auto end = output.find(kCodeEnd, begin);
    if (begin != std::string::npos && end != std::string::npos)
        words += ' ' + output.substr(begin + kCode.size(), end - begin - kCode.size());
    return words;
}

}  // namespace mindspace::app::backup
