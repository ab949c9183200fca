#include "platform/telemetry/log/outputs.h"

#include "platform/json/writer.h"
#include "platform/telemetry/log/quote.h"

#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <mutex>

namespace mindspace::log {

namespace {

constexpr std::size_t kEventQueue = 8192;
constexpr std::size_t kAccessQueue = 256;  // blocks of 32 KiB

Format stdout_format(Format configured) {
    if (configured != Format::automatic) return configured;
    return isatty(STDOUT_FILENO) == 1 ? Format::text : Format::json;
}

std::string identity_of(const LogOptions& options) {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    std::string members = R"("ecs.version":"8.11.0","service.name":)";
    append_quoted(members, options.service_name);
    members += R"(,"service.node.name":)";
    append_quoted(members, fmt::format("{}:{}", host.data(), ::getpid()));
    if (options.roles.empty()) return members;
    members += R"(,"service.node.roles":)";
    JsonWriter writer(members);
    writer.begin_array();
    for (const auto& role : options.roles) writer.string(role);
    writer.end_array();
    return members;
}

std::shared_ptr<spdlog::async_logger> make_logger(const std::shared_ptr<spdlog::sinks::sink>& sink,
                                                  const std::shared_ptr<spdlog::details::thread_pool>& queue) {
    auto logger =
        std::make_shared<spdlog::async_logger>("log", sink, queue, spdlog::async_overflow_policy::overrun_oldest);
    logger->flush_on(spdlog::level::info);  // done by the queue's thread, after each line or block
    return logger;
}

}  // namespace

// The daily files behind spdlog's queues.
class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit FileSink(const LogOptions& options)
        : files_(options.directory, options.service_name, options.files, SystemClock().now()) {}

    // At the next flush.
    void request_reopen() { reopen_ = true; }
    [[nodiscard]] std::uint64_t lost_count() const { return lost_; }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        lines_.assign(message.payload.data(), message.payload.size());
        lines_ += '\n';
        try {
            files_.write(lines_, SystemClock().now());
        } catch (const std::exception&) {
            ++lost_;
            throw;  // spdlog reports it on stderr, at most once a second
        }
    }

    void flush_() override {
        if (reopen_.exchange(false))
            files_.reopen(SystemClock().now());
        else
            files_.roll(SystemClock().now());
    }

private:
    DailyFiles files_;
    std::string lines_;
    std::atomic<bool> reopen_ = false;
    std::atomic<std::uint64_t> lost_ = 0;
};

Outputs::Outputs(const LogOptions& options)
    : identity_(identity_of(options)),
      events_(std::make_shared<spdlog::details::thread_pool>(kEventQueue, 1)),
      access_(std::make_shared<spdlog::details::thread_pool>(kAccessQueue, 1)) {
    open(stdout_format(options.format), std::make_shared<spdlog::sinks::stdout_sink_mt>());
    if (options.directory.empty()) return;
    files_ = std::make_shared<FileSink>(options);
    open(Format::json, files_);
}

Outputs::~Outputs() = default;

void Outputs::open(Format format, const std::shared_ptr<spdlog::sinks::sink>& sink) {
    sink->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));  // lines are already complete
    log_sinks_.push_back({format, make_logger(sink, events_), make_logger(sink, access_)});
}

bool Outputs::writes(Format format) const {
    return std::ranges::any_of(log_sinks_, [format](const LogSink& log_sink) { return log_sink.format == format; });
}

void Outputs::LogSink::write(spdlog::async_logger& logger, const Lines& lines) const {
    logger.log(spdlog::level::info, spdlog::string_view_t(format == Format::json ? lines.json : lines.text));
}

void Outputs::write_event(const Lines& lines) {
    for (const auto& log_sink : log_sinks_) log_sink.write(*log_sink.events, lines);
}

void Outputs::write_access(const Lines& lines) {
    for (const auto& log_sink : log_sinks_) log_sink.write(*log_sink.access, lines);
}

void Outputs::roll() {
    if (files_) log_sinks_.back().events->flush();
}

void Outputs::reopen() {
    if (files_) files_->request_reopen();
    roll();
}

std::uint64_t Outputs::lost_count() const {
    return events_->overrun_counter() + access_->overrun_counter() + (files_ ? files_->lost_count() : 0);
}

}  // namespace mindspace::log
