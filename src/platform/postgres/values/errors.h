#pragma once
// Errors of the database. A lost, late or overloaded database is mindspace::Unavailable (base/result.h); a violated
// constraint is an outcome that a store maps by the constraint's name; any other error is a bug of ours.

#include "platform/base/result.h"

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

struct pg_result;

namespace mindspace::postgres {

// The server rejected a statement. what() is the server's message.
class DatabaseError : public std::runtime_error {
public:
    DatabaseError(std::string sqlstate, const std::string& message)
        : std::runtime_error(message), sqlstate_(std::move(sqlstate)) {}
    // Five characters (PostgreSQL manual, appendix A).
    [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }

private:
    std::string sqlstate_;
};

// SQLSTATE class 23.
class ConstraintViolation : public DatabaseError {
public:
    ConstraintViolation(std::string constraint, std::string sqlstate, const std::string& message)
        : DatabaseError(std::move(sqlstate), message), constraint_(std::move(constraint)) {}
    // The constraint's name; empty for NOT NULL, which has none.
    [[nodiscard]] const std::string& constraint() const { return constraint_; }

private:
    std::string constraint_;
};

// The SQLSTATE of a failed result.
std::string_view sqlstate_of(const pg_result* result);
// The exception for a failed result: ConstraintViolation, Unavailable or DatabaseError.
std::exception_ptr make_fault(const pg_result* result);
// Nothing was executed and the same statements may succeed now: serialization failure, deadlock, a statement whose
// preparation failed before it.
bool is_retryable(std::string_view sqlstate);
// The server cannot write: connected to a standby, after a failover. Another connection may find the primary.
bool is_wrong_server(std::string_view sqlstate);

}  // namespace mindspace::postgres
