// Two nodes behind Nginx with the configuration that ships: what clients get through it, and what they notice when a
// node is lost and comes back.

#include "support/network/nginx.h"
#include "support/base/process.h"
#include "support/http/peer.h"
#include "support/live/client.h"
#include "support/load/group_clients.h"
#include "support/load/load.h"
#include "support/network/raw_connection.h"
#include "support/postgres/migrated_database.h"
#include "support/program/metrics.h"
#include "support/redis/server.h"

#include <gmock/gmock.h>

#include <future>
#include <set>

namespace mindspace::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::Optional;
using testing::StartsWith;

constexpr const char* kGroups = "/api/v1/groups";
constexpr const char* kImport = "/api/v1/sessions/import";

class BehindNginx : public testing::Test {
protected:
    static void SetUpTestSuite() { stage_ = std::make_unique<Stage>(); }
    static void TearDownTestSuite() { stage_.reset(); }

    static Program& first() { return stage_->first; }
    static Program& second() { return stage_->second; }
    static const Nginx& nginx() { return stage_->nginx; }
    // By TLS, and HTTP/2.
    static Client client(std::string access_token = {}) { return client_of(nginx(), std::move(access_token)); }
    static Client client_of(const Nginx& nginx, std::string access_token = {}) {
        return {"https://127.0.0.1:" + std::to_string(nginx.tls_port()), nginx.certificate(), std::move(access_token)};
    }
    static double joined_on(const Program& node) {
        return metric(node.management_port(), "mindspace_room_connections_joined ");
    }

private:
    struct Stage {
        // Each keeps its port when it is started again.
        Environment settings() {
            return {{"MINDSPACE_HTTP_PORT", std::to_string(free_port())},
                    {"MINDSPACE_DATABASE_URL", database},
                    {"MINDSPACE_REDIS_URL", redis.socket_path()},
                    {"MINDSPACE_HTTP_PUBLIC_URL", "https://mind.example"},
                    {"MINDSPACE_AUTH_SECRET_FILE", directory.path() / "secret"},
                    {"MINDSPACE_AUTH_ARGON2_MEMORY_KIB", "8"},
                    {"MINDSPACE_AUTH_ARGON2_PASSES", "1"}};
        }
        const TemporaryDirectory directory;
        const std::string database = create_migrated_database();
        redis::TestServer redis;
        Program first{settings(), std::nullopt};
        Program second{settings(), std::nullopt};
        Nginx nginx{{first.port(), second.port()}};
    };
    static inline std::unique_ptr<Stage> stage_;
};

std::string exchange(std::uint16_t port, const std::string& request) {
    RawConnection connection(port);
    connection.send(request);
    return connection.receive_all();
}

std::string tls_client(const Nginx& nginx, std::vector<std::string> words) {
    words.insert(words.begin(), {"openssl", "s_client", "-connect", "127.0.0.1:" + std::to_string(nginx.tls_port())});
    return run_to_end(words).output;
}

TEST_F(BehindNginx, OffersTheIntermediateTlsConfiguration) {
    EXPECT_THAT(tls_client(nginx(), {"-alpn", "h2,http/1.1"}),
                AllOf(HasSubstr("TLSv1.3"), HasSubstr("ALPN protocol: h2")));
    EXPECT_THAT(tls_client(nginx(), {"-tls1_2", "-cipher", "ECDHE+AESGCM"}), HasSubstr("Cipher is ECDHE-ECDSA-AES"));
    EXPECT_THAT(tls_client(nginx(), {"-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA"}), HasSubstr("Cipher is (NONE)"));
    EXPECT_THAT(tls_client(nginx(), {"-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"}), HasSubstr("Cipher is (NONE)"));
    EXPECT_THAT(exchange(nginx().redirecting_port(),
                         "GET /docs?a=b HTTP/1.1\r\nHost: mind.example\r\nConnection: close\r\n\r\n"),
                AllOf(StartsWith("HTTP/1.1 301 "), HasSubstr("\r\nLocation: https://mind.example/docs?a=b\r\n")));
}

TEST_F(BehindNginx, PassesTheClientAddressAndOneRequestId) {
    auto response = client().get("/whoami", {{"X-Request-Id", "mine-1"}});
    EXPECT_EQ(response.text("/address"), "127.0.0.1");
    EXPECT_EQ(response.header("x-request-id"), "mine-1");
    response = client().get("/whoami", {{"X-Request-Id", "not one/"}, {"X-Forwarded-For", "203.0.113.7"}});
    EXPECT_EQ(response.text("/address"), "203.0.113.7") << "from a proxy that is trusted: this machine";
    const auto given = response.header("x-request-id").value_or("");
    EXPECT_THAT(given, testing::MatchesRegex("[0-9a-f]{32}"));
    client().get("/nothing?ticket=in-the-query");
    EXPECT_TRUE(eventually([&] { return nginx().access_log().contains("\"GET /nothing\" 404"); }));
    EXPECT_THAT(nginx().access_log(),
                AllOf(HasSubstr("\"GET /whoami\" 200"), HasSubstr("id mine-1"), Not(HasSubstr("in-the-query"))));
    EXPECT_TRUE(eventually([&] { return (first().log() + second().log()).contains(given); }));
}

TEST_F(BehindNginx, StaticFilesAreCompressedAndCacheable) {
    for (const auto* coding : {"br", "gzip"}) {
        const auto page = client().get("/docs", {{"Accept-Encoding", coding}});
        EXPECT_TRUE(is(page, 200));
        EXPECT_EQ(page.header("content-encoding"), coding);
        EXPECT_THAT(page.header("vary"), Optional(HasSubstr("Accept-Encoding")));
        EXPECT_EQ(page.header("cache-control"), "no-cache");
        const auto tag = page.header("etag").value_or("");
        EXPECT_TRUE(is(client().get("/docs", {{"Accept-Encoding", coding}, {"If-None-Match", tag}}), 304));
    }
    const auto page = client().get("/docs").body;
    const auto at = page.find("\"/docs/") + 1;
    const auto file = client().get(page.substr(at, page.find('"', at) - at), {{"Accept-Encoding", "br"}});
    EXPECT_TRUE(is(file, 200));
    EXPECT_EQ(file.header("cache-control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(client().get(kMe).header("cache-control"), "no-store") << "no CDN stores personal data";
}

// The nodes see plain HTTP, but know from their public URL that pages are encrypted.
TEST_F(BehindNginx, PagesLogInWithACookie) {
    const json::object account{
        {"email", new_email()}, {"password", kPassword}, {"displayName", "Ada"}, {"cookie", true}};
    const Headers page{{"Origin", "https://mind.example"}};
    const auto registered = client().post("/api/v1/auth/register", account, page);
    ASSERT_TRUE(is(registered, 201));
    const auto cookie = registered.header("set-cookie").value_or("");
    ASSERT_THAT(cookie, AllOf(StartsWith("__Host-mindspace_refresh="), HasSubstr("; Secure; ")));
    auto refresh_from = [&](const std::string& origin) {
        return client().post("/api/v1/auth/refresh", json::object{},
                             {{"Origin", origin}, {"Cookie", cookie.substr(0, cookie.find(';'))}});
    };
    EXPECT_TRUE(is_problem(refresh_from("http://mind.example"), 403, "bad_origin"));
    EXPECT_TRUE(is(refresh_from("https://mind.example"), 200));
    EXPECT_TRUE(is(refresh_from("https://127.0.0.1:" + std::to_string(nginx().tls_port())), 200));
    EXPECT_THAT(nginx().access_log() + first().log() + second().log(), Not(HasSubstr("msr_")));
}

TEST_F(BehindNginx, RefusalsOfNginxAreProblems) {
    auto person = register_person(first());
    const auto too_long = client(person.client.access_token()).post(kGroups, {{"title", std::string(200'000, 'a')}});
    EXPECT_TRUE(is_problem(too_long, 413, "content_too_large"));
    EXPECT_TRUE(is_problem(client(person.client.access_token()).post(kGroups, {{"title", std::string(70'000, 'a')}}),
                           413, "content_too_large"))
        << "the program's own";
    EXPECT_TRUE(
        is(client(person.client.access_token()).post(kImport, {{"sessions", std::string(7'000'000, 'a')}}), 422));
    EXPECT_TRUE(
        is_problem(client(person.client.access_token()).post(kImport, {{"sessions", std::string(17'000'000, 'a')}}),
                   413, "content_too_large"));
    const auto head = "GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(20'000, 'a') + "\r\n\r\n";
    EXPECT_THAT(exchange(nginx().port(), head),
                AllOf(StartsWith("HTTP/1.1 431 "), HasSubstr("\"code\":\"head_too_large\"")));
}

TEST_F(BehindNginx, MalformedRequestsAreRefused) {
    const auto of = [](const std::string& text) { return exchange(nginx().port(), text); };
    const std::string rest = "Host: x\r\nConnection: close\r\n\r\n";
    EXPECT_THAT(of("GET /livez HTTP/1.1\r\n" + rest), StartsWith("HTTP/1.1 200 "));
    for (const auto* line : {"GET /livez HTTP/1.10", "GET /livez HTTP/3.0"})
        EXPECT_THAT(of(std::string(line) + "\r\n" + rest),
                    AllOf(StartsWith("HTTP/1.1 505 "), HasSubstr("malformed_request")))
            << line;
    for (const auto* field : {"bad name: 1", "\"quoted\": 1", "Content-Length: 1\r\nContent-Length: 2",
                              "Content-Length: 3\r\nTransfer-Encoding: chunked", "Host: y"})
        EXPECT_THAT(of(std::string("POST /api/v1/auth/login HTTP/1.1\r\n") + field + "\r\n" + rest),
                    AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("application/problem+json")))
            << field;
}

// A node that takes requests and closes the connection: what does no harm goes to the other one, what may does not.
TEST_F(BehindNginx, OnlySafeRequestsAreRetried) {
    const auto hang_up = [](const std::string&) { return http::ScriptedServer::Reply{.text = "", .then_close = true}; };
    http::ScriptedServer broken(hang_up);
    const Nginx proxy({broken.port(), first().port()});
    auto person = register_person(first());
    auto through = client_of(proxy, person.client.access_token());
    std::ptrdiff_t refused = 0;
    for (int i = 0; i < 8; ++i) {
        EXPECT_TRUE(is(through.get(kMe), 200));
        for (int j = 0; j < 2; ++j) {  // one to each node
            const auto done =
                through.post(kGroups, {{"title", "Once"}, {"kind", "breathing"}, {"plannedSeconds", 600}});
            if (done.status == 201) continue;
            EXPECT_TRUE(is_problem(done, 503, "unavailable"));
            EXPECT_EQ(done.header("retry-after"), "1");
            ++refused;
        }
    }
    EXPECT_EQ(refused, 8);
    std::ptrdiff_t posts = 0;
    for (const auto& request : broken.requests()) posts += request.starts_with("POST ") ? 1 : 0;
    EXPECT_EQ(posts, refused) << "none of which went anywhere else";
    // With no node behind it.
    const Nginx alone({free_port()});
    EXPECT_TRUE(is_problem(client_of(alone).get(kMe), 503, "unavailable"));
}

TEST_F(BehindNginx, ProxyProtocolPassesTheClientAddress) {
    const Nginx proxy({first().port()}, Nginx::Mode::http_behind_balancer);
    EXPECT_THAT(exchange(proxy.port(),
                         "PROXY TCP4 203.0.113.7 198.51.100.1 50000 443\r\n"
                         "GET /whoami HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
                HasSubstr("\"address\":\"203.0.113.7\""));
}

TEST_F(BehindNginx, SocketsOfAGroupShareANodeAndMoveWhenItStops) {
    auto host = register_person(first());
    auto guest = register_person(first());
    std::set<std::string> nodes;
    for (int i = 0; i < 12; ++i) {
        const auto group = create_group(host);
        auto one = join_through(nginx().port(), host, group);
        auto other = join_through(nginx().port(), guest, group);
        const auto on_first = joined_on(first());
        EXPECT_THAT(on_first, testing::AnyOf(0, 2)) << "both on one node";
        nodes.insert(on_first == 0 ? "second" : "first");
        for (auto* socket : {&one.socket, &other.socket}) socket->send({{"type", "leave"}});
        EXPECT_TRUE(eventually([] { return joined_on(first()) + joined_on(second()) == 0; }));
        host.client.del(group_path(group));
    }
    EXPECT_EQ(nodes.size(), 2U) << "and the groups on both";
}

// They spread as they come; who is in the room does not depend on it.
TEST_F(BehindNginx, GroupsWorkWithoutAffinity) {
    const Nginx anywhere({first().port(), second().port()}, Nginx::Mode::http_without_affinity);
    auto host = register_person(first());
    auto guest = register_person(first());
    const auto group = create_group(host);
    auto one = join_through(anywhere.port(), host, group);
    auto other = join_through(anywhere.port(), guest, group);
    EXPECT_EQ(joined_on(first()), 1);
    EXPECT_EQ(joined_on(second()), 1);
    EXPECT_EQ(text_of(one.socket.next("join").at("participant").as_object(), "id"), guest.id);
    other.socket.send({{"type", "reaction"}, {"kind", "bow"}});
    EXPECT_EQ(one.socket.next("reaction").at("kind"), "bow");
}

TEST_F(BehindNginx, AThousandSocketsReconnectFromALostNodeWithoutOtherEffects) {
    constexpr std::size_t kPeople = 200;
    constexpr std::size_t kSocketsEach = 5;
    std::vector<GroupClients::Member> members;
    auto host = register_person(first());
    for (std::size_t i = 0; i < kPeople; ++i) {
        const auto person = register_person(first());
        for (std::size_t j = 0; j < kSocketsEach; ++j)
            members.push_back({.id = person.id, .access_token = person.client.access_token()});
    }
    const auto count = members.size();
    GroupClients clients(std::move(members), create_group(host), nginx().port());
    ASSERT_TRUE(eventually([&] { return clients.joined() == count; }));
    const auto is_first = joined_on(first()) > 0;
    auto& lost = is_first ? first() : second();
    const auto& other = is_first ? second() : first();
    EXPECT_EQ(joined_on(lost), count);

    std::atomic<bool> stopping = false;
    const auto read = "GET " + std::string(kMe) + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
                      host.client.access_token() + "\r\n\r\n";
    auto readers = std::async(std::launch::async, [&] {
        return load({.port = nginx().port(),
                     .requests = {read},
                     .connections = 8,
                     .rate = 200,
                     .length = 120s,
                     .should_stop = [&] { return stopping.load(); }});
    });
    lost.kill();
    const auto lost_at = std::chrono::steady_clock::now();
    ASSERT_TRUE(
        eventually([&] { return joined_on(other) == static_cast<double>(count) && clients.joined() == count; }));
    EXPECT_LT(std::chrono::steady_clock::now() - lost_at, scaled(5s));
    stopping = true;
    const auto report = readers.get();
    EXPECT_GT(report.count(200), 0U);
    EXPECT_EQ(report.by_status.size(), 1U) << "no other status";
    EXPECT_EQ(report.broken, 0U);
    clients.stop();
    lost.start();
    const auto path = std::string("mindspace_http_requests_total{method=\"GET\",route=\"/livez\"");
    EXPECT_TRUE(eventually([&] {
        return client().get("/livez").status == 200 && metric(lost.management_port(), path) > 0;
    })) << "it is used again";
}

}  // namespace
}  // namespace mindspace::integration
