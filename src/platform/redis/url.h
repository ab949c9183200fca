#pragma once
// Where Redis is, as people write it.

#include "platform/base/result.h"
#include "platform/redis/options.h"

#include <string_view>

namespace mindspace::redis {

// redis://[[user]:password@]host[:port], or the path of a Unix socket (unix:///path or /path). Error: invalid.
Result<ClientOptions> parse_url(std::string_view url);

}  // namespace mindspace::redis
