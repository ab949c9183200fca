// A Redis that uses TLS, with certificates created by the test.

#include "platform/base/result.h"
#include "platform/redis/connection/client.h"
#include "platform/redis/connection/url.h"
#include "platform/redis/pubsub/subscriber.h"
#include "support/base/process.h"
#include "support/redis/calls.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>

namespace mindspace::redis {
namespace {

class RedisTls : public testing::Test {
protected:
    static void SetUpTestSuite() {
        certificates = std::make_unique<TemporaryDirectory>();
        make_ca("ca");
        make_ca("stranger");
        run_program({"openssl",
                     "req",
                     "-x509",
                     "-newkey",
                     "ec",
                     "-pkeyopt",
                     "ec_paramgen_curve:prime256v1",
                     "-nodes",
                     "-subj",
                     "/CN=redis",
                     "-addext",
                     "subjectAltName=DNS:localhost",
                     "-CA",
                     file("ca.pem"),
                     "-CAkey",
                     file("ca.key"),
                     "-keyout",
                     file("server.key"),
                     "-out",
                     file("server.pem"),
                     "-days",
                     "2"});
        tls_port = free_port();
        tls_server = std::make_unique<TestServer>(arguments(tls_port));
    }

    static Words arguments(std::uint16_t port) {
        return {"--tls-port",         std::to_string(port),
                "--tls-cert-file",    file("server.pem"),
                "--tls-key-file",     file("server.key"),
                "--tls-ca-cert-file", file("ca.pem"),
                "--tls-auth-clients", "no",
                "--requirepass",      "s3cret"};
    }

    static void TearDownTestSuite() {
        tls_server.reset();
        certificates.reset();
    }

    static void make_ca(const std::string& name) {
        run_program({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                     "-subj", "/CN=" + name, "-keyout", file(name + ".key"), "-out", file(name + ".pem"), "-days",
                     "2"});
    }

    static std::string file(const std::string& name) { return certificates->path() / name; }

    static ClientOptions options(const std::string& host, const std::string& ca) {
        auto parsed =
            parse_url("rediss://:s3cret@" + host + ":" + std::to_string(tls_port) + "?ca=" + file(ca + ".pem"));
        return std::move(parsed.value());
    }

    // Why the client is not up after two attempts.
    std::string fault_of(ClientOptions options) {
        Client client(io_, std::move(options));
        client.start();
        std::string fault;
        EXPECT_TRUE(run_until(io_, [&] {
            try {
                run_task(io_, send(client, {"PING"}));
            } catch (const Unavailable& unavailable) {
                fault = unavailable.what();
            }
            return !fault.empty() && fault != "redis: not connected yet";
        }));
        EXPECT_FALSE(client.is_up());
        return fault;
    }

    static std::unique_ptr<TemporaryDirectory> certificates;
    static std::unique_ptr<TestServer> tls_server;
    static std::uint16_t tls_port;
    asio::io_context io_;
};

std::unique_ptr<TemporaryDirectory> RedisTls::certificates;
std::unique_ptr<TestServer> RedisTls::tls_server;
std::uint16_t RedisTls::tls_port = 0;

TEST_F(RedisTls, RunsCommands) {
    Client client(io_, options("localhost", "ca"));
    client.start();
    ASSERT_TRUE(run_until(io_, [&] { return client.is_up(); }));
    std::string large(3'000'000, 'v');
    EXPECT_EQ(run_task(io_, send(client, {"SET", "key", large})).as_string(), "OK");
    EXPECT_EQ(run_task(io_, send(client, {"GET", "key"})).as_string(), large);
}

// A cluster of one node. The node does not know its own address, so the client uses the host that it asked.
TEST_F(RedisTls, RunsCommandsAndDeliversMessagesOfACluster) {
    std::uint16_t port = free_port();
    Words words = arguments(port);
    words.insert(words.end(), {"--cluster-enabled", "yes", "--tls-cluster", "yes"});
    TestServer node(std::move(words));
    auto url = "rediss+cluster://:s3cret@localhost:" + std::to_string(port) + "?ca=" + file("ca.pem");
    ClientOptions options = parse_url(url).value();
    options.command_timeout = Milliseconds(4000);
    run_program({"redis-cli", "-s", node.socket_path(), "--no-auth-warning", "-a", "s3cret", "CLUSTER", "ADDSLOTSRANGE",
                 "0", "16383"});
    Client client(io_, options);
    Subscriber subscriber(io_, options);
    std::string received;
    Subscription subscription = subscriber.subscribe("room", [&](std::string_view text) { received = text; });
    client.start();
    subscriber.start();
    ASSERT_TRUE(run_until(io_, [&] { return client.is_up(); }));
    EXPECT_EQ(run_task(io_, send(client, {"SET", "key", "value"})).as_string(), "OK") << "not at once: CLUSTERDOWN";
    ASSERT_TRUE(run_until(io_, [&] { return subscriber.is_up(); }));
    run_task(io_, send(client, {"SPUBLISH", "room", "hello"}));
    EXPECT_TRUE(run_until(io_, [&] { return received == "hello"; }));
}

TEST_F(RedisTls, RefusesACertificateOfAnotherAuthority) {
    EXPECT_NE(fault_of(options("localhost", "stranger")).find("certificate verify failed"), std::string::npos);
}

TEST_F(RedisTls, RefusesACertificateOfAnotherHost) {
    EXPECT_NE(fault_of(options("127.0.0.1", "ca")).find("certificate verify failed"), std::string::npos);
}

TEST_F(RedisTls, RefusesAServerWithoutTls) {
    std::uint16_t port = free_port();
    TestServer plain({"--port", std::to_string(port)});
    ClientOptions to_plain = options("localhost", "ca");
    to_plain.port = port;
    to_plain.connect_timeout = Milliseconds(200);
    EXPECT_EQ(fault_of(to_plain), "redis: connecting took too long") << "it waits for the end of the first line";
}

TEST_F(RedisTls, NeverRevealsThePassword) {
    ClientOptions mistaken = options("localhost", "ca");
    mistaken.password = "mistaken";
    EXPECT_EQ(fault_of(mistaken), "redis: HELLO was refused: WRONGPASS");
}

}  // namespace
}  // namespace mindspace::redis
