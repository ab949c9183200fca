// How bodies, conditions and fields of requests are read, on every kind of endpoint.

#include "support/network/raw_connection.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

const json::object kGroup{{"title", "Evening"}, {"kind", "breathing"}, {"plannedSeconds", 600}};

std::string group_of(Person& person) {
    return "/api/v1/groups/" + person.client.post("/api/v1/groups", kGroup).text("/id");
}

std::string session_of(Person& person) {
    const json::object session{{"kind", "sleep"}, {"plannedSeconds", 600}};
    return std::string(kSessions) + "/" + person.client.post(kSessions, session).text("/id");
}

TEST(Request, TreatsNullAsAnOmittedField) {
    auto person = register_person(json::object{{"timezone", nullptr}, {"locale", nullptr}});
    const auto me = person.client.get(kMe);
    EXPECT_EQ(me.text("/timezone"), "UTC");
    EXPECT_EQ(me.text("/locale"), "en");
    auto group = kGroup;
    for (const char* name : {"id", "description", "scheduledFor", "visibility", "maxParticipants"})
        group[name] = nullptr;
    const auto made = person.client.post("/api/v1/groups", group);
    ASSERT_TRUE(is(made, 201));
    EXPECT_EQ(made.text("/visibility"), "public");
    group["title"] = nullptr;
    EXPECT_THAT(faults_of(person.client.post("/api/v1/groups", group)), testing::ElementsAre("/title wrong_type"));
}

TEST(Request, NeedsNoBodyWhereNothingIsRequired) {
    auto person = register_person();
    const auto session = session_of(person);
    EXPECT_TRUE(is(person.client.send({.method = "PATCH", .path = kMe}), 200));
    EXPECT_TRUE(is(person.client.send({.method = "PATCH", .path = session}), 200));
    EXPECT_TRUE(is(person.client.send({.method = "PATCH", .path = group_of(person)}), 200));
    EXPECT_TRUE(is(person.client.send({"POST", session + "/complete", "", {{"Content-Type", ""}}}), 200));
    EXPECT_GE(person.client.post("/api/v1/groups").status, 400) << "where a field is required";
}

TEST(Request, RejectsDuplicateMemberNames) {
    auto person = register_person();
    for (const char* body : {R"({"title":"a","title":"b","kind":"sleep","plannedSeconds":600})",
                             R"({"title":"a","\u0074itle":"b","kind":"sleep","plannedSeconds":600})",
                             R"({"title":{"x":1,"x":1},"kind":"sleep","plannedSeconds":600})"})
        EXPECT_TRUE(is_problem(person.client.send({"POST", "/api/v1/groups", body}), 400, "malformed_json")) << body;
    const auto* good = R"({"title":"a: \"b\":\\","kind":"sleep","plannedSeconds":600})";
    EXPECT_TRUE(is(person.client.send({"POST", "/api/v1/groups", good}), 201)) << "colons in strings do not end names";
}

TEST(Request, ReportsAtMostTwentyFaults) {
    Client client(Program::shared());
    json::object body;
    std::string query;
    for (int i = 0; i < 18; ++i) body["f" + std::to_string(i)] = 1;
    const auto twenty = client.post(kLogin, body);  // including two for required fields
    EXPECT_THAT(faults_of(twenty), SizeIs(20));
    EXPECT_FALSE(twenty.document.as_object().contains("moreErrors"));
    for (int i = 0; i < 5000; ++i) body["g" + std::to_string(i)] = 1;
    const auto more = client.post(kLogin, body);
    EXPECT_THAT(faults_of(more), SizeIs(20));
    EXPECT_TRUE(more.at("/moreErrors").as_bool());
    for (int i = 0; i < 21; ++i) query += "&q" + std::to_string(i);
    const auto parameters = client.get("/whoami?" + query);
    EXPECT_THAT(faults_of(parameters), SizeIs(20));
    EXPECT_TRUE(parameters.at("/moreErrors").as_bool());
}

TEST(Request, KeepsTheTagWhenAPatchChangesNothing) {
    auto person = register_person();
    const auto session = session_of(person);
    const auto group = group_of(person);
    ASSERT_TRUE(is(person.client.patch(session, {{"note", "calm"}}), 200));
    const std::pair<std::string, json::object> same[] = {
        {kMe, {{"displayName", person.client.get(kMe).text("/displayName")}, {"avatarUrl", nullptr}}},
        {session, {{"note", "calm"}, {"moodAfter", nullptr}}},
        {group, {{"title", "Evening"}, {"description", nullptr}, {"plannedSeconds", 600}}}};
    for (const auto& [path, patch] : same) {
        const auto before = person.client.get(path);
        const auto tag = before.header("etag").value_or("");
        for (const auto& body : {json::object{}, patch}) {
            const auto patched = person.client.patch(path, body, {{"If-Match", tag}});
            ASSERT_TRUE(is(patched, 200));
            EXPECT_EQ(patched.header("etag"), tag) << path;
            EXPECT_EQ(patched.body, before.body);
        }
        EXPECT_EQ(person.client.get(path).body, before.body);
        EXPECT_TRUE(is_problem(person.client.patch(path, json::object{}, {{"If-Match", "\"999\""}}), 412,
                               "precondition_failed"));
    }
}

TEST(Request, ComparesTagsOnEverySingleResource) {
    auto person = register_person();
    for (const auto& path : {std::string(kMe), session_of(person), group_of(person)}) {
        const auto tag = person.client.get(path).header("etag").value_or("");
        for (const char* method : {"GET", "HEAD"}) {
            const auto status_of = [&](Headers headers) {
                return person.client.send({.method = method, .path = path, .headers = std::move(headers)}).status;
            };
            EXPECT_EQ(status_of({{"If-None-Match", "\"x\", W/" + tag}}), 304) << method << " " << path;
            EXPECT_EQ(status_of({{"If-None-Match", "*"}}), 304);
            EXPECT_EQ(status_of({{"If-None-Match", "\"x\""}}), 200);
            EXPECT_EQ(status_of({{"If-Match", "\"x\", " + tag}}), 200);
            EXPECT_EQ(status_of({{"If-Match", "W/" + tag}}), 412) << "If-Match ignores weak tags";
        }
        const auto list = "\"7000\", W/\"8000\" , " + tag;
        EXPECT_TRUE(is(person.client.patch(path, json::object{}, {{"If-Match", list}}), 200)) << path;
        EXPECT_TRUE(is(person.client.patch(path, json::object{}, {{"If-Match", "W/" + tag}}), 412)) << path;
        EXPECT_TRUE(is(person.client.patch(path, json::object{}, {{"If-Match", "*"}}), 200)) << path;
    }
}

TEST(Request, ComparesTagsOfDocuments) {
    Client client(Program::shared());
    for (const char* path : {"/openapi.json", "/asyncapi.json", "/docs"}) {
        const auto tag = client.get(path).header("etag").value_or("");
        EXPECT_EQ(client.send({.method = "GET", .path = path, .headers = {{"If-None-Match", tag}}}).status, 304)
            << path;
        EXPECT_EQ(client.send({.method = "GET", .path = path, .headers = {{"If-Match", tag}}}).status, 200) << path;
        EXPECT_TRUE(is_problem(client.send({.method = "GET", .path = path, .headers = {{"If-Match", "\"x\""}}}), 412,
                               "precondition_failed"))
            << path;
    }
}

TEST(Request, DeletesOnlyIfTheConditionHolds) {
    auto person = register_person();
    const auto password = json::serialize(json::object{{"password", kPassword}});
    const auto other = log_in_again(person);
    const auto login_session = "/api/v1/auth/sessions/" + other.auth_session;
    for (const auto& [path, body] : {std::pair{session_of(person), std::string()},
                                     {group_of(person), std::string()},
                                     {login_session, std::string()},
                                     {std::string(kMe), password}}) {
        EXPECT_TRUE(is_problem(person.client.send({"DELETE", path, body, {{"If-Match", "\"7000\""}}}), 412,
                               "precondition_failed"))
            << path;
        EXPECT_TRUE(is(person.client.send({"DELETE", path, body, {{"If-Match", "*"}}}), 204)) << path;
    }
}

TEST(Request, InheritsNoFieldOfThePreviousRequest) {
    auto person = register_person();
    RawConnection connection(Program::shared().port());
    const auto log_in = [&](const std::string& fields) {
        const auto body = json::serialize(json::object{{"email", person.email}, {"password", kPassword}});
        connection.send("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n" + fields +
                        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                        "\r\n\r\n" + body);
        EXPECT_THAT(connection.receive_until("\"sessionId\""), HasSubstr("HTTP/1.1 200 "));
    };
    log_in("User-Agent: first\r\n");
    log_in("");
    std::vector<std::string> agents;
    const auto sessions = person.client.get("/api/v1/auth/sessions");
    for (const auto& session : sessions.at("/items").as_array())
        agents.push_back(json::serialize(session.as_object().at("userAgent")));
    EXPECT_EQ(std::ranges::count(agents, "\"first\""), 1) << sessions;
}

}  // namespace
}  // namespace mindspace::integration
