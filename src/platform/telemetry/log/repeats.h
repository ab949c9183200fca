#pragma once
// Limits warnings and errors that repeat: a fault that every request meets must not fill the disk. Within ten seconds
// the same one is written 20 times; more are counted, and one line then reports their number. Other lines are always
// written: each is about another user, and all of them together would leave no space to count faults. Any thread may
// use it.

#include "platform/telemetry/log/outputs.h"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mindspace::log {

class Repeats {
public:
    using Time = std::chrono::steady_clock::time_point;

    // Events that were not written.
    struct Suppressed {
        Level level;
        std::string message;
        Lines fields;
        std::uint64_t count;
    };

    // Counts an event; false: it must not be written. Events are the same if level, message and `fields` are.
    bool admit(Level level, std::string_view message, const Lines& fields, Time now);
    // Forgets the events whose ten seconds have passed, and returns what was suppressed of them.
    std::vector<Suppressed> take_ended(Time now);

private:
    struct Seen {
        Suppressed event;  // what is suppressed of it
        std::uint32_t written;
        Time end;
    };

    std::mutex mutex_;
    std::unordered_map<std::string, Seen> seen_;  // by level, message and fields; bounded
};

}  // namespace mindspace::log
