#pragma once
// An HTTP client like those of API users (libcurl): connections are kept alive, redirects are not followed. A request
// that finds its idle connection closed is sent again on a new one.

#include "support/program/program.h"

#include "platform/base/curl.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

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
    Headers headers{};  // an empty value removes a header
};

struct Response {
    long status = 0;      // 0: no response, or an incomplete one
    std::string failure;  // why
    Headers headers;      // names in lower case
    std::string body;
    json::value document;  // the body, if it is JSON

    [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
    // The value at a JSON pointer. Throws, with the whole response, if there is none.
    [[nodiscard]] const json::value& at(std::string_view pointer) const;
    [[nodiscard]] std::string text(std::string_view pointer) const;
    [[nodiscard]] std::int64_t number(std::string_view pointer) const;
};

std::ostream& operator<<(std::ostream& out, const Response& response);

// A member that is a string. Throws unless it is.
std::string text_of(const json::object& object, std::string_view member);

// For one thread.
class Client {
public:
    explicit Client(const Program& program, std::string access_token = {});
    // Of what stands before it: "https://127.0.0.1:443", and the file of its certificate.
    Client(std::string origin, std::string certificate, std::string access_token = {});

    Response send(const Request& request);
    Response get(std::string path, Headers headers = {});
    Response post(std::string path);  // without a body
    Response post(std::string path, const json::object& body, Headers headers = {});
    Response patch(std::string path, const json::object& body, Headers headers = {});
    Response del(std::string path, Headers headers = {});

    // Of the first constructor.
    [[nodiscard]] const Program& program() const { return *program_; }
    [[nodiscard]] const std::string& access_token() const { return access_token_; }
    void set_access_token(std::string token) { access_token_ = std::move(token); }

private:
    Client(const Program* program, std::string origin, std::string certificate, std::string access_token);
    [[nodiscard]] std::string origin() const;

    const Program* program_;  // asked for its port each time: it may have been restarted
    std::string origin_;      // without a program
    std::string certificate_;
    std::string access_token_;
    CurlHandle handle_ = make_curl_handle();
};

// EXPECT_TRUE(is(response, 201)): a failure shows the whole response.
testing::AssertionResult is(const Response& response, long status);
// A problem (RFC 9457) with all of the members that the API promises.
testing::AssertionResult is_problem(const Response& response, long status, std::string_view code);
// The faults of a 422, each as "pointer code" or "parameter code".
std::vector<std::string> faults_of(const Response& response);

}  // namespace mindspace::integration
