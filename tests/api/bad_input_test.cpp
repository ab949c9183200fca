// Invalid input for users, sessions and groups: it is refused, and nothing breaks.

#include "support/live/client.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

struct Route {
    std::string method;
    std::string path;
    json::object good;  // a valid body
};

// Bodies that are not JSON, not objects, or too deeply nested.
std::vector<std::string> broken_bodies() {
    return {" ",
            "{",
            "null",
            "[]",
            "\"text\"",
            "1e999",
            "{}{}",
            "{\"a\":1,}",
            "{'a':1}",
            "\xEF\xBB\xBF{}",
            "{\"\xFF\":\"\xC0\xAF\"}",
            R"({"title":"\ud800"})",
            std::string(5000, '['),
            R"({"a":)" + std::string(5000, '{')};
}

// Values of the wrong type or range.
json::array odd_values() {
    json::array values{nullptr, true, -1, 0, 9'007'199'254'740'993, 1e308, 0.5, ""};
    values.push_back(json::value(json::string_view("a\0b", 3)));
    values.push_back(json::value(std::string(10'000, 'x')));
    for (const char* text : {"\u202E\uFEFF", "2026-02-30T25:61:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z",
                             "00000000-0000-0000-0000-000000000000", "'; DROP TABLE users; --"})
        values.push_back(json::value(text));
    values.push_back(json::array{});
    values.push_back(json::array{json::array{}});
    values.push_back(json::object{});
    values.push_back(json::object{{"$ne", 1}});
    return values;
}

class BadInput : public testing::Test {
protected:
    BadInput() {
        session_ = person_.client.post("/api/v1/sessions", {{"kind", "sleep"}, {"plannedSeconds", 600}}).text("/id");
        group_ = create_group(person_);
    }
    std::vector<Route> routes() {
        return {
            {"PATCH",
             "/api/v1/users/me",
             {{"displayName", "Ada"},
              {"timezone", "UTC"},
              {"locale", "en"},
              {"avatarUrl", "https://a.example/b.png"},
              {"dailyGoalSeconds", 600},
              {"dayStartHour", 3}}},
            {"DELETE", "/api/v1/users/me", {{"password", "wrong"}}},
            {"POST",
             "/api/v1/sessions",
             {{"id", new_id()}, {"kind", "sleep"}, {"plannedSeconds", 600}, {"moodBefore", 3}, {"timezone", "UTC"}}},
            {"PATCH", "/api/v1/sessions/" + session_, {{"moodAfter", 3}, {"note", "calm"}}},
            {"POST",
             "/api/v1/sessions/" + session_ + "/complete",
             {{"durationSeconds", 900}, {"moodAfter", 3}, {"note", "calm"}}},
            {"POST", "/api/v1/sessions/import", {{"sessions", json::array{offline_session("2025-01-01T08:00:00Z")}}}},
            {"POST",
             "/api/v1/groups",
             {{"id", new_id()},
              {"title", "Calm"},
              {"description", "x"},
              {"kind", "sleep"},
              {"plannedSeconds", 600},
              {"scheduledFor", "2099-01-01T00:00:00Z"},
              {"visibility", "public"},
              {"maxParticipants", 5}}},
            {"PATCH",
             "/api/v1/groups/" + group_,
             {{"title", "Calm"},
              {"description", "x"},
              {"kind", "sleep"},
              {"plannedSeconds", 600},
              {"scheduledFor", "2099-01-01T00:00:00Z"},
              {"visibility", "public"},
              {"maxParticipants", 5}}}};
    }
    Response send(const Route& route, std::string body) {
        return person_.client.send({.method = route.method, .path = route.path, .body = std::move(body)});
    }

    Person person_ = register_person();
    std::string session_;
    std::string group_;
};

TEST_F(BadInput, ThatIsNotAnObjectIsRefused) {
    for (const auto& route : routes())
        for (const auto& body : broken_bodies()) {
            const auto response = send(route, body);
            EXPECT_THAT(response.status, testing::AnyOf(400, 415, 422))
                << route.method << " " << route.path << " " << body.substr(0, 40) << "\n"
                << response;
            EXPECT_EQ(response.header("content-type"), "application/problem+json");
        }
}

TEST_F(BadInput, InAnyFieldNeverCausesAServerError) {
    for (const auto& route : routes())
        for (const auto& [name, value] : route.good)
            for (const auto& odd : odd_values()) {
                auto body = route.good;
                body[name] = odd;
                const auto response = send(route, json::serialize(body));
                EXPECT_TRUE(response.status >= 200 && response.status < 500)
                    << route.method << " " << route.path << " " << name << " = " << json::serialize(odd).substr(0, 60)
                    << "\n"
                    << response;
            }
    EXPECT_TRUE(is(person_.client.get("/api/v1/users/me/export"), 200)) << "accepted values can be read";
    EXPECT_TRUE(is(person_.client.get("/api/v1/groups?limit=100"), 200));
}

TEST_F(BadInput, InAnImportedSessionFailsOnlyThatSession) {
    const auto good = offline_session(
        "2025-01-01T08:00:00Z",
        {{"note", "x"}, {"timezone", "UTC"}, {"moodBefore", 3}, {"moodAfter", 3}, {"plannedSeconds", 600}});
    json::array sessions;
    for (const auto& [name, value] : good)
        for (const auto& odd : odd_values()) {
            auto session = good;
            session["id"] = new_id();
            session[name] = odd;
            sessions.push_back(std::move(session));
        }
    sessions.push_back(good);
    const auto response = person_.client.post("/api/v1/sessions/import", {{"sessions", sessions}});
    ASSERT_TRUE(is(response, 200));
    ASSERT_EQ(response.at("/results").as_array().size(), sessions.size());
    EXPECT_EQ(response.at("/results").as_array().back().at("outcome"), "created");
}

TEST_F(BadInput, InAQueryIsRefused) {
    for (const char* query : {"limit=0", "limit=101", "limit=1.5", "limit=", "limit=1&limit=2", "from=2026-02-30",
                              "to=x", "kind=yoga", "status=done", "state=running", "%00=1",
                              "cursor="
                              "%00"})
        EXPECT_THAT(person_.client.get(std::string("/api/v1/sessions?") + query).status, testing::AnyOf(400, 422))
            << query;
    for (const char* query : {"limit=0", "state=over", "state=", "from=2026-01-01", "cursor=AAAA", "limit=1&cursor="})
        EXPECT_THAT(person_.client.get(std::string("/api/v1/groups?") + query).status, testing::AnyOf(400, 422))
            << query;
    EXPECT_TRUE(is_problem(person_.client.get("/api/v1/sessions?limit=%ff"), 400, "malformed_query"));
}

TEST_F(BadInput, InAConditionIsAMismatch) {
    for (const char* tag : {"", "1", "\"", "\"x\"", "W/\"1\"", "\"99999999999999\"", "\"98\", \"99\""})
        for (const auto& path : {"/api/v1/sessions/" + session_, "/api/v1/groups/" + group_}) {
            const auto response = person_.client.patch(path, json::object{}, {{"If-Match", tag}});
            if (*tag != '\0') EXPECT_TRUE(is_problem(response, 412, "precondition_failed")) << tag;
        }
}

}  // namespace
}  // namespace mindspace::integration
