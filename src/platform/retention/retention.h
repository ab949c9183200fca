#pragma once
// What has served its time is removed: services declare rules, and a job (job.h) carries them out.

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
    std::string name;  // of what is removed, for metrics and log lines
    // Removes a portion of what was due at that time; returns how much. Called again until that is nothing.
    std::function<Awaitable<std::int64_t>(postgres::Session&, Timestamp now)> remove;
};
using Rules = std::vector<Rule>;

// Rows that are older than `kept`. The statement deletes those before $1, a timestamptz, and at most $2, a bigint.
Rule rows(std::string name, const postgres::Statement& statement, Seconds kept);

}  // namespace mindspace::retention
