#include "services/analytics/global/now.h"

#include "platform/base/result.h"
#include "services/meditation/client.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace mindspace::analytics {

namespace {

constexpr std::string_view kKey = "analytics:now";
constexpr std::string_view kTtlMilliseconds = "2000";

Now as_now(meditation::MeditatingNow counted, Timestamp now) {
    return Now{.meditating = counted.people, .groups_running = counted.groups, .connections = {}, .as_of = now};
}

// Four numbers separated by spaces.
std::optional<Now> parse(std::string_view text) {
    std::array<std::int64_t, 4> numbers{};
    const char* at = text.data();
    const char* end = at + text.size();
    for (auto& number : numbers) {
        if (at != end && *at == ' ') ++at;
        auto [rest, failure] = std::from_chars(at, end, number);
        if (failure != std::errc{}) return std::nullopt;
        at = rest;
    }
    if (at != end) return std::nullopt;
    return Now{.meditating = numbers[0],
               .groups_running = numbers[1],
               .connections = numbers[2],
               .as_of = Timestamp(Milliseconds(numbers[3]))};
}

}  // namespace

Awaitable<Now> count_now(postgres::Client& database, Timestamp now) {
    co_return as_now(co_await meditation::count_meditating(database, now), now);
}

Awaitable<Now> count_now(postgres::Session& session, Timestamp now) {
    co_return as_now(co_await meditation::count_meditating(session, now), now);
}

Awaitable<> LiveStatsCache::publish(Now now) {
    try {
        auto connections = co_await meditation::count_connections(redis_);
        auto text = fmt::format("{} {} {} {}", now.meditating, now.groups_running, connections,
                                now.as_of.time_since_epoch().count());
        co_await redis_.command({"SET", kKey, text, "PX", kTtlMilliseconds});
    } catch (const Unavailable&) {
        // Every node counts on its own.
    }
}

Awaitable<std::optional<Now>> LiveStatsCache::find() {
    try {
        auto reply = co_await redis_.command({"GET", kKey});
        if (reply.is_null()) co_return std::nullopt;
        co_return parse(reply.as_string());
    } catch (const Unavailable&) {
        co_return std::nullopt;
    }
}

}  // namespace mindspace::analytics
