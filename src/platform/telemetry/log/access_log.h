#pragma once
// One line per request. This is the hot path: a line is appended to a buffer of this core, and a block of lines is
// passed to the log at once. One object per core, used by its loop only; it exists between log::start() and
// log::shutdown().

#include "platform/base/time.h"
#include "platform/telemetry/log/event_ids.h"
#include "platform/telemetry/log/outputs.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace mindspace::log {

// Empty strings are omitted from the line.
struct AccessLine {
    Timestamp at;  // when the response was sent
    std::string_view method;
    std::string_view route;  // as declared: "/sessions/{id}"
    std::string_view path;   // the part after a "?" is never written: it can contain tickets
    unsigned status = 0;
    std::chrono::nanoseconds duration{};
    std::uint64_t bytes = 0;  // of the response's body
    std::string_view request_id;
    std::string_view client_ip;
    std::string_view user_id;
    std::string_view trace_id;
    std::string_view span_id;
};

class AccessLog {
public:
    AccessLog();
    // Flushes the buffer.
    ~AccessLog();

    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    void add(const AccessLine& line);

    // Passes the buffered lines to the log. The owner calls it about every second, so that the lines of an idle core
    // appear, too.
    void flush();

private:
    void add_json(const AccessLine& line);
    void add_text(const AccessLine& line);

    Lines block_;
    const bool json_;  // whether the outputs want this format
    const bool text_;
    std::string fixed_;  // the constant part of a JSON line
    EventIds ids_;
    // The text of the most recent timestamp, cached because many requests share a millisecond.
    Timestamp last_at_{};
    std::string last_timestamp_;
};

}  // namespace mindspace::log
