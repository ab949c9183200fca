#include "platform/telemetry/log/log.h"

#include "platform/json/writer.h"
#include "platform/telemetry/log/outputs.h"
#include "platform/telemetry/log/quote.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <utility>

namespace mindspace::log {

namespace {

// The only process-wide state: any code may have to write a log line.
struct State {
    std::atomic<Level> level{Level::info};
    std::mutex mutex;
    std::shared_ptr<Outputs> outputs;  // guarded by mutex
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

std::string json_line(const std::string& now, Level level, std::string_view message, Fields fields,
                      const std::string& service_name) {
    std::string line = fmt::format(R"({{"@timestamp":"{}","log.level":"{}","message":)", now, name_of(level));
    append_quoted(line, message);
    line += R"(,"ecs.version":"8.11.0","service.name":)";
    append_quoted(line, service_name);
    for (const auto& field : fields) {
        if (is_empty(field.value)) continue;
        line += ',';
        append_quoted(line, field.name);
        line += ':';
        append_value(line, field.value);
    }
    return line + '}';
}

std::string text_line(const std::string& now, Level level, std::string_view message, Fields fields) {
    std::string quoted;
    append_quoted(quoted, message);
    auto time_of_day = std::string_view(now).substr(11, 12);
    auto line = fmt::format("{} {:5} {}", time_of_day, name_of(level), quoted.substr(1, quoted.size() - 2));
    for (const auto& field : fields) {
        if (is_empty(field.value)) continue;
        line += fmt::format(" {}=", field.name);
        append_value(line, field.value);
    }
    return line;
}

}  // namespace

void start(const LogOptions& options) {
    auto outputs = std::make_shared<Outputs>(options);
    std::scoped_lock lock(state().mutex);
    state().outputs = std::move(outputs);
    state().level.store(options.level, std::memory_order_relaxed);
}

void shutdown() {
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

bool enabled(Level level) {
    return level <= state().level.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view message, Fields fields) {
    if (!enabled(level)) return;
    auto now = format_timestamp(SystemClock().now());
    auto outputs = current_outputs();
    if (!outputs) {
        fmt::print(stderr, "{}\n", text_line(now, level, message, fields));
        return;
    }
    Lines lines;
    if (outputs->writes(Format::json)) lines.json = json_line(now, level, message, fields, outputs->service_name());
    if (outputs->writes(Format::text)) lines.text = text_line(now, level, message, fields);
    outputs->write_event(lines);
}

}  // namespace mindspace::log
