#pragma once
// The metrics page of a process.

#include <cstdint>
#include <string>

namespace mindspace::integration {

std::string read_metrics(std::uint16_t management_port);
// The value of the first sample whose line begins so; -1 when there is none.
double metric(std::uint16_t management_port, const std::string& beginning);

}  // namespace mindspace::integration
