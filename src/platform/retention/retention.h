#pragma once
// Removes data whose retention period has ended: services declare rules, and a job (job.h) applies them.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"
#include "platform/postgres/values/statement.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::retention {

struct Rule {
    std::string name;  // of the removed data, for metrics and log lines
    // Removes a portion of the data that was due at `now`; returns how much. Called again until it returns 0.
    std::function<Awaitable<std::int64_t>(postgres::Session&, Timestamp now)> remove;
};
using Rules = std::vector<Rule>;

// A rule for rows older than `max_age`. The statement deletes rows before $1, a timestamptz, and at most $2, a bigint.
Rule rows(std::string name, const postgres::Statement& statement, Seconds max_age);

}  // namespace mindspace::retention
