#include "support/redis/calls.h"

#include <string_view>
#include <utility>

namespace mindspace::redis {

Awaitable<Value> send(Client& client, Words words) {
    std::vector<std::string_view> args(words.begin(), words.end());
    Awaitable<Value> reply = client.command(std::move(args));
    co_return co_await std::move(reply);
}

Awaitable<Value> run_script(Client& client, const Script& script, Words keys, Words args) {
    std::vector<std::string_view> key_views(keys.begin(), keys.end());
    std::vector<std::string_view> arg_views(args.begin(), args.end());
    Awaitable<Value> reply = client.run(script, key_views, arg_views);
    co_return co_await std::move(reply);
}

}  // namespace mindspace::redis
