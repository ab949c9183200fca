#include "platform/redis/trace/command_span.h"

#include <string>

namespace mindspace::redis {

// https://opentelemetry.io/docs/specs/semconv/database/redis/
CommandSpan::CommandSpan(const asio::any_io_executor& executor, std::string_view command)
    : span_(telemetry::ChildSpan::start(executor, telemetry::SpanKind::client)) {
    if (!span_) return;
    span_->name = command;
    span_->attributes = {{"db.system.name", "redis"}, {"db.operation.name", std::string(command)}};
}

CommandSpan::CommandSpan(const asio::any_io_executor& executor, const Script& script)
    : CommandSpan(executor, "EVALSHA") {
    if (!span_) return;
    span_->name += ' ' + script.name;
    span_->attributes.emplace_back("db.stored_procedure.name", script.name);
}

CommandSpan::~CommandSpan() {
    span_.end("_OTHER");
}

}  // namespace mindspace::redis
