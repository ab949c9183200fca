#include "app/commands/doctor/subjects.h"
#include "app/commands/http_probe.h"
#include "app/process/startup_error.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace mindspace::app::doctor {

namespace {

// Files of a process that are no public connections: PostgreSQL, Redis, roles, logs.
constexpr std::int64_t kOtherFiles = 256;

// The value of a metric without labels.
std::optional<std::int64_t> metric_of(std::string_view page, std::string_view name) {
    const auto line = page.find(fmt::format("\n{} ", name));
    if (line == std::string_view::npos) return std::nullopt;
    const auto text = page.substr(line + name.size() + 2);
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

}  // namespace

void check_open_files(std::int64_t open, std::int64_t limit, std::uint32_t max_connections, Checks& checks) {
    const auto needed = max_connections + kOtherFiles;
    const auto advice =
        fmt::format("set LimitNOFILE of its unit (ulimit -n) to at least {}, or lower http.max_connections", needed);
    if (limit < needed)
        checks.fault(
            "limits.open_files",
            fmt::format("the program may open {} files, too few for http.max_connections = {}", limit, max_connections),
            advice);
    else if (open > limit / 10 * 8)
        checks.warning("limits.open_files", fmt::format("the program has {} of at most {} files open", open, limit),
                       "raise LimitNOFILE of its unit, or add a node");
    else
        checks.ok("limits.open_files", fmt::format("the program has {} of at most {} files open", open, limit));
}

void check_limits(const Config& config, Checks& checks) {
    std::string url;
    try {
        url = management_url(config.management);
    } catch (const StartupError& unknown) {
        return checks.warning("limits.open_files", "the limits of the program are unknown", unknown.what());
    }
    const auto page = http_get(url + "/metrics");
    const auto open = metric_of(page.body, "process_open_fds");
    const auto limit = metric_of(page.body, "process_max_fds");
    if (page.status != 200 || !open || !limit)
        return checks.warning(
            "limits.open_files",
            fmt::format("the limits of the program are unknown: {} shows no metrics {}", url, page.failure),
            "run the doctor on the machine of the program, with its settings");
    check_open_files(*open, *limit, config.http.max_connections, checks);
}

}  // namespace mindspace::app::doctor
