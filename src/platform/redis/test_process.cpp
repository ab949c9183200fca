#include "platform/redis/test_process.h"

#include "platform/base/async.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mindspace::redis {

namespace {

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

}  // namespace

TestDirectory::TestDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "mindspace-redis-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
}

TestDirectory::~TestDirectory() {
    std::filesystem::remove_all(path_);
}

pid_t start_program(std::vector<std::string> words, int output) {
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t process = fork();
    if (process != 0) return process;
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execvp(argv[0], argv.data());
    _exit(127);
}

std::string run_program(std::vector<std::string> words) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    std::string program = words.front();
    pid_t process = start_program(std::move(words), ends[1]);
    close(ends[1]);
    std::string output;
    std::array<char, 4096> part;
    ssize_t count = 0;
    while ((count = read(ends[0], part.data(), part.size())) > 0)
        output.append(part.data(), static_cast<std::size_t>(count));
    close(ends[0]);
    int status = 0;
    waitpid(process, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error(program + " failed: " + output);
    return output;
}

std::uint16_t free_port() {
    static std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<std::uint16_t> pick(kFirstPort, kLastPort);
    while (true) {
        std::uint16_t port = pick(random);
        if (is_free(port) && is_free(port + kBusOffset)) return port;
    }
}

}  // namespace mindspace::redis
