#pragma once
// The span of one request to PostgreSQL, if it is part of a recorded trace. Small, because it is a member of the
// handler of every request, and nearly all of them are not.

#include "platform/postgres/connection/request.h"
#include "platform/telemetry/trace/active_span.h"

namespace mindspace::postgres {

class RequestSpan {
public:
    // `executor` is that of the caller. Encloses the statements of a write between two others, so that rows that it
    // writes carry its trace: columns with the default current_setting('mindspace.traceparent').
    RequestSpan(const asio::any_io_executor& executor, Queries& queries);
    // Leaves the results of the caller's own statements.
    void end(const std::exception_ptr& fault, Results& results);

private:
    telemetry::ChildSpan span_;
    bool is_enclosed_ = false;
};

}  // namespace mindspace::postgres
