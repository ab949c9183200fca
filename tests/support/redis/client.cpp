#include "support/redis/client.h"

#include <algorithm>

namespace mindspace::redis {

Awaitable<> record(Client& client, Words words, Outcome& outcome) {
    try {
        Value reply = co_await send(client, std::move(words));
        if (reply.kind() == Value::Kind::string) outcome.reply = std::move(reply).as_string();
    } catch (const Unavailable& fault) {
        outcome.is_unavailable = true;
        outcome.reply = fault.what();
    }
    outcome.is_done = true;
}

std::size_t count_unavailable(const std::vector<Outcome>& outcomes) {
    return static_cast<std::size_t>(std::ranges::count(outcomes, true, &Outcome::is_unavailable));
}

}  // namespace mindspace::redis
