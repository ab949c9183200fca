#include "support/network/nginx.h"

#include "support/base/process.h"
#include "support/network/raw_connection.h"

#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace mindspace::integration {

namespace {

std::string http_section(const std::string& directory, const std::string& upstream, const std::string& listen) {
    std::string temporary;
    for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        temporary += std::string(kind) + "_temp_path " + directory + "/" + kind + "; ";
    return "http { access_log off; " + temporary + "\n" +
           "map $http_upgrade $connection_upgrade { default upgrade; '' ''; }\n" + upstream + "server { " + listen +
           "ignore_invalid_headers off; if ($server_protocol !~ '^HTTP/1\\.[01]$') { return 505; }\n"
           "location / { proxy_pass http://nodes; proxy_http_version 1.1; proxy_set_header Host $http_host;\n"
           "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;\n"
           "proxy_read_timeout 120s; } } }\n";
}

std::string stream_section(const std::string& upstream, const std::string& listen, bool sends_proxy_header) {
    return "stream { " + upstream + "server { " + listen + "proxy_pass nodes; proxy_bind " + Nginx::kAddress + "; " +
           (sends_proxy_header ? "proxy_protocol on; " : "") + "} }\n";
}

// A single process without workers, so that killing it ends all of it.
std::string configuration(const std::string& directory, std::uint16_t port, const std::vector<std::uint16_t>& nodes,
                          Nginx::Mode mode) {
    std::string upstream = "upstream nodes { ";
    for (auto node : nodes) upstream += "server 127.0.0.1:" + std::to_string(node) + " fail_timeout=60s; ";
    upstream += "}\n";
    const auto listen = "listen 127.0.0.1:" + std::to_string(port) + "; ";
    const bool is_http = mode == Nginx::Mode::http;
    return "daemon off; master_process off; pid " + directory + "/pid; error_log " + directory + "/error.log;\n" +
           (::geteuid() == 0 ? "user root;\n" : "") +
           (is_http ? "" : "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n") +
           "events { worker_connections 1024; }\n" +
           (is_http ? http_section(directory, upstream, listen)
                    : stream_section(upstream, listen, mode == Nginx::Mode::tcp_with_proxy_header));
}

}  // namespace

Nginx::Nginx(const std::vector<std::uint16_t>& nodes, Mode mode) : port_(free_port()) {
    const auto directory = directory_.path().native();
    std::ofstream(directory + "/nginx.conf") << configuration(directory, port_, nodes, mode);
    const std::vector<std::string> arguments{
        "nginx", "-p", directory, "-c", directory + "/nginx.conf", "-e", directory + "/error.log"};
    process_ = std::make_unique<Process>(arguments, Environment{}, directory_.path() / "output");
    if (!eventually([this] { return is_listening(port_) || !process_->is_running(); }) || !process_->is_running())
        throw std::runtime_error("nginx does not listen: " + read_whole_file(directory_.path() / "output"));
}

}  // namespace mindspace::integration
