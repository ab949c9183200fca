#include "app/commands/doctor/subjects.h"
#include "app/commands/http_probe.h"
#include "app/commands/top/exposition.h"
#include "app/process/startup_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

namespace mindspace::app::doctor {

namespace {

// Files of a process that are no public connections: PostgreSQL, Redis, roles, logs.
constexpr std::int64_t kOtherFiles = 256;

std::optional<std::int64_t> metric_of(const std::vector<top::Sample>& samples, std::string_view name) {
    constexpr double kMax = 1e18;  // "no limit" is shown as more
    const auto found = std::ranges::find(samples, name, &top::Sample::name);
    if (found == samples.end() || std::isnan(found->value)) return std::nullopt;
    return static_cast<std::int64_t>(std::clamp(found->value, 0.0, kMax));
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
    const auto samples = top::parse_exposition(page.body);
    const auto open = metric_of(samples, "process_open_fds");
    const auto limit = metric_of(samples, "process_max_fds");
    if (page.status != 200 || !open || !limit)
        return checks.warning(
            "limits.open_files",
            fmt::format("the limits of the program are unknown: {} shows no metrics {}", url, page.failure),
            "run the doctor on the machine of the program, with its settings");
    check_open_files(*open, *limit, config.http.max_connections, checks);
}

}  // namespace mindspace::app::doctor
