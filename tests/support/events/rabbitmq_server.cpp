#include "support/events/rabbitmq_server.h"

#include "support/base/process.h"
#include "support/network/raw_connection.h"

#include <fstream>
#include <stdexcept>

namespace mindspace::integration {

namespace fs = std::filesystem;

namespace {

constexpr const char* kInstalled = "/usr/lib/rabbitmq/lib";

// The script behind Debian's wrapper in sbin, which forces its own paths.
std::string find_program() {
    for (const auto& version : fs::directory_iterator(kInstalled))
        if (version.path().filename().native().starts_with("rabbitmq_server-"))
            return version.path() / "sbin/rabbitmq-server";
    throw std::runtime_error("rabbitmq-server is not installed");
}

}  // namespace

RabbitmqServer& RabbitmqServer::shared() {
    static RabbitmqServer server;
    return server;
}

RabbitmqServer::RabbitmqServer()
    : certificate_{.certificate = directory_.path() / "certificate.pem", .key = directory_.path() / "key.pem"},
      port_(free_port()),
      secure_port_(free_port()),
      mapper_port_(free_port()) {
    const auto& home = directory_.path();
    make_certificate(certificate_, "RabbitMQ");
    const auto config = home / "rabbitmq.conf";
    const auto secure_port = std::to_string(secure_port_);  // at the certificate's address, and at one it does not name
    std::ofstream(config) << "listeners.ssl.1 = 127.0.0.1:" << secure_port
                          << "\nlisteners.ssl.2 = 127.0.0.2:" << secure_port
                          << "\nssl_options.certfile = " << certificate_.certificate
                          << "\nssl_options.keyfile = " << certificate_.key << '\n';
    const auto cookie = home / ".erlang.cookie";
    std::ofstream(cookie) << "ofthistestalone";
    fs::permissions(cookie, fs::perms::owner_read);
    const auto mapper_port = std::to_string(mapper_port_);
    settings_ = {
        {"HOME", home},
        {"RABBITMQ_NODENAME", "test@localhost"},
        {"RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"},
        {"RABBITMQ_NODE_PORT", std::to_string(port_)},
        {"RABBITMQ_DIST_PORT", std::to_string(free_port())},
        {"RABBITMQ_MNESIA_BASE", home / "mnesia"},
        {"RABBITMQ_LOG_BASE", home / "log"},
        {"RABBITMQ_ENABLED_PLUGINS_FILE", home / "plugins"},
        {"RABBITMQ_CONF_ENV_FILE", "/dev/null"},
        {"RABBITMQ_CONFIG_FILE", config},
        {"ERL_EPMD_ADDRESS", "127.0.0.1"},
        {"ERL_EPMD_PORT", mapper_port},
        {"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none"}};
    // In the foreground; otherwise the server would start one that outlives it.
    const std::vector<std::string> mapper{"epmd", "-port", mapper_port, "-address", "127.0.0.1"};
    mapper_ = std::make_unique<Process>(mapper, Environment{}, home / "epmd.log");
    launch();
    wait_until_ready();
}

RabbitmqServer::~RabbitmqServer() {
    crash();
}

std::string RabbitmqServer::url() const {
    return "amqp://guest:guest@127.0.0.1:" + std::to_string(port_);
}

std::string RabbitmqServer::secure_url(const std::string& authority) const {
    return "amqps://guest:guest@localhost:" + std::to_string(secure_port_) + "?ca=" + authority;
}

void RabbitmqServer::crash() {
    server_.reset();
}

void RabbitmqServer::launch() {
    const std::vector<std::string> command{find_program()};
    server_ = std::make_unique<Process>(command, settings_, directory_.path() / "server.log");
}

void RabbitmqServer::wait_until_ready() {
    if (!eventually([this] { return is_listening(port_) && is_listening(secure_port_); }, 120s))
        throw std::runtime_error("RabbitMQ does not start:\n" + read_whole_file(directory_.path() / "server.log"));
}

}  // namespace mindspace::integration
