#pragma once
// The program's log: one line per event, as JSON with the field names of the Elastic Common Schema (or short text for a
// person at a terminal), on stdout and, if configured, in daily files. Any thread may log; no thread waits for the
// output: lines pass through a bounded queue, and when it is full the oldest line is lost and counted. Events that
// repeat are written some times and then counted. There is no field for secrets.

#include "platform/base/time.h"
#include "platform/telemetry/log/daily_files.h"

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mindspace::log {

enum class Level { error, warn, info, debug };
constexpr auto names_of(Level) {
    return std::array<std::string_view, 4>{"error", "warn", "info", "debug"};
}

// The format of stdout; files are always JSON.
enum class Format { automatic, json, text };  // automatic: text on a terminal, otherwise JSON
constexpr auto names_of(Format) {
    return std::array<std::string_view, 3>{"auto", "json", "text"};
}

struct LogOptions {
    std::string service_name = "mindspace";
    std::vector<std::string> roles{};  // of this process
    Level level = Level::info;
    Format format = Format::automatic;
    std::string directory{};  // of the daily files; empty: stdout only
    FileLimits files{};
};

// Opens the outputs. Called once by main; earlier lines go to stderr at once. Throws if the directory cannot be
// written.
void start(const LogOptions& options);

// Writes the queued lines and closes the outputs. Later lines go to stderr at once.
void shutdown();

// The number of lines and blocks of access lines lost to full queues, or to files that cannot be written, since
// start().
std::uint64_t lost_count();

// Called several times a second: reports repeated events, and opens the file of a new day, though nothing is written.
void tick();

// Opens the file anew, for programs that have moved it. Lines that are queued already may follow in the new file.
void reopen();

// The lowest level that is written; it may be changed at any time.
Level level();
void set_level(Level level);

// The value of a field; text is read only during the call. A field with an empty text is omitted.
class FieldValue {
public:
    FieldValue(std::convertible_to<std::string_view> auto&& text) : value_(std::string_view(text)) {}  // NOLINT
    FieldValue(std::same_as<bool> auto flag) : value_(flag) {}                                         // NOLINT
    FieldValue(std::floating_point auto number) : value_(static_cast<double>(number)) {}               // NOLINT
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    FieldValue(T number) : value_(static_cast<std::int64_t>(number)) {}  // NOLINT

    using Value = std::variant<std::string_view, std::int64_t, double, bool>;
    [[nodiscard]] const Value& get() const { return value_; }

private:
    Value value_;
};

// `name` is an ECS name ("user.id", "event.duration" in nanoseconds), or one of ours below "mindspace.".
struct Field {
    std::string_view name;
    FieldValue value;
};

using Fields = std::initializer_list<Field>;

// True if events of this level are written; check it before computing expensive fields.
bool enabled(Level level);

// Writes one event: `log::info("login succeeded", {{"user.id", id}, {"event.duration", nanoseconds}});`
void write(Level level, std::string_view message, Fields fields);

inline void error(std::string_view message, Fields fields = {}) {
    write(Level::error, message, fields);
}
inline void warn(std::string_view message, Fields fields = {}) {
    write(Level::warn, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
    write(Level::info, message, fields);
}
inline void debug(std::string_view message, Fields fields = {}) {
    write(Level::debug, message, fields);
}

}  // namespace mindspace::log
