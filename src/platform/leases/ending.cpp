#include "platform/leases/ending.h"

#include "platform/async/sleep.h"
#include "platform/base/result.h"
#include "platform/redis/connection/client.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace mindspace::leases {

namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr microseconds kFirstPause{250};  // about the time that a core needs
constexpr microseconds kLastPause{16'000};
constexpr Milliseconds kRetryPause{50};

const redis::Script& end_script() {
    static const redis::Script kScript = redis::Script::make("end_leases",
#include "platform/leases/end.lua.inc"
    );
    return kScript;
}

const redis::Script& behind_script() {
    static const redis::Script kScript = redis::Script::make("leases_behind",
#include "platform/leases/behind.lua.inc"
    );
    return kScript;
}

struct Published {
    std::string registry;
    std::string number;
    Ending ending;
};

Awaitable<std::optional<Published>> publish(redis::Client& redis, std::string subject) {
    const std::array keys{kRegistry, kChannel};
    const std::array<std::string_view, 1> arguments{subject};
    try {
        auto reply = co_await redis.run(end_script(), keys, arguments);
        co_return Published{.registry = reply.at(0).as_string(),
                            .number = std::to_string(reply.at(1).as_integer()),
                            .ending = {steady_clock::now(), Milliseconds(reply.at(2).as_integer())}};
    } catch (const Unavailable&) {
        co_return std::nullopt;
    }
}

// How many cores have not heard of the end; -1: unknown.
Awaitable<std::int64_t> count_behind(redis::Client& redis, std::string registry, std::string number) {
    const std::array keys{kRegistry};
    const std::array<std::string_view, 2> arguments{registry, number};
    try {
        auto reply = co_await redis.run(behind_script(), keys, arguments);
        co_return reply.as_integer();
    } catch (const Unavailable&) {
        co_return -1;
    }
}

}  // namespace

Awaitable<> end_leases(redis::Client& redis, std::string subject) {
    auto published = co_await publish(redis, subject);
    const auto give_up_at = steady_clock::now() + kLease;  // after a first attempt that may have taken long
    while (!published && steady_clock::now() < give_up_at) {
        co_await sleep_for(kRetryPause);
        published = co_await publish(redis, subject);
    }
    if (!published) co_return;
    auto& ending = published->ending;
    steady_clock::duration pause = kFirstPause;
    while (!ending.is_complete(steady_clock::now())) {
        const auto left = ending.deadline() - steady_clock::now();
        co_await sleep_for(ending.must_wait() ? left : std::min(left, pause));
        pause = std::min<steady_clock::duration>(2 * pause, kLastPause);
        if (ending.must_wait()) continue;
        const auto behind = co_await count_behind(redis, published->registry, published->number);
        ending.set_behind(behind);
    }
}

}  // namespace mindspace::leases
