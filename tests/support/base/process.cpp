#include "support/base/process.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <random>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mindspace {

namespace {

namespace asio = boost::asio;

constexpr std::uint16_t kFirstPort = 12'000;
constexpr std::uint16_t kLastPort = 21'999;
constexpr std::uint16_t kBusOffset = 10'000;

bool is_free(std::uint16_t port) {
    asio::io_context io;
    asio::ip::tcp::acceptor acceptor(io, asio::ip::tcp::v4());
    boost::system::error_code taken;
    acceptor.bind({asio::ip::address_v4::any(), port}, taken);
    return !taken;
}

// The process that has the socket of this name owns the port; the kernel releases it when the process ends.
bool reserve(std::uint16_t port) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const auto name = "mindspace-test-port-" + std::to_string(port);
    std::ranges::copy(name, &address.sun_path[1]);  // after a zero byte: an abstract address (unix(7))
    const auto size = offsetof(sockaddr_un, sun_path) + 1 + name.size();
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size)) == 0) return true;
    ::close(socket);
    return false;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    for (auto& string : strings) pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

void check(int error, const std::string& what) {
    if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

}  // namespace

pid_t launch(Launch what) {
    // setpriv(1) replaces itself with the program.
    std::vector<std::string> command{"setpriv", "--pdeathsig", what.death_signal};
    if (!what.user.empty())
        command.insert(command.end(), {"--reuid=" + what.user, "--regid=" + what.user, "--clear-groups"});
    command.emplace_back("--");
    command.insert(command.end(), what.arguments.begin(), what.arguments.end());
    auto arguments = pointers_to(command);
    std::vector<char*> variables;
    if (what.environment) variables = pointers_to(*what.environment);

    posix_spawn_file_actions_t actions;
    check(::posix_spawn_file_actions_init(&actions), "posix_spawn");
    posix_spawnattr_t attributes;
    check(::posix_spawnattr_init(&attributes), "posix_spawn");
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawn_file_actions_adddup2(&actions, what.output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, what.output, STDERR_FILENO);
    pid_t process = 0;
    const int error = ::posix_spawnp(&process, arguments[0], &actions, &attributes, arguments.data(),
                                     what.environment ? variables.data() : environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    check(error, what.arguments.front());
    return process;
}

std::string run_program(std::vector<std::string> arguments) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const std::string program = arguments.front();
    const pid_t process = launch({.arguments = std::move(arguments), .output = ends[1]});
    ::close(ends[1]);
    std::string output;
    std::array<char, 4096> part;
    ssize_t count = 0;
    while ((count = ::read(ends[0], part.data(), part.size())) > 0)
        output.append(part.data(), static_cast<std::size_t>(count));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(process, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error(program + " failed: " + output);
    return output;
}

std::uint16_t free_port() {
    static std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<std::uint16_t> pick(kFirstPort, kLastPort);
    while (true) {
        const std::uint16_t port = pick(random);
        if (is_free(port) && is_free(port + kBusOffset) && reserve(port)) return port;
    }
}

}  // namespace mindspace
