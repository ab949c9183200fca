#include "services/auth/admission/login_leases.h"

#include "platform/async/sleep.h"
#include "platform/telemetry/log/log.h"

#include <chrono>
#include <exception>

namespace mindspace::auth {

namespace {

using std::chrono::steady_clock;

constexpr Milliseconds kWatchInterval{250};
constexpr std::size_t kMaxReports = 1000;  // of calls, at a time

void warn_of_lost_report(const std::exception& fault) {
    log::warn("calls are not counted", {{"error.message", fault.what()}});
}

}  // namespace

LoginLeases::LoginLeases(asio::io_context& loop, const Backends& backends, std::size_t capacity)
    : limiter_(backends.limiter),
      logins_(capacity),
      quotas_(capacity),
      holder_(loop, backends.redis, backends.subscriber,
              {.end =
                   [this](std::string_view subject) {
                       if (const auto user = UserId::parse(subject)) logins_.end(*user);
                   },
               .end_all = [this] { logins_.end_all(); }}),
      tasks_(loop, {.limit = kMaxReports, .on_task_failed = &warn_of_lost_report}) {}

void LoginLeases::start() {
    stats_.is_silent.set(1);  // until the first beat
    holder_.start();
    tasks_.spawn(watch());
}

void LoginLeases::stop() {
    holder_.stop();
    tasks_.cancel();
}

std::optional<LoginLeases::Admitted> LoginLeases::admit(UserId user, AuthSessionId session,
                                                        const limits::Policy* policy, TimePoint now) {
    auto admitted = find(user, session, policy, now);
    stats_.logins.count(admitted.has_value());
    return admitted;
}

std::optional<LoginLeases::Admitted> LoginLeases::find(UserId user, AuthSessionId session, const limits::Policy* policy,
                                                       TimePoint now) {
    if (!is_fresh(now)) return std::nullopt;
    const auto* login = logins_.find(user, now);
    if (login == nullptr || login->session != session) return std::nullopt;
    if (policy == nullptr) return Admitted{.user_version = login->user_version};
    const auto shares = holder_.membership().shares(now);
    if (!shares) return std::nullopt;
    const auto decision = quotas_.take(user, *policy, *shares, now);
    if (!decision) return std::nullopt;
    return Admitted{.user_version = login->user_version, .decision = *decision};
}

Awaitable<> LoginLeases::watch() {
    while (true) {
        co_await sleep_for(kWatchInterval);
        const auto now = steady_clock::now();
        report_silence(!is_fresh(now));
        stats_.logins.entries.set(static_cast<std::int64_t>(logins_.size()));
        for (const auto& due : quotas_.settle_due(now, tasks_.free_slots()))
            tasks_.spawn(SessionRegistry::count(limiter_, due.user, *due.policy, due.calls));
    }
}

void LoginLeases::report_silence(bool is_silent) {
    if (is_silent == (stats_.is_silent.value() == 1)) return;
    stats_.is_silent.set(is_silent ? 1 : 0);
    if (is_silent)
        log::warn("a channel of changes is silent: Redis is asked for each request",
                  {{"event.action", "leases_ended"}});
    else
        log::info("the channels of changes are intact: leases are used", {{"event.action", "leases_used"}});
}

}  // namespace mindspace::auth
