#include "support/redis/server.h"

#include "support/base/process.h"

#include <boost/asio/local/stream_protocol.hpp>

#include <csignal>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mindspace::redis {

namespace {

constexpr std::chrono::milliseconds kIteration{10};
constexpr std::chrono::milliseconds kPollInterval{1};

}  // namespace

TestServer::TestServer(std::vector<std::string> arguments)
    : arguments_(std::move(arguments)), socket_path_(directory_.path() / "redis.sock") {
    start();
}

TestServer::~TestServer() {
    if (process_ > 0) signal(SIGKILL);
}

void TestServer::signal(int number) {
    kill(process_, number);
    if (number != SIGKILL && number != SIGTERM) return;
    waitpid(process_, nullptr, 0);
    process_ = -1;
}

void TestServer::start() {
    std::vector<std::string> arguments{
        "redis-server",    "--port", "0", "--unixsocket", socket_path_, "--unixsocketperm", "777", "--dir",
        directory_.path(), "--save", "",  "--loglevel",   "warning"};
    arguments.insert(arguments.end(), arguments_.begin(), arguments_.end());
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    process_ = launch({.arguments = std::move(arguments), .output = nowhere});
    close(nowhere);
    asio::io_context io;
    asio::local::stream_protocol::socket probe(io);
    boost::system::error_code fault;
    const ScaledTimeout timeout;
    do {
        if (timeout.has_expired()) throw std::runtime_error("redis-server does not start");
        probe.close();
        probe.connect(socket_path_, fault);
        std::this_thread::sleep_for(kPollInterval);
    } while (fault);
}

bool run_until(asio::io_context& io, const std::function<bool()>& condition) {
    const ScaledTimeout timeout;
    io.restart();
    while (!condition()) {
        if (timeout.has_expired()) return false;
        io.run_one_for(kIteration);
        if (io.stopped()) return condition();
    }
    return true;
}

}  // namespace mindspace::redis
