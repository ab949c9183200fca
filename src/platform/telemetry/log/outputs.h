#pragma once
// Where log lines go: stdout and daily files, each behind spdlog's asynchronous logger. Two queues with a thread each,
// so that a flood of access lines never pushes out an event. Inside this room only.

#include "platform/telemetry/log/log.h"

#include <memory>
#include <string>
#include <vector>

// NOLINTBEGIN(readability-identifier-naming)
namespace spdlog {
class async_logger;
namespace sinks {
class sink;
}
namespace details {
class thread_pool;
}
}  // namespace spdlog
// NOLINTEND(readability-identifier-naming)

namespace mindspace::log {

// The same lines for both kinds of output; what no output wants stays empty. No line's end after the last one.
struct Lines {
    std::string json;
    std::string text;
};

class Outputs {
public:
    // Throws if the directory cannot be written.
    explicit Outputs(const LogOptions& options);
    // Writes out what is queued.
    ~Outputs();

    Outputs(const Outputs&) = delete;
    Outputs& operator=(const Outputs&) = delete;

    [[nodiscard]] const std::string& service_name() const { return service_name_; }
    [[nodiscard]] bool wants(Format format) const;

    // Both may be called from any thread and wait for nothing but a queue's mutex.
    void write_event(const Lines& lines);
    void write_access(const Lines& lines);

    [[nodiscard]] std::uint64_t lost_count() const;

private:
    struct Outlet {
        Format format;
        std::shared_ptr<spdlog::async_logger> events;
        std::shared_ptr<spdlog::async_logger> access;

        void write(spdlog::async_logger& logger, const Lines& lines) const;
    };

    void open(Format format, const std::shared_ptr<spdlog::sinks::sink>& sink);

    std::string service_name_;
    std::vector<Outlet> outlets_;
    // Behind the outlets, so that they go first: a queue's destructor writes out what it holds and joins its thread.
    std::shared_ptr<spdlog::details::thread_pool> events_;
    std::shared_ptr<spdlog::details::thread_pool> access_;
};

// The outputs between start() and shutdown(), otherwise null. Takes a lock: not for every request.
std::shared_ptr<Outputs> current_outputs();

}  // namespace mindspace::log
