// Requests retried under an Idempotency-Key.

#include "support/postgres/database.h"
#include "support/program/person.h"

#include "platform/idempotency/stored_response.h"
#include "platform/json/canonical.h"

#include <fmt/format.h>

#include <set>
#include <thread>

namespace mindspace::integration {
namespace {

const json::object kGroup{{"title", "Evening"}, {"kind", "breathing"}, {"plannedSeconds", 600}};

Headers under(const std::string& key) {
    return {{"Idempotency-Key", key}};
}

TEST(Idempotency, ReplaysTheFirstResponse) {
    auto person = register_person(Program::shared());
    auto key = new_id();
    auto first = person.client.post("/api/v1/groups", kGroup, under(key));
    ASSERT_TRUE(is(first, 201));
    EXPECT_EQ(first.header("idempotent-replayed"), std::nullopt);
    auto again = person.client.post("/api/v1/groups", kGroup, under(key));
    EXPECT_TRUE(is(again, 201));
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("idempotent-replayed"), "true");
    EXPECT_EQ(again.header("etag"), first.header("etag"));
    auto other = person.client.post("/api/v1/groups", kGroup, under(new_id()));
    EXPECT_NE(other.text("/id"), first.text("/id"));
}

TEST(Idempotency, ComparesBodiesAsJsonValues) {
    auto person = register_person(Program::shared());
    auto key = new_id();
    auto first = person.client.post("/api/v1/groups", kGroup, under(key));
    ASSERT_TRUE(is(first, 201));
    auto again =
        person.client.send({"POST", "/api/v1/groups",
                            R"( {"plannedSeconds": 600.0, "kind":"breathing", "title":"\u0045vening"} )", under(key)});
    EXPECT_TRUE(is(again, 201));
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("idempotent-replayed"), "true");
}

TEST(Idempotency, RejectsAKeyReusedForAnotherRequest) {
    auto person = register_person(Program::shared());
    auto key = new_id();
    ASSERT_TRUE(is(person.client.post("/api/v1/groups", kGroup, under(key)), 201));
    auto changed = kGroup;
    changed["title"] = "Morning";
    EXPECT_TRUE(is_problem(person.client.post("/api/v1/groups", changed, under(key)), 422, "idempotency_key_reused"));
    auto another = register_person(Program::shared());
    EXPECT_TRUE(is(another.client.post("/api/v1/groups", changed, under(key)), 201)) << "each user has separate keys";
}

TEST(Idempotency, ReplaysAConflictResponse) {
    auto person = register_person(Program::shared());
    const json::object session{{"kind", "sleep"}, {"plannedSeconds", 600}};
    auto first = person.client.post("/api/v1/sessions", session);
    ASSERT_TRUE(is(first, 201));
    auto key = new_id();
    auto refused = person.client.post("/api/v1/sessions", session, under(key));
    EXPECT_TRUE(is_problem(refused, 409, "session_active"));
    ASSERT_TRUE(is(person.client.post("/api/v1/sessions/" + first.text("/id") + "/abandon"), 200));
    auto again = person.client.post("/api/v1/sessions", session, under(key));
    EXPECT_EQ(again.body, refused.body);
    EXPECT_EQ(again.header("idempotent-replayed"), "true");
}

TEST(Idempotency, DoesNotStoreServerErrors) {
    auto person = register_person(Program::shared());
    auto key = new_id();
    EXPECT_TRUE(is(person.client.post("/api/v1/groups", json::object{}, under(key)), 422));
    EXPECT_TRUE(is(person.client.post("/api/v1/groups", kGroup, under(key)), 201));
}

TEST(Idempotency, RejectsInvalidKeys) {
    auto person = register_person(Program::shared());
    for (const auto& key : {std::string(256, 'k'), std::string("t\xc3\xa4gl")})
        EXPECT_TRUE(
            is_problem(person.client.post("/api/v1/groups", kGroup, under(key)), 400, "invalid_idempotency_key"));
    EXPECT_TRUE(is(person.client.post("/api/v1/groups", kGroup, under(std::string(255, 'k'))), 201));
}

TEST(Idempotency, RegistersOnce) {
    Client client(Program::shared());
    const json::object account{{"email", new_email()}, {"password", kPassword}, {"displayName", "Ada"}};
    auto key = new_id();
    auto first = client.post("/api/v1/auth/register", account, under(key));
    ASSERT_TRUE(is(first, 201));
    auto again = client.post("/api/v1/auth/register", account, under(key));
    EXPECT_TRUE(is(again, 201));
    EXPECT_EQ(again.text("/tokens/refreshToken"), first.text("/tokens/refreshToken"));
    EXPECT_TRUE(is_problem(client.post("/api/v1/auth/register", account), 409, "email_taken"));
}

// A database dump must not allow trying passwords quickly.
TEST(Idempotency, StoresNoFastHashOfAPassword) {
    const auto& program = Program::shared();
    Client client(program);
    const json::object account{{"email", new_email()}, {"password", kPassword}, {"displayName", "Ada"}};
    const auto key = new_id();
    ASSERT_TRUE(is(client.post("/api/v1/auth/register", account, under(key)), 201));
    const auto canonical = canonical_json(json::serialize(account));
    const idempotency::RequestIdentity identity{
        .method = "POST", .path = "/api/v1/auth/register", .key = key, .body = canonical};
    auto stored = [&] {
        return query(program, "SELECT encode(fingerprint, 'hex') FROM idempotency_keys WHERE key = '" + key + "'")
            .at(0)
            .at(0);
    };
    auto hex = [](const Digest& digest) {
        std::string text;
        for (auto byte : digest) text += fmt::format("{:02x}", byte);
        return text;
    };
    EXPECT_NE(stored(), hex(identity.former_fingerprint()));
    EXPECT_NE(stored(), hex(sha256(as_bytes(canonical))));
    const auto file =
        plan_of_environment() ? program.auth_data().parent_path() / "secret" : program.auth_data() / "keys/secret";
    EXPECT_EQ(stored(), hex(identity.fingerprint(Secret::load_or_create(file)))) << "with the secret from its file";
}

TEST(Idempotency, ReplaysResponsesStoredByAnOlderVersion) {
    const auto& program = Program::shared();
    Client client(program);
    const json::object account{{"email", new_email()}, {"password", kPassword}, {"displayName", "Ada"}};
    const auto key = new_id();
    const auto canonical = canonical_json(json::serialize(account));
    const idempotency::RequestIdentity identity{
        .method = "POST", .path = "/api/v1/auth/register", .key = key, .body = canonical};
    auto bytea = [](ByteView bytes) {
        std::string text;
        for (auto byte : bytes) text += fmt::format("{:02x}", byte);
        return "'\\x" + text + "'";
    };
    const auto response = idempotency::seal_response({.status = 201, .body = "{}"}, identity.former_seal());
    query(program, "INSERT INTO idempotency_keys VALUES ('00000000-0000-0000-0000-000000000000', '" + key + "', " +
                       bytea(identity.former_fingerprint()) + ", '" + new_id() + "', now(), " + bytea(response) + ")");
    const auto again = client.post("/api/v1/auth/register", account, under(key));
    EXPECT_TRUE(is(again, 201));
    EXPECT_EQ(again.header("idempotent-replayed"), "true");
    EXPECT_EQ(again.body, "{}");
}

TEST(Idempotency, ErasesTheStoredRegistrationOfADeletedAccount) {
    Client client(Program::shared());
    const json::object account{{"email", new_email()}, {"password", kPassword}, {"displayName", "Ada"}};
    auto key = new_id();
    auto first = client.post("/api/v1/auth/register", account, under(key));
    ASSERT_TRUE(is(first, 201));
    Client owner(Program::shared(), first.text("/tokens/accessToken"));
    const auto deletion = json::serialize(json::object{{"password", kPassword}});
    ASSERT_TRUE(is(owner.send({"DELETE", "/api/v1/users/me", deletion}), 204));
    auto again = client.post("/api/v1/auth/register", account, under(key));
    ASSERT_TRUE(is(again, 201));
    EXPECT_EQ(again.header("idempotent-replayed"), std::nullopt);
    EXPECT_NE(again.text("/user/id"), first.text("/user/id"));
    EXPECT_NE(again.text("/tokens/refreshToken"), first.text("/tokens/refreshToken"));
}

TEST(Idempotency, CreatesOnceUnderConcurrentRetries) {
    auto person = register_person(Program::shared());
    auto key = new_id();
    std::vector<Response> responses(16);
    std::vector<std::jthread> threads;
    for (auto& response : responses)
        threads.emplace_back([&] {
            Client client(Program::shared(), person.client.access_token());
            response = client.post("/api/v1/groups", kGroup, under(key));
        });
    threads.clear();
    std::set<std::string> ids;
    for (const auto& response : responses) {
        if (response.status == 201)
            ids.insert(response.text("/id"));
        else
            EXPECT_TRUE(is_problem(response, 409, "request_in_progress") && response.header("retry-after"));
    }
    EXPECT_EQ(ids.size(), 1U);
}

}  // namespace
}  // namespace mindspace::integration
