#pragma once
// Dates from text, for tests.

#include "platform/base/time.h"

#include <string_view>

namespace mindspace::analytics {

inline LocalDate date(std::string_view text) {
    return parse_date(text).value();
}

}  // namespace mindspace::analytics
