#include "platform/telemetry/log/access_log.h"

#include "platform/telemetry/log/quote.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <iterator>

namespace mindspace::log {

namespace {

constexpr std::size_t kBlockSize = 32 * std::size_t{1024};

bool is_written(Format format) {
    auto outputs = current_outputs();
    return outputs && outputs->writes(format);
}

void append_number(std::string& out, std::string_view key, std::uint64_t number) {
    fmt::format_int digits(number);
    out += key;
    out.append(digits.data(), digits.size());
}

void append_text(std::string& out, std::string_view key, std::string_view text) {
    if (text.empty()) return;
    out += key;
    append_quoted(out, text);
}

std::string_view without_query(std::string_view path) {
    return path.substr(0, path.find('?'));
}

// Lines are separated by line feeds; the output adds the last one.
void begin_line(std::string& block) {
    if (!block.empty()) block += '\n';
}

}  // namespace

AccessLog::AccessLog()
    : json_(is_written(Format::json)), text_(is_written(Format::text)), last_timestamp_(format_timestamp({})) {
    if (auto outputs = current_outputs())
        fixed_ = fmt::format(R"(","log.level":"info","message":"request",{},"event.id":")", outputs->identity());
    // Space for the line that exceeds the block.
    if (json_) block_.json.reserve(kBlockSize + 8 * kMaxText);
    if (text_) block_.text.reserve(kBlockSize + 8 * kMaxText);
}

AccessLog::~AccessLog() {
    flush();
}

void AccessLog::add(const AccessLine& line) {
    if (line.at != last_at_) {
        last_at_ = line.at;
        last_timestamp_ = format_timestamp(line.at);
    }
    if (json_) add_json(line);
    if (text_) add_text(line);
    if (block_.json.size() >= kBlockSize || block_.text.size() >= kBlockSize) flush();
}

void AccessLog::flush() {
    if (block_.json.empty() && block_.text.empty()) return;
    if (auto outputs = current_outputs()) outputs->write_access(block_);
    block_.json.clear();
    block_.text.clear();
}

void AccessLog::add_json(const AccessLine& line) {
    auto& out = block_.json;
    begin_line(out);
    out += R"({"@timestamp":")";
    out += last_timestamp_;
    out += fixed_;
    ids_.append_next(out);
    out += '"';
    append_text(out, R"(,"http.request.method":)", line.method);
    append_text(out, R"(,"http.route":)", line.route);
    append_text(out, R"(,"url.path":)", without_query(line.path));
    append_number(out, R"(,"http.response.status_code":)", line.status);
    append_number(out, R"(,"event.duration":)", static_cast<std::uint64_t>(line.duration.count()));
    append_number(out, R"(,"http.response.body.bytes":)", line.bytes);
    append_text(out, R"(,"http.request.id":)", line.request_id);
    append_text(out, R"(,"client.ip":)", line.client_ip);
    append_text(out, R"(,"user.id":)", line.user_id);
    append_text(out, R"(,"trace.id":)", line.trace_id);
    append_text(out, R"(,"span.id":)", line.span_id);
    out += '}';
}

void AccessLog::add_text(const AccessLine& line) {
    auto& out = block_.text;
    begin_line(out);
    std::string path;
    append_quoted(path, without_query(line.path));
    auto milliseconds = std::chrono::duration<double, std::milli>(line.duration).count();
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("{} {:6} {} {} {:.2f} ms {} B"),
                   std::string_view(last_timestamp_).substr(11, 12), line.method,
                   std::string_view(path).substr(1, path.size() - 2), line.status, milliseconds, line.bytes);
}

}  // namespace mindspace::log
