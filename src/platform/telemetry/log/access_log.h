#pragma once
// One line a request. The hot path: a line is put into a buffer of this core, and a block of lines is handed to the
// log at once. One object a core, used by its loop only; it lives between log::start() and log::shutdown().

#include "platform/base/time.h"
#include "platform/telemetry/log/outputs.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace mindspace::log {

// Empty texts are left out of the line.
struct AccessLine {
    Timestamp at;  // when the answer was sent
    std::string_view method;
    std::string_view route;  // as declared: "/sessions/{id}"
    std::string_view path;   // what stands behind a "?" is never written: it can hold tickets
    unsigned status = 0;
    std::chrono::nanoseconds duration{};
    std::uint64_t bytes = 0;  // of the response's body
    std::string_view request_id;
    std::string_view client_ip;
    std::string_view user_id;
    std::string_view trace_id;
};

class AccessLog {
public:
    AccessLog();
    // Flushes.
    ~AccessLog();

    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    void add(const AccessLine& line);

    // Hands over what is there. The owner calls it every second or so, so that a quiet core's lines appear too.
    void flush();

private:
    void add_json(const AccessLine& line);
    void add_text(const AccessLine& line);

    Lines block_;
    const bool json_;  // which of the two the outputs want
    const bool text_;
    std::string fixed_;  // the part of a JSON line that is always the same
    // The text of the last instant, since many requests share a millisecond.
    Timestamp last_at_{};
    std::string last_timestamp_;
};

}  // namespace mindspace::log
