// Connections through TCP proxies that send a PROXY header: Nginx's stream module, curl, and headers written by the
// tests.

#include "support/network/certificate.h"
#include "support/network/nginx.h"
#include "support/network/raw_connection.h"
#include "support/program/client.h"
#include "support/program/metrics.h"
#include "support/program/program.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

constexpr const char* kAsk = "GET /whoami HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

class ProxyProtocol : public testing::Test {
protected:
    static Environment settings() {
        return {{"MINDSPACE_HTTP_PROXY_PROTOCOL", "true"}, {"MINDSPACE_HTTP_TRUSTED_PROXIES", Nginx::kAddress}};
    }
    // The response to bytes from the trusted proxy's address; empty if the connection is closed.
    static std::string response_to(const Nginx& proxy, const std::string& bytes) {
        RawConnection connection(proxy.port());
        connection.send(bytes);
        return connection.receive_all();
    }
    static testing::Matcher<std::string> reports(const std::string& address) {
        return HasSubstr("\"address\":\"" + address + "\"");
    }
};

TEST_F(ProxyProtocol, ProvidesTheClientAddress) {
    Program program(settings());
    Nginx proxy({program.port()}, Nginx::Mode::tcp_with_proxy_header);
    EXPECT_THAT(response_to(proxy, kAsk), reports("127.0.0.1"));
    EXPECT_THAT(Client(program).get("/whoami").text("/address"), "127.0.0.1")
        << "clients that are not proxies send no header";
}

TEST_F(ProxyProtocol, IsRequiredFromTrustedProxiesAndRefusedFromOthers) {
    Program program(settings());
    Nginx proxy({program.port()}, Nginx::Mode::tcp);
    EXPECT_THAT(response_to(proxy, "PROXY TCP4 203.0.113.7 198.51.100.1 50000 443\r\n"s + kAsk),
                reports("203.0.113.7"));
    EXPECT_THAT(response_to(proxy, "PROXY TCP6 2001:db8::7 2001:db8::1 50000 443\r\n"s + kAsk), reports("2001:db8::7"));
    EXPECT_THAT(response_to(proxy, "PROXY TCP6 ::ffff:203.0.113.7 ::1 50000 443\r\n"s + kAsk), reports("203.0.113.7"));
    const auto signature = "\r\n\r\n\0\r\nQUIT\n"s;
    EXPECT_THAT(
        response_to(proxy, signature + "\x21\x11\x00\x0C\xCB\x00\x71\x07\xC6\x33\x64\x01\x01\x02\x03\x04"s + kAsk),
        reports("203.0.113.7"));
    EXPECT_THAT(response_to(proxy, signature + "\x20\x00\x00\x00"s + kAsk), reports(Nginx::kAddress))
        << "a health check";
    for (const auto& header : {signature + "\x20\x00\x00\x00"s, "PROXY UNKNOWN\r\n"s})
        EXPECT_THAT(response_to(proxy, header + "GET /whoami HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\n"
                                                "Connection: close\r\n\r\n"),
                    reports(Nginx::kAddress))
            << "without a client address in the header, fields are ignored";
    EXPECT_EQ(metric(program.management_port(), "mindspace_http_proxy_headers_refused_total"), 0);
    EXPECT_EQ(response_to(proxy, kAsk), "");
    EXPECT_EQ(response_to(proxy, "PROXY TCP4 nobody 198.51.100.1 50000 443\r\n"s + kAsk), "");
    EXPECT_EQ(metric(program.management_port(), "mindspace_http_proxy_headers_refused_total"), 2);

    RawConnection untrusted(program.port());
    untrusted.send("PROXY TCP4 203.0.113.7 198.51.100.1 50000 443\r\n"s + kAsk);
    EXPECT_THAT(untrusted.receive_all(), HasSubstr(" 501 ")) << "from elsewhere it is an unknown method";
}

TEST_F(ProxyProtocol, PrecedesTls) {
    TemporaryDirectory directory;
    const std::string certificate = directory.path() / "certificate.pem";
    const std::string key = directory.path() / "key.pem";
    make_certificate({.certificate = certificate, .key = key}, "first");
    auto with_tls = settings();
    with_tls["MINDSPACE_TLS_CERTIFICATE"] = certificate;
    with_tls["MINDSPACE_TLS_KEY"] = key;
    Program program(with_tls);
    Nginx proxy({program.port()}, Nginx::Mode::tcp);
    const auto response =
        run_to_end({"curl", "--silent", "--show-error", "--noproxy", "*", "--cacert", certificate, "--haproxy-protocol",
                    "https://localhost:" + std::to_string(proxy.port()) + "/whoami"});
    EXPECT_EQ(response.exit_code, 0) << response.output;
    EXPECT_THAT(response.output, reports("127.0.0.1"));
}

}  // namespace
}  // namespace mindspace::integration
