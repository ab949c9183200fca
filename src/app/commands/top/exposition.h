#pragma once
// The text format of metrics (Prometheus 0.0.4; exemplars and timestamps of OpenMetrics are skipped), as read from a
// page of a running program. Lines that are no samples are ignored.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mindspace::app::top {

struct Sample {
    std::string name;
    std::vector<std::pair<std::string, std::string>> labels{};
    double value = 0;

    // The value of a label; empty without it.
    [[nodiscard]] std::string_view label(std::string_view label_name) const;
};

std::vector<Sample> parse_exposition(std::string_view page);

// A number of that format, such as 1e3, +Inf or NaN. Returns false for anything else.
bool parse_number(std::string_view text, double& number);

}  // namespace mindspace::app::top
