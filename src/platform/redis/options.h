#pragma once
// Where Redis is and how long to wait for it.

#include "platform/base/time.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace mindspace::redis {

struct ClientOptions {
    std::string socket_path;  // of a Unix socket; if empty, host and port count
    std::string host = "127.0.0.1";
    std::uint16_t port = 6379;
    std::string username;  // if empty, the user "default"
    std::string password;  // if empty, no AUTH
    Milliseconds connect_timeout{1000};
    Milliseconds command_timeout{1000};  // a Redis that leaves a command unanswered so long is given up
    std::size_t max_pending = 10'000;    // commands without a reply; the next one fails
};

}  // namespace mindspace::redis
