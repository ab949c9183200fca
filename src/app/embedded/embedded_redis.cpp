#include "app/embedded/embedded_redis.h"

#include "app/embedded/find_program.h"
#include "app/process/startup_error.h"
#include "platform/base/file_descriptor.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string_view>
#include <utility>

namespace mindspace::app {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

// On SIGTERM Redis writes a final snapshot.
const StopPlan kRedisStopPlan = {{SIGTERM, 10s}};

fs::path find_redis() {
    if (auto program = find_program("redis-server")) return *program;
    throw StartupError(
        EX_UNAVAILABLE,
        "redis-server was not found: install Redis 7 (on Debian: apt install redis-server), or give the URL "
        "of one that runs already");
}

// Removes snapshots that a killed Redis did not finish.
void remove_unfinished_snapshots(const fs::path& home) {
    for (const auto& entry : fs::directory_iterator(home)) {
        const std::string name = entry.path().filename();
        if (name.starts_with("temp-") && name.ends_with(".rdb")) fs::remove(entry.path());
    }
}

}  // namespace

EmbeddedRedis::EmbeddedRedis(Paths paths, Account account, Progress progress)
    : EmbeddedServer("Redis", paths.log_file, std::move(progress)), paths_(std::move(paths)), account_(account) {
    if (paths_.program.empty()) paths_.program = find_redis();
}

ChildCommand EmbeddedRedis::prepare() {
    const fs::path pid_file = paths_.home / "redis.pid";
    stop_leftover_of(pid_file, paths_.program.filename().native(), paths_.home, kRedisStopPlan);
    for (const fs::path& stale : {pid_file, socket()}) fs::remove_all(stale);
    remove_unfinished_snapshots(paths_.home);
    return ChildCommand{
        .arguments = {paths_.program, "--port", "0", "--unixsocket", socket(), "--unixsocketperm", "700", "--dir",
                      paths_.home, "--pidfile", pid_file, "--daemonize", "no",
                      // The arguments stay readable: a leftover server is recognised by its directory (leftover.h).
                      "--set-proc-title", "no",
                      // Saves after 5 minutes with 100 changes; an append-only file would cost a write per change for
                      // data that can be rebuilt.
                      "--save", "300 100", "--appendonly", "no",
                      // A full disk must not stop rate limits and rooms.
                      "--stop-writes-on-bgsave-error", "no",
                      // A full disk must not keep Redis running either: without this, SIGTERM has no effect if the
                      // final snapshot fails.
                      "--shutdown-on-sigterm", "force",
                      // When full, it refuses writes: with any eviction, counters of limits could be evicted before the
                      // logs of rooms.
                      "--maxmemory", "256mb", "--maxmemory-policy", "noeviction"},
        .working_directory = paths_.home,
        .log_file = log_file(),
        .account = account_,
        .stop_plan = kRedisStopPlan};
}

Readiness EmbeddedRedis::probe() const {
    const FileDescriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval second{.tv_sec = 1, .tv_usec = 0};
    ::setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    ::setsockopt(connection.get(), SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    std::ranges::copy(socket().native(), std::begin(address.sun_path));  // fits: socket_directory.h
    if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return Readiness::absent;
    }
    constexpr std::string_view kPing = "PING\r\n";
    if (::send(connection.get(), kPing.data(), kPing.size(), MSG_NOSIGNAL) < 0) return Readiness::absent;
    std::array<char, 64> buffer{};
    const ssize_t size = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
    const std::string_view reply(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    if (reply.starts_with("+PONG")) return Readiness::ready;
    return reply.empty() ? Readiness::absent : Readiness::busy;  // "-LOADING …"
}

}  // namespace mindspace::app
