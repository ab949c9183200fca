#include "platform/postgres/trace/request_span.h"

#include <algorithm>
#include <string>

namespace mindspace::postgres {

namespace {

// Until the end of the transaction, which may include requests of other callers: so it is set back.
constexpr Statement kSetTrace{"set_trace", "SELECT set_config('mindspace.traceparent', $1, true)"};

// https://opentelemetry.io/docs/specs/semconv/database/postgresql/. The names of the statements stand for their text.
std::string summarize(const Queries& queries) {
    std::string names;
    for (const auto& query : queries) names += (names.empty() ? "" : " ") + std::string(query.statement->name);
    return names;
}

bool only_reads(const Queries& queries) {
    return std::ranges::all_of(queries, [](const Query& query) { return query.statement->reads(); });
}

}  // namespace

RequestSpan::RequestSpan(const asio::any_io_executor& executor, Queries& queries)
    : span_(telemetry::ChildSpan::start(executor, telemetry::SpanKind::client)) {
    if (!span_) return;
    span_->name = summarize(queries);
    span_->attributes = {{"db.system.name", "postgresql"}, {"db.query.summary", span_->name}};
    if (queries.size() > 1)
        span_->attributes.emplace_back("db.operation.batch.size", static_cast<std::int64_t>(queries.size()));
    if (only_reads(queries)) return;
    queries.insert(queries.begin(), postgres::bind(kSetTrace, telemetry::to_traceparent(span_.context())));
    queries.push_back(postgres::bind(kSetTrace, ""));
    is_enclosed_ = true;
}

void RequestSpan::end(const std::exception_ptr& fault, Results& results) {
    span_.end(fault);
    if (!is_enclosed_ || fault) return;
    results.erase(results.begin());
    results.pop_back();
}

}  // namespace mindspace::postgres
