#pragma once
// A real Nginx with the configuration that ships (deploy/nginx) in front of nodes. Changed of it are only the places
// that a test has for itself: nodes, ports, certificate, account, directories, and a listener without TLS for clients
// that do not support it.

#include "support/program/process.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mindspace::integration {

class Nginx {
public:
    enum class Mode {
        http,                   // the sockets of a group go to one node
        http_without_affinity,  // they go to the nodes in turn
        http_behind_balancer,   // a PROXY header says who the client of each connection is
        tcp,                    // bytes are passed on
        tcp_with_proxy_header,
    };
    static constexpr const char* kAddress = "127.0.0.2";  // from which the TCP proxy connects

    // Returns once it listens.
    explicit Nginx(const std::vector<std::uint16_t>& nodes, Mode mode = Mode::http);

    [[nodiscard]] std::uint16_t port() const { return port_; }
    // Of HTTP: with TLS.
    [[nodiscard]] std::uint16_t tls_port() const { return tls_port_; }
    // Of HTTP: redirects to TLS.
    [[nodiscard]] std::uint16_t redirecting_port() const { return redirecting_port_; }
    [[nodiscard]] std::string certificate() const { return path("certificate.pem"); }
    // Where nginx.conf is, and below it mindspace/nodes.conf.
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
    [[nodiscard]] std::string access_log() const { return read_whole_file(path("mindspace.log")); }

private:
    void configure(const std::vector<std::uint16_t>& nodes, Mode mode);
    void configure_http(Mode mode);
    void configure_tcp(Mode mode);
    [[nodiscard]] std::string path(const char* name) const { return (directory_.path() / name).native(); }

    TemporaryDirectory directory_;
    std::uint16_t port_;
    std::uint16_t tls_port_;
    std::uint16_t redirecting_port_;
    std::unique_ptr<Process> process_;
};

}  // namespace mindspace::integration
