#include "platform/telemetry/log/outputs.h"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/daily_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace mindspace::log {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEventQueue = 8192;
constexpr std::size_t kAccessQueue = 256;  // blocks of 32 KiB
constexpr std::uint16_t kRetentionDays = 30;

Format stdout_format(Format configured) {
    if (configured != Format::automatic) return configured;
    return isatty(STDOUT_FILENO) == 1 ? Format::text : Format::json;
}

// spdlog's own cleanup starts at today and stops at the first day without a file: after a day without logs, older files
// would stay for ever.
void remove_old_files(const fs::path& directory, const std::string& stem) {
    auto now = std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
    auto today = LocalDate(std::chrono::floor<std::chrono::days>(now).time_since_epoch());
    for (const auto& entry : fs::directory_iterator(directory)) {
        auto name = entry.path().filename().native();
        if (!name.starts_with(stem + '_') || !name.ends_with(".log")) continue;
        auto date = parse_date(std::string_view(name).substr(stem.size() + 1, name.size() - stem.size() - 5));
        if (date && *date <= today - std::chrono::days(kRetentionDays)) fs::remove(entry.path());
    }
}

std::shared_ptr<spdlog::async_logger> make_logger(const std::shared_ptr<spdlog::sinks::sink>& sink,
                                                  const std::shared_ptr<spdlog::details::thread_pool>& queue) {
    auto logger =
        std::make_shared<spdlog::async_logger>("log", sink, queue, spdlog::async_overflow_policy::overrun_oldest);
    logger->flush_on(spdlog::level::info);  // done by the queue's thread, after each line or block
    return logger;
}

}  // namespace

Outputs::Outputs(const LogOptions& options)
    : service_name_(options.service_name),
      events_(std::make_shared<spdlog::details::thread_pool>(kEventQueue, 1)),
      access_(std::make_shared<spdlog::details::thread_pool>(kAccessQueue, 1)) {
    open(stdout_format(options.format), std::make_shared<spdlog::sinks::stdout_sink_mt>());
    if (options.directory.empty()) return;
    fs::create_directories(options.directory);
    remove_old_files(options.directory, service_name_);
    auto path = fs::path(options.directory) / (service_name_ + ".log");
    open(Format::json, std::make_shared<spdlog::sinks::daily_file_sink_mt>(path.native(), 0, 0, false, kRetentionDays));
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

std::uint64_t Outputs::lost_count() const {
    return events_->overrun_counter() + access_->overrun_counter();
}

}  // namespace mindspace::log
