#pragma once
// A group as an entry for calendar applications (RFC 5545, published as RFC 5546 section 3.2.1 has it). An application
// that reads it again takes the entry with the higher SEQUENCE, and a cancelled group out of the day.

#include "services/meditation/groups/types.h"

#include <optional>
#include <string>
#include <string_view>

namespace mindspace::meditation {

inline constexpr std::string_view kCalendarType = "text/calendar; charset=utf-8; method=PUBLISH";

// Nothing while the group has no time: it has not started, and is not to start by itself.
std::optional<std::string> calendar_of(const Group& group);

}  // namespace mindspace::meditation
