#pragma once
// An HTTP client as a user of the API has one (libcurl): connections are kept alive, redirects are not followed. A
// request that finds its kept connection closed goes out again on a new one.

#include "support/program/program.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mindspace::integration {

namespace json = boost::json;

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::string method;
    std::string path;
    std::optional<std::string> body{};
    Headers headers{};  // an empty value takes a header away
};

struct Answer {
    long status = 0;      // 0: none came, or not a whole one
    std::string failure;  // why
    Headers headers;      // names in lower case
    std::string body;
    json::value document;  // the body, if it is JSON

    [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
    // The value at a JSON pointer. Throws with the whole answer when there is none.
    [[nodiscard]] const json::value& at(std::string_view pointer) const;
    [[nodiscard]] std::string text(std::string_view pointer) const;
    [[nodiscard]] std::int64_t number(std::string_view pointer) const;
};

std::ostream& operator<<(std::ostream& out, const Answer& answer);

// A member that is a string. Throws unless it is.
std::string text_of(const json::object& object, std::string_view member);

// For one thread.
class Client {
public:
    explicit Client(const Program& program, std::string access_token = {});

    Answer send(const Request& request);
    Answer get(std::string path, Headers headers = {});
    Answer post(std::string path);  // without a body
    Answer post(std::string path, const json::object& body, Headers headers = {});
    Answer patch(std::string path, const json::object& body, Headers headers = {});
    Answer del(std::string path, Headers headers = {});

    [[nodiscard]] const Program& program() const { return *program_; }
    [[nodiscard]] const std::string& access_token() const { return access_token_; }
    void set_access_token(std::string token) { access_token_ = std::move(token); }

private:
    struct Close {
        void operator()(void* handle) const;
    };
    const Program* program_;  // asked for its port each time: it may have been started again
    std::string access_token_;
    std::unique_ptr<void, Close> handle_;
};

// EXPECT_TRUE(is(answer, 201)): on failure the whole answer is shown.
testing::AssertionResult is(const Answer& answer, long status);
// A problem (RFC 9457) with all of the members that the API promises.
testing::AssertionResult is_problem(const Answer& answer, long status, std::string_view code);
// Of a 422: "pointer code" or "parameter code" of each fault.
std::vector<std::string> faults_of(const Answer& answer);

}  // namespace mindspace::integration
