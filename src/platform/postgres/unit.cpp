#include "platform/postgres/unit.h"

namespace mindspace::postgres {

bool Unit::takes(const Request& request) const {
    if (requests_.empty()) return true;
    const auto& first = *requests_.front();
    return requests_.size() < kMaxRequests && !first.is_isolated() && !request.is_isolated() &&
           first.is_read() == request.is_read();
}

bool Unit::send(std::unique_ptr<Request>& request, pg_conn* connection, PreparedStatements& prepared) {
    bool is_sent = request->send(connection, prepared);
    requests_.push_back(std::move(request));
    return is_sent;
}

void Unit::take(Rows reply, PreparedStatements& prepared) {
    // A reply beyond the last request's is the failure of the commit itself: it is told to the last one, too.
    while (answering_ + 1 < requests_.size() && requests_[answering_]->is_answered()) ++answering_;
    requests_[answering_]->take(std::move(reply), prepared);
    has_failed_ = has_failed_ || requests_[answering_]->has_failed();
}

}  // namespace mindspace::postgres
