#include "platform/leases/holder.h"

#include "platform/async/as_tuple.h"
#include "platform/base/bytes.h"
#include "platform/base/result.h"
#include "platform/leases/ending.h"
#include "platform/redis/connection/client.h"
#include "platform/telemetry/log/log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

namespace mindspace::leases {

namespace {

using std::chrono::steady_clock;

const redis::Script& beat_script() {
    static const redis::Script kScript = redis::Script::make("beat",
#include "platform/leases/beat.lua.inc"
    );
    return kScript;
}

// Cuts the text up to the next space off.
std::string_view take_word(std::string_view& text) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

}  // namespace

Holder::Holder(asio::io_context& loop, redis::Client& redis, redis::Subscriber& subscriber, Handlers handlers)
    : redis_(redis),
      subscriber_(subscriber),
      handlers_(std::move(handlers)),
      id_(base64url_encode(random_bytes<9>())),
      pause_(loop),
      tasks_(loop) {}

void Holder::start() {
    subscription_ =
        subscriber_.subscribe(std::string(kChannel), [this](std::string_view payload) { receive(payload); });
    tasks_.spawn(run());
}

void Holder::stop() {
    tasks_.cancel();
    subscription_ = {};
}

Awaitable<> Holder::run() {
    while (true) {
        must_report_ = false;
        try {
            co_await beat();
        } catch (const Unavailable&) {  // leases end by themselves
        } catch (const redis::CommandError& fault) {
            log::warn("Redis refuses leases", {{"error.message", fault.what()}});
        }
        if (must_report_) continue;
        pause_.expires_after(kBeatInterval);
        co_await pause_.async_wait(kTuple);
    }
}

// The order matters: an end of leases that is executed before the registration is published before the confirmation.
Awaitable<> Holder::beat() {
    const auto sent_at = steady_clock::now();
    auto registration = co_await register_core();
    co_await subscriber_.confirmed(std::string(kChannel));
    if (!membership_.complete_beat(std::move(registration), sent_at)) handlers_.end_all();
}

Awaitable<Registration> Holder::register_core() {
    const auto heard = membership_.heard();
    const auto number = std::to_string(heard.number);
    const std::array keys{kRegistry};
    const std::array<std::string_view, 3> arguments{id_, heard.registry, number};
    auto reply = co_await redis_.run(beat_script(), keys, arguments);
    co_return Registration{.registry = reply.at(0).as_string(),
                           .ended = static_cast<std::uint64_t>(reply.at(1).as_integer()),
                           .cores = static_cast<unsigned>(reply.at(2).as_integer()),
                           .is_new = reply.at(3).as_integer() == 1,
                           .age = Milliseconds(reply.at(4).as_integer())};
}

// "<registry> <number> <subject>". The writer waits for the report.
void Holder::receive(std::string_view payload) {
    Heard heard{.registry = std::string(take_word(payload))};
    const auto number = take_word(payload);
    std::from_chars(number.data(), number.data() + number.size(), heard.number);
    if (membership_.hear(std::move(heard)))
        handlers_.end(payload);
    else
        handlers_.end_all();
    must_report_ = true;
    pause_.cancel();
}

}  // namespace mindspace::leases
