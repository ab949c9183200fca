#pragma once
// Requests to the analytics endpoints.

#include "support/program/person.h"

#include "platform/base/time.h"

#include <string>
#include <string_view>

namespace mindspace::integration {

// GET /analytics/`what`, which may include a query.
inline Response get_analytics(Person& person, const std::string& what) {
    return person.client.get("/api/v1/analytics/" + what);
}

inline LocalDate date_of(std::string_view text) {
    return parse_date(text).value();
}

}  // namespace mindspace::integration
