// HTTPS on the gateway's port, with generated certificates, tested with curl and Beast.

#include "support/live/client.h"
#include "support/network/certificate.h"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <csignal>
#include <fstream>

namespace mindspace::integration {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

class Tls : public testing::Test {
protected:
    Tls() { make_certificate("first"); }

    void make_certificate(const std::string& organisation) const {
        integration::make_certificate({.certificate = certificate(), .key = key()}, organisation);
    }
    [[nodiscard]] std::string certificate() const { return directory_.path() / "certificate.pem"; }
    [[nodiscard]] std::string key() const { return directory_.path() / "key.pem"; }
    [[nodiscard]] Environment settings() const {
        return {{"MINDSPACE_TLS_CERTIFICATE", certificate()}, {"MINDSPACE_TLS_KEY", key()}};
    }
    // GET /livez with curl, which trusts the certificate currently in the file.
    [[nodiscard]] ProcessResult curl(const Program& program, std::vector<std::string> options = {}) const {
        std::vector<std::string> words{"curl", "--silent", "--show-error", "--noproxy", "*", "--cacert", certificate()};
        words.insert(words.end(), options.begin(), options.end());
        words.push_back("https://localhost:" + std::to_string(program.port()) + "/livez");
        return run_to_end(words);
    }

private:
    TemporaryDirectory directory_;
};

TEST_F(Tls, ServesTheApi) {
    Program program(settings());
    auto person = register_person(program);
    EXPECT_TRUE(is(person.client.patch("/api/v1/users/me", {{"displayName", "Grace"}}), 200));
    EXPECT_EQ(person.client.get("/api/v1/users/me").text("/displayName"), "Grace");
    const auto document = Client(program).get("/openapi.json");
    EXPECT_GT(document.body.size(), 16'384U);
    EXPECT_TRUE(document.document.is_object()) << "also for a response longer than a TLS record";
}

TEST_F(Tls, ServesSockets) {
    Program program(settings());
    auto host = register_person(program);
    const auto group = create_group(host);
    const auto ticket = host.client.post(group_path(group, "/ticket")).text("/ticket");

    asio::io_context loop;
    asio::ssl::context trust(asio::ssl::context::tls_client);
    trust.load_verify_file(certificate());
    beast::websocket::stream<asio::ssl::stream<asio::ip::tcp::socket>> socket(loop, trust);
    socket.next_layer().set_verify_mode(asio::ssl::verify_peer);
    socket.next_layer().next_layer().connect({asio::ip::address_v4::loopback(), program.port()});
    socket.next_layer().handshake(asio::ssl::stream_base::client);
    socket.handshake("localhost", group_path(group, "/live?ticket=" + in_query(ticket)));
    socket.write(asio::buffer(std::string_view(R"({"type":"hello"})")));
    beast::flat_buffer frame;
    socket.read(frame);
    EXPECT_THAT(beast::buffers_to_string(frame.data()), testing::HasSubstr("\"welcome\""));
    socket.close(beast::websocket::close_code::normal);
}

TEST_F(Tls, RespondsToATooSlowClient) {
    auto environment = settings();
    environment["MINDSPACE_HTTP_BODY_TIMEOUT_SECONDS"] = "1";
    Program program(std::move(environment));
    asio::io_context loop;
    asio::ssl::context trust(asio::ssl::context::tls_client);
    asio::ssl::stream<asio::ip::tcp::socket> connection(loop, trust);
    connection.next_layer().connect({asio::ip::address_v4::loopback(), program.port()});
    connection.handshake(asio::ssl::stream_base::client);
    asio::write(connection, asio::buffer(std::string_view(
                                "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                "Content-Length: 100\r\n\r\n{")));
    std::string response;
    boost::system::error_code end;
    asio::read(connection, asio::dynamic_buffer(response), end);
    EXPECT_THAT(response, testing::StartsWith("HTTP/1.1 408 "));
    EXPECT_THAT(response, testing::HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(response, testing::HasSubstr("request_timeout"));
}

TEST_F(Tls, RequiresVersion1_2AndUsesHttp1) {
    Program program(settings());
    EXPECT_EQ(curl(program).output, "ok\n");
    EXPECT_EQ(curl(program, {"--tls-max", "1.2"}).output, "ok\n");
    EXPECT_NE(curl(program, {"--tls-max", "1.1", "--ciphers", "ALL:@SECLEVEL=0"}).exit_code, 0);
    EXPECT_EQ(curl(program, {"--http2"}).output, "ok\n") << "offered h2 and http/1.1, it selects http/1.1";
    EXPECT_THAT(curl(program, {"--include"}).output, testing::StartsWith("HTTP/1.1 200 OK"));
    const auto url = "http://localhost:" + std::to_string(program.port()) + "/livez";
    EXPECT_NE(run_to_end({"curl", "--silent", "--noproxy", "*", url}).exit_code, 0) << "no plain HTTP";
}

TEST_F(Tls, ReloadsCertificatesAtSighup) {
    Program program(settings());
    ASSERT_EQ(curl(program).output, "ok\n");
    make_certificate("second");
    EXPECT_NE(curl(program).exit_code, 0) << "it still uses the first certificate";
    program.send(SIGHUP);
    EXPECT_TRUE(eventually([&] { return curl(program).output == "ok\n"; }));
    // An invalid certificate changes nothing.
    const auto good = read_whole_file(certificate());
    std::ofstream(certificate()) << "not a certificate\n";
    program.send(SIGHUP);
    EXPECT_TRUE(eventually([&] { return program.log().contains("certificates not reloaded"); }));
    std::ofstream(certificate()) << good;
    EXPECT_EQ(curl(program).output, "ok\n");
}

TEST_F(Tls, RefusesToStartWithAMismatchedKey) {
    auto more = settings();
    std::ofstream(key()) << "no key\n";
    const TemporaryDirectory directory;
    more.merge(settings_for(directory.path() / "data"));
    const auto ended = run_to_end({program_path(), "up"}, more);
    EXPECT_EQ(ended.exit_code, 78);
    EXPECT_THAT(ended.output, testing::HasSubstr(key()));
}

}  // namespace
}  // namespace mindspace::integration
