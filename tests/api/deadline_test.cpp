// A program whose deadlines are short, and a database that hangs: a request that takes too long ends, and its client is
// notified as in any other response.

#include "support/base/timeout.h"
#include "support/network/raw_connection.h"
#include "support/postgres/database.h"
#include "support/program/metrics.h"
#include "support/program/person.h"
#include "support/program/suite_program.h"

#include <gmock/gmock.h>
#include <libpq-fe.h>

#include <algorithm>
#include <sstream>

namespace mindspace::integration {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Has every statement that creates something of the user wait, as long as it lives.
class UserLock {
public:
    UserLock(const Program& program, const std::string& user)
        : connection_(PQconnectdb(program.conninfo().c_str()), &PQfinish) {
        run("BEGIN");
        run("UPDATE users SET display_name = display_name WHERE user_id = '" + user + "'");
    }

private:
    void run(const std::string& sql) {
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_.get(), sql.c_str()), &PQclear);
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
            throw std::runtime_error(PQerrorMessage(connection_.get()));
    }
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

class Deadline : public testing::Test {
protected:
    // The lines of the access log for that request.
    [[nodiscard]] std::vector<json::object> lines_of(const std::string& request_id) const {
        std::vector<json::object> lines;
        std::istringstream log(program_.log());
        for (std::string line; std::getline(log, line);)
            if (line.find("\"http.request.id\":\"" + request_id + '"') != std::string::npos &&
                line.find("\"http.response.status_code\"") != std::string::npos)
                lines.push_back(json::parse(line).as_object());
        return lines;
    }

    // Enough for all that does not wait for the database, on this machine as it is now.
    const std::string timeout_ = std::to_string(std::chrono::ceil<std::chrono::seconds>(scaled(250ms)).count());
    Program program_{{{"MINDSPACE_HTTP_REQUEST_TIMEOUT_SECONDS", timeout_},
                      {"MINDSPACE_HTTP_HEADER_TIMEOUT_SECONDS", "1"},
                      {"MINDSPACE_DATABASE_QUERY_TIMEOUT_MS", "60000"},
                      {"MINDSPACE_LOG_FORMAT", "json"}}};
};

TEST_F(Deadline, EndsARequestThatADatabaseKeepsWaiting) {
    auto person = register_person(program_);
    const auto key = new_id();
    const Headers fields{{"Idempotency-Key", key}, {"Origin", std::string(kAllowedOrigin)}, {"X-Request-Id", "late"}};
    const json::object group{{"title", "Evening"}, {"kind", "mindfulness"}, {"plannedSeconds", 600}};
    const auto began = query(program_, "SELECT now()").at(0).at(0);
    auto lock = std::make_optional<UserLock>(program_, person.id);
    const auto response = person.client.post("/api/v1/groups", group, fields);
    EXPECT_TRUE(is_problem(response, 504, "deadline_exceeded"));
    EXPECT_EQ(response.header("x-request-id"), "late");
    EXPECT_EQ(response.header("access-control-allow-origin"), kAllowedOrigin);
    EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
    const std::size_t processes = plan_of_environment() ? 2 : 1;  // the gateway's line and the role's
    EXPECT_TRUE(eventually([&] { return lines_of("late").size() == processes; })) << "each has its own deadline";
    for (const auto& line : lines_of("late")) {
        EXPECT_EQ(line.at("http.response.status_code"), 504);
        EXPECT_EQ(line.at("http.route"), "/api/v1/groups");
    }
    lock.reset();

    // The handler has ended: the key has been given back, as if it had been claimed long before.
    EXPECT_TRUE(eventually([&] {
        return query(program_, "SELECT claimed_at < '" + began + "' FROM idempotency_keys WHERE key = '" + key + "'")
                   .at(0)
                   .at(0) == "t";
    }));
    const auto again = person.client.post("/api/v1/groups", group, {{"Idempotency-Key", key}});
    EXPECT_TRUE(is(again, 201));
    EXPECT_EQ(query(program_, "SELECT count(*) FROM groups").at(0).at(0), "1") << "created once";
}

TEST_F(Deadline, IsLoggedForRequestsThatDoNotComeInTimeOrAreRefused) {
    const std::string fields = "Host: x\r\nOrigin: " + std::string(kAllowedOrigin) + "\r\nX-Request-Id: ";
    const std::tuple<int, std::string, std::string> requests[] = {
        {408, "slow-head", "GET /livez HTTP/1.1\r\n" + fields + "slow-head\r\n"},
        {413, "too-long",
         "POST /api/v1/auth/login HTTP/1.1\r\n" + fields + "too-long\r\nContent-Length: 99999999\r\n\r\n"},
        {400, "malformed", "GET /livez HTTP/1.1\r\n" + fields + "malformed\r\nX-A : b\r\n\r\n"},
        {505, "version", "GET /livez HTTP/3.0\r\n" + fields + "version\r\n\r\n"}};
    for (const auto& [status, id, request] : requests) {
        RawConnection connection(program_.port());
        connection.send(request);
        const auto response = connection.receive_all();
        EXPECT_THAT(response, StartsWith("HTTP/1.1 " + std::to_string(status) + " "));
        EXPECT_THAT(response, HasSubstr("\r\nX-Request-Id: " + id + "\r\n"));
        EXPECT_THAT(response, HasSubstr("\r\nAccess-Control-Allow-Origin: " + std::string(kAllowedOrigin) + "\r\n"));
        EXPECT_THAT(response, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
    }
    for (const auto& [status, id, request] : requests) {
        const auto& name = id;
        EXPECT_TRUE(eventually([&] { return lines_of(name).size() == 1; })) << name;
        for (const auto& line : lines_of(name)) EXPECT_EQ(line.at("http.response.status_code"), status);
    }
    const auto counted = [&](const std::string& labels) {
        return metric(program_.management_port(), "mindspace_http_requests_total{" + labels + "}");
    };
    EXPECT_EQ(counted(R"(method="any",route="unmatched",status="5xx")"), 1);
    EXPECT_EQ(counted(R"(method="POST",route="/api/v1/auth/login",status="4xx")"), 1);
    EXPECT_GE(counted(R"(method="any",route="unmatched",status="4xx")"), 2);
}

}  // namespace
}  // namespace mindspace::integration
