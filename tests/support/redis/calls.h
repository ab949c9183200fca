#pragma once
// For tests: client calls that own their arguments, which the client only borrows.

#include "platform/async/awaitable.h"
#include "platform/redis/connection/client.h"

#include <string>
#include <vector>

namespace mindspace::redis {

using Words = std::vector<std::string>;

// Like Client::command and Client::run. The client must outlive the reply, the script everything.
Awaitable<Value> send(Client& client, Words words);
Awaitable<Value> run_script(Client& client, const Script& script, Words keys, Words args);

}  // namespace mindspace::redis
