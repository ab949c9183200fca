#pragma once
// The destinations of log lines: stdout and daily files, each with spdlog's asynchronous logger. There are two queues
// with one thread each, so that a flood of access lines never displaces an event. Used in this folder only.

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

// The same lines in both formats; one that no output needs may be empty. No line feed after the last line.
struct Lines {
    std::string json;
    std::string text;
};

class FileSink;

class Outputs {
public:
    // Throws if the directory cannot be written.
    explicit Outputs(const LogOptions& options);
    // Writes the queued lines.
    ~Outputs();

    Outputs(const Outputs&) = delete;
    Outputs& operator=(const Outputs&) = delete;

    // What every JSON line says of its process: members, without braces.
    [[nodiscard]] const std::string& identity() const { return identity_; }
    [[nodiscard]] bool writes(Format format) const;

    // Both may be called from any thread and wait only for the mutex of a queue.
    void write_event(const Lines& lines);
    void write_access(const Lines& lines);

    // Has the queues' thread open the file of a new day, or the file anew in any case. Returns at once.
    void roll();
    void reopen();

    [[nodiscard]] std::uint64_t lost_count() const;

private:
    struct LogSink {
        Format format;
        std::shared_ptr<spdlog::async_logger> events;
        std::shared_ptr<spdlog::async_logger> access;

        void write(spdlog::async_logger& logger, const Lines& lines) const;
    };

    void open(Format format, const std::shared_ptr<spdlog::sinks::sink>& sink);

    std::string identity_;
    std::vector<LogSink> log_sinks_;
    std::shared_ptr<FileSink> files_;  // null without a directory
    // Declared after the sinks, so that they are destroyed first: the destructor of a queue writes its lines and
    // joins its thread.
    std::shared_ptr<spdlog::details::thread_pool> events_;
    std::shared_ptr<spdlog::details::thread_pool> access_;
};

// The outputs between start() and shutdown(), otherwise null. Takes a lock, so it must not be called for every request.
std::shared_ptr<Outputs> current_outputs();

}  // namespace mindspace::log
