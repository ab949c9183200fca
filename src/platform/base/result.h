#pragma once
// Outcomes. Result<T> carries an outcome that a caller can act on (taken, not found, conflict); faults (database lost,
// deadline, bug) are exceptions and are caught at the four boundaries: request, socket message, worker iteration, main.
// Only platform/http/api/problem.cpp turns an ErrorCode into an HTTP status.

#include <expected>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mindspace {

enum class ErrorCode {
    malformed,            // not in the expected syntax
    unauthenticated,      // no valid credentials
    forbidden,            // known, but not allowed
    not_found,            // absent, or another user's
    conflict,             // the state of the resource does not allow it
    precondition_failed,  // If-Match named another version
    invalid,              // understood, but one or more values are invalid
    rate_limited,         // too many calls
    unavailable,          // a required component is unavailable; retry
};

// One invalid field. Exactly one of pointer (RFC 6901, body) and parameter (query) is set.
struct FieldFault {
    std::string pointer;
    std::string parameter;
    std::string code;
    std::string message;
};

struct Error {
    ErrorCode code;
    std::string reason;              // stable public code, snake_case
    std::string detail;              // one sentence for the caller
    std::vector<FieldFault> faults;  // for ErrorCode::invalid
    int retry_after = 0;             // for ErrorCode::rate_limited: seconds
    bool more_faults = false;        // there are more than `faults` lists
};

// The change was meant for another version than the current one.
inline Error precondition_failed() {
    return {ErrorCode::precondition_failed, "precondition_failed", "It has changed since it was read.", {}};
}

template <class T = void>
class [[nodiscard]] Result : public std::expected<T, Error> {
public:
    using std::expected<T, Error>::expected;
    Result(Error error)
        : std::expected<T, Error>(std::unexpect, std::move(error)) {}  // NOLINT(google-explicit-constructor)
};

// A component outside this process did not respond in time or is unavailable. Becomes 503 with Retry-After.
class Unavailable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace mindspace
