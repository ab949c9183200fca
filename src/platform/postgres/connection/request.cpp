#include "platform/postgres/connection/request.h"

#include "platform/postgres/values/errors.h"

#include <libpq-fe.h>

#include <algorithm>

namespace mindspace::postgres {

bool Request::send(PGconn* connection, PreparedStatements& prepared) {
    if (!prepared.is_enabled()) return send_unprepared(connection);
    // Preparations are sent first, so that a failing statement does not skip the preparation of a later one.
    boost::container::small_vector<const Query*, 1> unknown;
    for (const Query& query : queries_)
        if (!prepared.contains(query)) unknown.push_back(&query);
    ++attempts_;
    for (const Query* query : unknown) {
        if (prepared.contains(*query)) continue;  // twice in this unit
        if (!send_prepare(connection, *query)) return false;
        prepared.add(*query);
        preparing_.push_back(query->statement);
    }
    for (const Query& query : queries_)
        if (!send_execute(connection, query)) return false;
    return true;
}

bool Request::send_unprepared(PGconn* connection) {
    ++attempts_;
    return std::ranges::all_of(queries_,
                               [&](const Query& query) { return postgres::send_unprepared(connection, query); });
}

bool Request::is_read() const {
    return queries_.size() == 1 && queries_.front().statement->reads();
}

void Request::handle_reply(Rows reply, PreparedStatements& prepared) {
    std::size_t index = replies_++;
    auto status = PQresultStatus(reply.native());
    bool is_success = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
    bool is_preparation = index < preparing_.size();
    if (is_preparation && !is_success) prepared.forget(preparing_[index]);
    if (is_success && !is_preparation) results_.push_back(std::move(reply));
    // Only the first failure counts: after it the server skips the rest. It may also come last, from the commit itself.
    if (status != PGRES_FATAL_ERROR || fault_) return;
    auto sqlstate = sqlstate_of(reply.native());
    fault_ = make_fault(reply.native());
    may_retry_ = is_retryable(sqlstate);
    needs_other_server_ = is_wrong_server(sqlstate);
}

bool Request::prepare_retry() {
    if (!may_retry_) return false;
    if (attempts_ == kAttempts) {
        fault_ = std::make_exception_ptr(Unavailable("postgres: too many serialization failures"));
        return false;
    }
    fault_ = nullptr;
    may_retry_ = false;
    isolate();
    return true;
}

void Request::isolate() {
    is_isolated_ = true;
    clear_replies();
}

void Request::clear_replies() {
    preparing_.clear();
    results_.clear();
    replies_ = 0;
}

}  // namespace mindspace::postgres
