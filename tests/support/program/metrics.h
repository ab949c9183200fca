#pragma once
// Reads the metrics page of a process.

#include <cstdint>
#include <string>
#include <string_view>

namespace mindspace::integration {

// In the format for a scraper with that Accept field.
std::string read_metrics(std::uint16_t management_port, std::string_view accept = "*/*");
// The value of the first sample whose line starts with `beginning`; -1 if there is none.
double metric(std::uint16_t management_port, const std::string& beginning);

}  // namespace mindspace::integration
