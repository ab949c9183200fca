#include "platform/postgres/values/errors.h"

#include <libpq-fe.h>

namespace mindspace::postgres {

namespace {

constexpr std::string_view kReadOnlyTransaction = "25006";
constexpr std::string_view kNoSuchStatement = "26000";
constexpr std::string_view kSerializationFailure = "40001";
constexpr std::string_view kDeadlock = "40P01";
constexpr std::string_view kCancelled = "57014";  // statement_timeout

bool is_unavailable(std::string_view sqlstate) {
    return sqlstate.starts_with("08") ||    // connection
           sqlstate.starts_with("53") ||    // out of connections, memory, disk
           sqlstate.starts_with("57P0") ||  // shutting down, crashed, starting up
           sqlstate == kCancelled || sqlstate == kReadOnlyTransaction;
}

std::string text_of(const pg_result* result, int field) {
    const char* text = PQresultErrorField(result, field);
    return text == nullptr ? std::string() : std::string(text);
}

}  // namespace

std::string_view sqlstate_of(const pg_result* result) {
    // libpq's own failures (a connection cut during a reply) have no code.
    const char* text = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return text == nullptr ? "08006" : text;
}

std::exception_ptr make_fault(const pg_result* result) {
    std::string sqlstate(sqlstate_of(result));
    std::string message = text_of(result, PG_DIAG_MESSAGE_PRIMARY);
    if (message.empty()) message = PQresultErrorMessage(result);
    if (sqlstate.starts_with("23"))
        return std::make_exception_ptr(
            ConstraintViolation(text_of(result, PG_DIAG_CONSTRAINT_NAME), std::move(sqlstate), message));
    if (is_unavailable(sqlstate)) return std::make_exception_ptr(Unavailable("postgres: " + message));
    return std::make_exception_ptr(DatabaseError(std::move(sqlstate), message));
}

bool is_retryable(std::string_view sqlstate) {
    return sqlstate == kSerializationFailure || sqlstate == kDeadlock || sqlstate == kNoSuchStatement;
}

bool is_wrong_server(std::string_view sqlstate) {
    return sqlstate == kReadOnlyTransaction;
}

}  // namespace mindspace::postgres
