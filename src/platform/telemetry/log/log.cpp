#include "platform/telemetry/log/log.h"

#include "platform/json/writer.h"
#include "platform/telemetry/log/event_ids.h"
#include "platform/telemetry/log/outputs.h"
#include "platform/telemetry/log/quote.h"
#include "platform/telemetry/log/repeats.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <utility>

namespace mindspace::log {

namespace {

constexpr auto kRollInterval = std::chrono::minutes(1);

// The only process-wide state: any code may have to write a log line.
struct State {
    std::atomic<Level> level{Level::info};
    std::mutex mutex;
    std::shared_ptr<Outputs> outputs;  // guarded by mutex
    EventIds ids;
    Repeats repeats;
    std::atomic<Repeats::Time> rolled{};
};

State& state() {
    static State instance;
    return instance;
}

std::string_view name_of(Level level) {
    return names_of(level)[static_cast<std::size_t>(level)];
}

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};

bool is_empty(const FieldValue& value) {
    const auto* text = std::get_if<std::string_view>(&value.get());
    return text != nullptr && text->empty();
}

void append_value(std::string& line, const FieldValue& value) {
    std::visit(Overloaded{[&](std::string_view text) { append_quoted(line, text); },
                          [&](std::int64_t number) { JsonWriter(line).integer(number); },
                          [&](double number) { JsonWriter(line).number(number); },
                          [&](bool flag) { JsonWriter(line).boolean(flag); }},
               value.get());
}

// Events that differ only in the request they belong to are the same event, repeated.
bool identifies_request(std::string_view field) {
    return field == "http.request.id" || field == "trace.id" || field == "span.id";
}

void append_field(Lines& to, const Field& field) {
    if (is_empty(field.value)) return;
    std::string value;
    append_value(value, field.value);
    to.json += ',';
    append_quoted(to.json, field.name);
    to.json += ':';
    to.json += value;
    to.text += fmt::format(" {}={}", field.name, value);
}

std::string json_line(const Outputs& outputs, const std::string& now, Level level, std::string_view message) {
    std::string line = fmt::format(R"({{"@timestamp":"{}","log.level":"{}","message":)", now, name_of(level));
    append_quoted(line, message);
    line += fmt::format(R"(,{},"event.id":")", outputs.identity());
    state().ids.append_next(line);
    return line += '"';
}

std::string text_line(const std::string& now, Level level, std::string_view message) {
    std::string quoted;
    append_quoted(quoted, message);
    auto time_of_day = std::string_view(now).substr(11, 12);
    return fmt::format("{} {:5} {}", time_of_day, name_of(level), quoted.substr(1, quoted.size() - 2));
}

void write_event(Level level, std::string_view message, const Lines& fields) {
    const auto now = format_timestamp(SystemClock().now());
    if (auto outputs = current_outputs())
        outputs->write_event({.json = json_line(*outputs, now, level, message) + fields.json + '}',
                              .text = text_line(now, level, message) + fields.text});
    else
        fmt::print(stderr, "{}\n", text_line(now, level, message) + fields.text);
}

void report_repeats(Repeats::Time now) {
    for (auto& [level, message, fields, count] : state().repeats.take_ended(now)) {
        append_field(fields, {"mindspace.repeated", count});
        write_event(level, fmt::format("{} … repeated {} times", message, count), fields);
    }
}

}  // namespace

void start(const LogOptions& options) {
    auto outputs = std::make_shared<Outputs>(options);
    std::scoped_lock lock(state().mutex);
    state().outputs = std::move(outputs);
    set_level(options.level);
}

void shutdown() {
    report_repeats(Repeats::Time::max());
    std::shared_ptr<Outputs> last;  // destroyed after the lock is released: emptying the queues takes time
    std::scoped_lock lock(state().mutex);
    last = std::exchange(state().outputs, nullptr);
}

std::shared_ptr<Outputs> current_outputs() {
    std::scoped_lock lock(state().mutex);
    return state().outputs;
}

std::uint64_t lost_count() {
    auto outputs = current_outputs();
    return outputs ? outputs->lost_count() : 0;
}

void tick() {
    const auto now = std::chrono::steady_clock::now();
    report_repeats(now);
    if (now - state().rolled.load() < kRollInterval) return;
    state().rolled = now;
    if (auto outputs = current_outputs()) outputs->roll();
}

void reopen() {
    if (auto outputs = current_outputs()) outputs->reopen();
}

Level level() {
    return state().level.load(std::memory_order_relaxed);
}

void set_level(Level level) {
    state().level.store(level, std::memory_order_relaxed);
}

bool enabled(Level level) {
    return level <= log::level();
}

void write(Level level, std::string_view message, Fields fields) {
    if (!enabled(level)) return;
    Lines event;
    Lines request;
    for (const auto& field : fields) append_field(identifies_request(field.name) ? request : event, field);
    if (!state().repeats.admit(level, message, event, std::chrono::steady_clock::now())) return;
    event.json += request.json;
    event.text += request.text;
    write_event(level, message, event);
}

}  // namespace mindspace::log
