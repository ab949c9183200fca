#pragma once
// For tests: a real redis-server on a Unix socket in a temporary directory, and helpers that run an io_context until a
// condition holds.

#include "platform/async/awaitable.h"
#include "support/base/directory.h"
#include "support/base/timeout.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/types.h>

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mindspace::redis {

class TestServer {
public:
    // Returns when the server responds. `arguments` are added to its command line.
    explicit TestServer(std::vector<std::string> arguments = {});
    ~TestServer();
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    [[nodiscard]] const std::string& socket_path() const { return socket_path_; }
    [[nodiscard]] bool is_running() const { return process_ > 0; }
    // SIGSTOP and SIGCONT return at once, SIGKILL and SIGTERM when the process has ended.
    void signal(int number);
    // Restarts a killed server; its data is lost except for its cluster configuration.
    void start();

private:
    std::vector<std::string> arguments_;
    TemporaryDirectory directory_;
    std::string socket_path_;
    pid_t process_ = -1;
};

// Runs `io` until `condition` holds; false if it never does.
bool run_until(asio::io_context& io, const std::function<bool()>& condition);

// Runs `io` until `task` is done, and returns its value or throws its exception.
template <class T>
T run_task(asio::io_context& io, Awaitable<T> task) {
    std::optional<T> result;
    std::exception_ptr fault;
    asio::co_spawn(io, std::move(task), [&](std::exception_ptr thrown, T value) {
        fault = thrown;
        result = std::move(value);
    });
    if (!run_until(io, [&] { return result.has_value(); })) abort_test("the task does not end");
    if (fault) std::rethrow_exception(fault);
    return std::move(*result);
}

}  // namespace mindspace::redis
