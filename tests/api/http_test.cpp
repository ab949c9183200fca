// HTTP behaviour of all routes.

#include "support/network/raw_connection.h"
#include "support/program/metrics.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace mindspace::integration {
namespace {

using testing::HasSubstr;
using testing::Not;

Client anyone() {
    return Client(Program::shared());
}

std::set<std::string> methods_in(const std::string& list) {
    std::set<std::string> methods;
    std::string method;
    for (const char c : list + ",") {
        if (c != ',' && c != ' ') {
            method += c;
        } else if (!method.empty()) {
            methods.insert(std::exchange(method, {}));
        }
    }
    return methods;
}

TEST(Http, Returns404ForUnknownPaths) {
    for (const char* path : {"/nothing", "/api/v1", "/api/v1/", "/api/v1/auth/login/", "/api/v1/Users/me", "//",
                             "/api/v1/sessions/not-an-id", "/metrics", "/../etc/passwd", "/docs/../livez"})
        EXPECT_TRUE(is_problem(anyone().get(path), 404, "not_found")) << path;
}

TEST(Http, ListsTheAllowedMethodsOfAPath) {
    const auto response = anyone().get(kLogin);
    EXPECT_TRUE(is_problem(response, 405, "method_not_allowed"));
    EXPECT_EQ(methods_in(response.header("allow").value_or("")), (std::set<std::string>{"POST", "OPTIONS"}));
    const auto options = anyone().send({.method = "OPTIONS", .path = "/api/v1/sessions/" + new_id()});
    EXPECT_TRUE(is(options, 204));
    EXPECT_EQ(methods_in(options.header("allow").value_or("")),
              (std::set<std::string>{"GET", "HEAD", "PATCH", "DELETE", "OPTIONS"}));
}

TEST(Http, TreatsHeadAsGetWithoutABody) {
    const auto get = anyone().get("/livez");
    const auto head = anyone().send({.method = "HEAD", .path = "/livez"});
    ASSERT_TRUE(is(get, 200));
    EXPECT_TRUE(is(head, 200));
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.header("content-length"), std::to_string(get.body.size()));
    EXPECT_EQ(head.header("content-type"), get.header("content-type"));
}

TEST(Http, AcceptsOnlyJson) {
    for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json"})
        EXPECT_TRUE(
            is_problem(anyone().send({"POST", kLogin, "{}", {{"Content-Type", type}}}), 415, "unsupported_media_type"))
            << type;
    for (const char* type : {"application/json", "Application/JSON", "application/json; charset=utf-8"})
        EXPECT_TRUE(is(anyone().send({"POST", kLogin, "{}", {{"Content-Type", type}}}), 422)) << type;
}

TEST(Http, RejectsMalformedJson) {
    for (const char* body :
         {"", "{", "{\"a\":1,}", "{'a':1}", "nul", "{} {}", "{\"a\":\"\xff\"}", "[1", "\xef\xbb\xbf{}"})
        EXPECT_TRUE(is(anyone().send({"POST", kLogin, body}), 400)) << body;
    EXPECT_TRUE(is_problem(anyone().send({"POST", kLogin, "{"}), 400, "malformed_json"));
    EXPECT_TRUE(is(anyone().send({"POST", kLogin, "[]"}), 422)) << "JSON, but not an object";
    EXPECT_TRUE(is(anyone().send({"POST", kLogin, std::string(60'000, '[')}), 400)) << "nested too deeply";
}

TEST(Http, RejectsABodyAboveTheLimit) {
    constexpr std::size_t kLimit = 64 * 1024;
    constexpr std::size_t kImportLimit = 8 * 1024 * 1024;
    const auto body_of = [](std::size_t size) { return "{}" + std::string(size - 2, ' '); };
    EXPECT_TRUE(is(anyone().send({"POST", kLogin, body_of(kLimit)}), 422));
    EXPECT_TRUE(is_problem(anyone().send({"POST", kLogin, body_of(kLimit + 1)}), 413, "content_too_large"));
    auto person = register_person();
    EXPECT_TRUE(is(person.client.send({"POST", "/api/v1/sessions/import", body_of(kImportLimit)}), 422));
    RawConnection connection(Program::shared().port());
    connection.send("POST /api/v1/sessions/import HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                    std::to_string(kImportLimit + 1) + "\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(connection.receive_all(), testing::StartsWith("HTTP/1.1 413 ")) << "before any of it is sent";
}

TEST(Http, RejectsAChunkedBodyOnceItExceedsTheLimit) {
    RawConnection connection(Program::shared().port());
    connection.send(
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n10001\r\n");
    EXPECT_THAT(connection.receive_all(), testing::StartsWith("HTTP/1.1 413 "));
}

// A browser hides responses without these fields from the page.
TEST(Http, AddsTheUsualHeadersToEarlyErrors) {
    const std::string fields = "Host: x\r\nOrigin: " + std::string(kAllowedOrigin) + "\r\nX-Request-Id: mine\r\n";
    const std::string long_field = "X-Long: " + std::string(20'000, 'x') + "\r\n";
    const std::pair<const char*, std::string> refusals[] = {
        {"413", "POST /api/v1/auth/login HTTP/1.1\r\n" + fields + "Content-Length: 99999999\r\n\r\n"},
        {"431", "GET /livez HTTP/1.1\r\n" + fields + long_field + "\r\n"},
        {"400", "GET /livez HTTP/1.1\r\n" + fields + "X-A : b\r\n\r\n"},
        {"400", "POST /api/v1/auth/login HTTP/1.1\r\n" + fields + "Transfer-Encoding: chunked\r\n\r\nx\r\n"},
        {"501", "POST /api/v1/auth/login HTTP/1.1\r\n" + fields + "Transfer-Encoding: gzip\r\n\r\n"}};
    for (const auto& [status, request] : refusals) {
        RawConnection connection(Program::shared().port());
        connection.send(request);
        const auto response = connection.receive_all();
        EXPECT_THAT(response, testing::StartsWith("HTTP/1.1 " + std::string(status)));
        EXPECT_THAT(response, HasSubstr("X-Request-Id: mine\r\n"));
        EXPECT_THAT(response, HasSubstr("\"requestId\":\"mine\""));
        EXPECT_THAT(response, HasSubstr("Access-Control-Allow-Origin: " + std::string(kAllowedOrigin) + "\r\n"));
        EXPECT_THAT(response, HasSubstr("Access-Control-Expose-Headers: "));
    }
}

TEST(Http, RejectsUnknownQueryParameters) {
    auto person = register_person();
    const auto response = person.client.get("/api/v1/users/me?verbose=1&a%20b");
    ASSERT_TRUE(is_problem(response, 422, "validation_failed"));
    EXPECT_THAT(faults_of(response),
                testing::UnorderedElementsAre("verbose unknown_parameter", "a b unknown_parameter"));
}

TEST(Http, EchoesTheRequestIdAndReplacesInvalidOnes) {
    const std::string longest(64, 'x');
    for (const auto& id : {std::string("a"), std::string("Az09._-"), longest})
        EXPECT_EQ(anyone().get("/livez", {{"X-Request-Id", id}}).header("x-request-id"), id);
    for (const auto& id : {longest + "x", std::string("a b"), std::string("a/b"), std::string("é")}) {
        const auto given = anyone().get("/livez", {{"X-Request-Id", id}}).header("x-request-id").value_or("");
        EXPECT_NE(given, id);
        EXPECT_FALSE(given.empty());
    }
    EXPECT_NE(anyone().get("/livez").header("x-request-id"), anyone().get("/livez").header("x-request-id"));
    const auto problem = anyone().get("/nothing", {{"X-Request-Id", "mine"}});
    EXPECT_EQ(problem.text("/requestId"), "mine");
}

TEST(Http, AddsSecurityHeadersToEveryResponse) {
    auto person = register_person();
    for (const auto& response : {anyone().get("/livez"), anyone().get("/nothing"), anyone().get("/docs"),
                                 person.client.get("/api/v1/users/me"), anyone().send({"POST", kLogin, "{"})}) {
        EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
        EXPECT_EQ(response.header("x-frame-options"), "SAMEORIGIN");
        EXPECT_EQ(response.header("referrer-policy"), "no-referrer");
        EXPECT_EQ(response.header("cross-origin-opener-policy"), "same-origin");
        EXPECT_EQ(response.header("cross-origin-resource-policy"), "same-origin");
        EXPECT_THAT(response.header("strict-transport-security").value_or(""), HasSubstr("max-age=31536000"));
        const auto policy = response.header("content-security-policy").value_or("");
        EXPECT_THAT(policy, HasSubstr("default-src"));
        EXPECT_THAT(policy, Not(HasSubstr("unsafe-eval")));
        EXPECT_FALSE(response.header("server"));
        EXPECT_FALSE(response.header("x-powered-by"));
    }
    EXPECT_EQ(person.client.get("/api/v1/users/me").header("cache-control").value_or("").find("public"),
              std::string::npos);
}

TEST(Http, RespondsToPipelinedRequestsInOrder) {
    RawConnection connection(Program::shared().port());
    std::string requests;
    for (int i = 0; i < 20; ++i)
        requests += "GET /livez HTTP/1.1\r\nHost: x\r\nX-Request-Id: r" + std::to_string(i) + "\r\n\r\n";
    connection.send(requests);
    for (int i = 0; i < 20; ++i) {
        const auto head = connection.receive_until("\r\n\r\n");
        EXPECT_THAT(head, HasSubstr("X-Request-Id: r" + std::to_string(i) + "\r\n"));
        connection.receive_until("ok\n");
    }
}

TEST(Http, Sends100ContinueWhenExpected) {
    RawConnection connection(Program::shared().port());
    connection.send(
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(connection.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    connection.send("{}");
    EXPECT_THAT(connection.receive_until("\r\n\r\n"), HasSubstr("HTTP/1.1 422 "));
}

TEST(Http, AcceptsAChunkedBody) {
    RawConnection connection(Program::shared().port());
    connection.send(
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n");
    connection.send("1;x=y\r\n}\r\n0\r\n\r\n");
    EXPECT_THAT(connection.receive_until("\r\n\r\n"), HasSubstr("HTTP/1.1 422 "));
}

TEST(Http, ClosesAConnectionWithAmbiguousFraming) {
    for (const char* request :
         {"GET /livez HTTP/1.1\r\n\r\n",  // no Host
          "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
          "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
          "GET /livez HTTP/1.1\r\nHost: x\r\nX-A : b\r\n\r\n", "GET  /livez HTTP/1.1\r\nHost: x\r\n\r\n",
          "\x16\x03\x01"
          "\r\n\r\n"}) {
        RawConnection connection(Program::shared().port());
        connection.send(request);
        const auto response = connection.receive_all();
        EXPECT_THAT(response, testing::StartsWith("HTTP/1.1 400 ")) << request;
        EXPECT_THAT(response, HasSubstr("Connection: close\r\n")) << request;
        EXPECT_EQ(response.find("HTTP/1.1", 1), std::string::npos) << "only one response: " << response;
    }
}

TEST(Operations, ReportTheStateOfTheProgram) {
    EXPECT_TRUE(is(anyone().get("/livez"), 200));
    const auto ready = anyone().get("/readyz");
    ASSERT_TRUE(is(ready, 200));
    EXPECT_EQ(ready.at("/status"), "ready");
    EXPECT_EQ(ready.at("/checks/database"), "ok");
}

TEST(Readiness, RunsNoQuery) {
    const Program program;
    Client client(program);
    const auto queries = [&] { return metric(program.management_port(), "mindspace_postgres_queries_total"); };
    const auto before = queries();
    constexpr int kRequests = 2000;
    for (int i = 0; i < kRequests; ++i) ASSERT_TRUE(is(client.get("/readyz"), 200));
    EXPECT_LT(queries() - before, kRequests / 2) << "except those of the program itself";
    EXPECT_EQ(metric(program.management_port(), "mindspace_postgres_responds"), 1);
}

TEST(Readiness, IsReportedByEachRole) {
    Program program({}, SplitPlan{});
    for (const auto* role : {"auth", "user", "meditation", "analytics"}) {
        const auto& node = program.split().node(role);
        RawConnection connection(node.port());
        connection.send("GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        EXPECT_THAT(connection.receive_all(), testing::StartsWith("HTTP/1.1 200 ")) << role;
    }
}

}  // namespace
}  // namespace mindspace::integration
