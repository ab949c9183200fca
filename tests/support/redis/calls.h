#pragma once
// For tests: calls of a client that own what the client only borrows.

#include "platform/async/awaitable.h"
#include "platform/redis/connection/client.h"

#include <string>
#include <vector>

namespace mindspace::redis {

using Words = std::vector<std::string>;

// As Client::command and Client::run; the client must live until the reply is there, the script for ever.
Awaitable<Value> send(Client& client, Words words);
Awaitable<Value> run_script(Client& client, const Script& script, Words keys, Words args);

}  // namespace mindspace::redis
