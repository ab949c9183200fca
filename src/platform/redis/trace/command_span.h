#pragma once
// The span of one command or script of Redis, if it is part of a recorded trace. One that is destroyed before its end()
// has failed.

#include "platform/redis/connection/resp.h"
#include "platform/redis/scripts/script.h"
#include "platform/telemetry/trace/active_span.h"

#include <string_view>

namespace mindspace::redis {

class CommandSpan {
public:
    // `executor` is that of the caller.
    CommandSpan(const asio::any_io_executor& executor, std::string_view command);
    CommandSpan(const asio::any_io_executor& executor, const Script& script);
    ~CommandSpan();
    CommandSpan(const CommandSpan&) = delete;
    CommandSpan& operator=(const CommandSpan&) = delete;

    void end() { span_.end(); }

private:
    telemetry::ChildSpan span_;
};

}  // namespace mindspace::redis
