#include "platform/postgres/connection/unit.h"

#include <libpq-fe.h>

#include <utility>

namespace mindspace::postgres {

namespace {

bool send_command(PGconn* connection, const char* command) {
    return PQsendQueryParams(connection, command, 0, nullptr, nullptr, nullptr, nullptr, 0) == 1;
}

}  // namespace

bool Unit::accepts(const Request& request) const {
    if (requests_.empty()) return true;
    const auto& first = *requests_.front();
    return requests_.size() < kMaxRequests && !first.is_isolated() && !request.is_isolated() &&
           first.is_read() == request.is_read();
}

bool Unit::send(std::unique_ptr<Request>& request, pg_conn* connection, PreparedStatements& prepared) {
    if (transaction_mode_ == TransactionMode::begin_and_commit && !is_open_ && !request->is_read()) {
        is_open_ = true;
        if (!send_command(connection, "BEGIN")) return false;
    }
    if (requests_.empty()) queued_at_ = request->queued_at;
    bool is_sent = request->send(connection, prepared);
    requests_.push_back(std::move(request));
    return is_sent;
}

bool Unit::close(pg_conn* connection) const {
    return !is_open_ || send_command(connection, "COMMIT");
}

bool Unit::send_rollback(pg_conn* connection) {
    return send_command(connection, "ROLLBACK");
}

void Unit::handle_reply(Rows reply, PreparedStatements& prepared) {
    if (requests_.empty() || (is_open_ && !std::exchange(is_begin_acknowledged_, true))) return;
    // A reply after the last request's is that of the commit itself: a failure of it is also reported to the last
    // request.
    while (replying_ + 1 < requests_.size() && requests_[replying_]->has_all_replies()) ++replying_;
    if (requests_[replying_]->has_all_replies() && PQresultStatus(reply.native()) == PGRES_COMMAND_OK) return;
    requests_[replying_]->handle_reply(std::move(reply), prepared);
    has_failed_ = has_failed_ || requests_[replying_]->has_failed();
}

}  // namespace mindspace::postgres
