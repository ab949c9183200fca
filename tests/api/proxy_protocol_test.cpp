// Connections through proxies that pass octets on and say first whose they are: Nginx's stream module and curl as such
// proxies, and headers written here.

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
    // What is answered to octets that come from the trusted proxy's address; nothing when it hangs up.
    static std::string answer_to(const Nginx& proxy, const std::string& octets) {
        RawConnection connection(proxy.port());
        connection.send(octets);
        return connection.receive_all();
    }
    static testing::Matcher<std::string> says(const std::string& address) {
        return HasSubstr("\"address\":\"" + address + "\"");
    }
};

TEST_F(ProxyProtocol, TellsTheAddressOfTheClient) {
    Program program(settings());
    Nginx proxy({program.port()}, Nginx::Passes::octets_behind_header);
    EXPECT_THAT(answer_to(proxy, kAsk), says("127.0.0.1"));
    EXPECT_THAT(Client(program).get("/whoami").text("/address"), "127.0.0.1") << "who is no proxy says nothing first";
}

TEST_F(ProxyProtocol, IsHeardFromTrustedProxiesOnlyAndFromThemAlways) {
    Program program(settings());
    Nginx proxy({program.port()}, Nginx::Passes::octets);
    EXPECT_THAT(answer_to(proxy, "PROXY TCP4 203.0.113.7 198.51.100.1 50000 443\r\n"s + kAsk), says("203.0.113.7"));
    EXPECT_THAT(answer_to(proxy, "PROXY TCP6 2001:db8::7 2001:db8::1 50000 443\r\n"s + kAsk), says("2001:db8::7"));
    EXPECT_THAT(answer_to(proxy, "PROXY TCP6 ::ffff:203.0.113.7 ::1 50000 443\r\n"s + kAsk), says("203.0.113.7"));
    const auto signature = "\r\n\r\n\0\r\nQUIT\n"s;
    EXPECT_THAT(
        answer_to(proxy, signature + "\x21\x11\x00\x0C\xCB\x00\x71\x07\xC6\x33\x64\x01\x01\x02\x03\x04"s + kAsk),
        says("203.0.113.7"));
    EXPECT_THAT(answer_to(proxy, signature + "\x20\x00\x00\x00"s + kAsk), says(Nginx::kAddress)) << "a health check";
    for (const auto& header : {signature + "\x20\x00\x00\x00"s, "PROXY UNKNOWN\r\n"s})
        EXPECT_THAT(answer_to(proxy, header + "GET /whoami HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\n"
                                              "Connection: close\r\n\r\n"),
                    says(Nginx::kAddress))
            << "for whom it is said in no other way";
    EXPECT_EQ(metric(program.management_port(), "mindspace_http_proxy_headers_refused_total"), 0);
    EXPECT_EQ(answer_to(proxy, kAsk), "");
    EXPECT_EQ(answer_to(proxy, "PROXY TCP4 nobody 198.51.100.1 50000 443\r\n"s + kAsk), "");
    EXPECT_EQ(metric(program.management_port(), "mindspace_http_proxy_headers_refused_total"), 2);

    RawConnection stranger(program.port());
    stranger.send("PROXY TCP4 203.0.113.7 198.51.100.1 50000 443\r\n"s + kAsk);
    EXPECT_THAT(stranger.receive_all(), HasSubstr(" 501 ")) << "from elsewhere it is a method that nobody knows";
}

TEST_F(ProxyProtocol, StandsBeforeTls) {
    TemporaryDirectory directory;
    const std::string certificate = directory.path() / "certificate.pem";
    const std::string key = directory.path() / "key.pem";
    make_certificate({.certificate = certificate, .key = key}, "first");
    auto with_tls = settings();
    with_tls["MINDSPACE_TLS_CERTIFICATE"] = certificate;
    with_tls["MINDSPACE_TLS_KEY"] = key;
    Program program(with_tls);
    Nginx proxy({program.port()}, Nginx::Passes::octets);
    const auto answer =
        run_to_end({"curl", "--silent", "--show-error", "--noproxy", "*", "--cacert", certificate, "--haproxy-protocol",
                    "https://localhost:" + std::to_string(proxy.port()) + "/whoami"});
    EXPECT_EQ(answer.exit_code, 0) << answer.output;
    EXPECT_THAT(answer.output, says("127.0.0.1"));
}

}  // namespace
}  // namespace mindspace::integration
