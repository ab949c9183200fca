#pragma once
// A group as an entry for calendar applications (RFC 5545, published as in RFC 5546 section 3.2.1). An application that
// reads it again replaces its entry with one of a higher SEQUENCE, and removes a cancelled group.

#include "services/meditation/groups/types.h"

#include <optional>
#include <string>
#include <string_view>

namespace mindspace::meditation {

inline constexpr std::string_view kCalendarType = "text/calendar; charset=utf-8; method=PUBLISH";

// Nothing (nullopt) while the group has no time: it has not started, and no start is scheduled.
std::optional<std::string> calendar_of(const Group& group);

}  // namespace mindspace::meditation
