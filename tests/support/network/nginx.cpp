#include "support/network/nginx.h"

#include "support/base/process.h"
#include "support/network/certificate.h"
#include "support/network/raw_connection.h"

#include <unistd.h>

#include <fstream>
#include <initializer_list>
#include <stdexcept>
#include <utility>

namespace mindspace::integration {

namespace fs = std::filesystem;

namespace {

// Replaces each first text of the file by the second; throws when one is not there, because the file has changed.
void change(const fs::path& file, std::initializer_list<std::pair<std::string, std::string>> changes) {
    auto text = read_whole_file(file);
    for (const auto& [from, to] : changes) {
        if (!text.contains(from)) throw std::runtime_error(file.native() + " has no \"" + from + "\"");
        for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    }
    std::ofstream(file) << text;
}

std::string address_of(std::uint16_t port) {
    return "listen 127.0.0.1:" + std::to_string(port);
}

}  // namespace

Nginx::Nginx(const std::vector<std::uint16_t>& nodes, Mode mode)
    : port_(free_port()), tls_port_(free_port()), redirecting_port_(free_port()) {
    configure(nodes, mode);
    const std::vector<std::string> arguments{
        "nginx", "-p", directory().native(), "-c", path("nginx.conf"), "-e", path("error.log"), "-g", "daemon off;"};
    process_ = std::make_unique<Process>(arguments, Environment{}, path("output"));
    if (!eventually([this] { return is_listening(port_) || !process_->is_running(); }) || !process_->is_running())
        throw std::runtime_error("nginx does not listen: " + read_whole_file(path("output")));
}

void Nginx::configure(const std::vector<std::uint16_t>& nodes, Mode mode) {
    const bool is_tcp = mode == Mode::tcp || mode == Mode::tcp_with_proxy_header;
    const fs::path source = fs::path(required_variable("MINDSPACE_SOURCE_DIR")) / "deploy/nginx";
    fs::copy(source / "mindspace", directory() / "mindspace");
    fs::create_directory_symlink("/usr/lib/nginx/modules", directory() / "modules");  // named relative to the prefix
    fs::copy(source / (is_tcp ? "nginx-stream.conf" : "nginx.conf"), path("nginx.conf"));
    std::string lines;
    for (auto node : nodes) lines += "server 127.0.0.1:" + std::to_string(node) + " max_fails=0;\n";
    std::ofstream(directory() / "mindspace/nodes.conf") << lines;
    change(path("nginx.conf"), {{"user www-data;", ::geteuid() == 0 ? "user root;" : ""},
                                {"worker_processes auto;", "worker_processes 1;"},
                                {"worker_rlimit_nofile 65536;", ""},  // more than a test may have
                                {"worker_connections 16384;", "worker_connections 8192;"},
                                {"/run/nginx.pid", path("pid")},
                                {"/var/log/nginx", directory().native()}});
    is_tcp ? configure_tcp(mode) : configure_http(mode);
}

void Nginx::configure_http(Mode mode) {
    std::string places;
    for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        places += std::string(kind) + "_temp_path " + path(kind) + ";\n";
    change(path("nginx.conf"), {{"http {", "http {\n" + places}, {"/etc/nginx/modules-enabled", path("no-modules")}});
    make_certificate({.certificate = certificate(), .key = path("key.pem")}, "nginx");
    change(directory() / "mindspace/site.conf", {{"listen [::]:80 default_server;", ""},
                                                 {"listen 80", address_of(redirecting_port_)},
                                                 {"/etc/mindspace/tls", directory().native()},
                                                 {"/var/log/nginx", directory().native()}});
    if (mode == Mode::http_without_affinity)
        change(directory() / "mindspace/site.conf", {{"hash $mindspace_group consistent;", ""}});
    const auto listen = directory() / "mindspace/listen.conf";
    const bool is_behind_balancer = mode == Mode::http_behind_balancer;
    if (is_behind_balancer) {
        fs::copy_file(directory() / "mindspace/listen-behind-balancer.conf", listen,
                      fs::copy_options::overwrite_existing);
        change(listen, {{"listen [::]:443 ssl http2 proxy_protocol;", address_of(port_) + " proxy_protocol;"},
                        {"10.0.0.0/8", "127.0.0.0/8"}});
    } else {
        change(listen, {{"listen [::]:443 ssl http2;", address_of(port_) + ";"}});
    }
    change(listen, {{"listen 443", address_of(tls_port_)}});
}

void Nginx::configure_tcp(Mode mode) {
    change(path("nginx.conf"),
           {{"listen [::]:443 so_keepalive=on;", ""},
            {"listen 443", address_of(port_)},
            {"proxy_pass mindspace;", "proxy_pass mindspace; proxy_bind " + std::string(kAddress) + ";"}});
    if (mode == Mode::tcp) change(path("nginx.conf"), {{"proxy_protocol on;", ""}});
}

}  // namespace mindspace::integration
