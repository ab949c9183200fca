#include "platform/telemetry/trace/exporter.h"

#include "platform/telemetry/log/log.h"
#include "platform/telemetry/metrics/page.h"

#include <pthread.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace mindspace::telemetry {

SpanExporter::SpanExporter(ExporterOptions options, ResourceAttributes resource, std::unique_ptr<Collector> collector)
    : options_(options), resource_(std::move(resource)), collector_(std::move(collector)), thread_([this] { run(); }) {
    pthread_setname_np(thread_.native_handle(), "traces");
}

SpanExporter::~SpanExporter() {
    {
        Lock lock(mutex_);
        is_ending_ = true;
        wake_.notify_all();
        if (!wake_.wait_for(lock, options_.flush_limit, [this] { return has_ended_; })) queue_.clear();
    }
    collector_->stop();
    thread_.join();
}

void SpanExporter::add(Span span) {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() >= options_.max_queued) {
        stats_.dropped.add(1);
        return;
    }
    queue_.push_back(std::move(span));
    if (queue_.size() == options_.max_batch) wake_.notify_all();
}

void SpanExporter::run() {
    Lock lock(mutex_);
    while (!is_ending_ || !queue_.empty()) {
        wake_.wait_for(lock, options_.interval, [this] { return is_ending_ || queue_.size() >= options_.max_batch; });
        if (queue_.empty()) continue;
        const auto count = std::min(queue_.size(), options_.max_batch);
        const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
        const std::vector<Span> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
        queue_.erase(queue_.begin(), end);
        lock.unlock();
        send(batch);
        lock.lock();
    }
    has_ended_ = true;
    wake_.notify_all();
}

void SpanExporter::send(const std::vector<Span>& batch) {
    const auto document = encode_otlp(resource_, batch);
    auto delay = options_.first_pause;
    for (int attempt = 1;; ++attempt) {
        const auto delivery = collector_->send(document);
        report(delivery);
        if (delivery.outcome == Delivery::Outcome::accepted) {
            const auto rejected = std::min(delivery.rejected_spans, batch.size());
            stats_.exported.add(batch.size() - rejected);
            stats_.lost.add(rejected);
            return;
        }
        const bool goes_on = delivery.outcome == Delivery::Outcome::retryable && attempt < options_.attempts &&
                             pause(std::max<Milliseconds>(delay, delivery.retry_after));
        if (!goes_on) {
            stats_.lost.add(batch.size());
            return;
        }
        delay *= 2;
    }
}

bool SpanExporter::pause(Milliseconds time) {
    Lock lock(mutex_);
    return !wake_.wait_for(lock, time, [this] { return is_ending_; });
}

// One line when it begins to fail, and one when it works again.
void SpanExporter::report(const Delivery& delivery) {
    const bool has_failed = delivery.outcome != Delivery::Outcome::accepted;
    if (has_failed) stats_.failures.add(1);
    if (has_failed == std::exchange(is_failing_, has_failed)) return;
    if (has_failed)
        log::warn("traces are not exported",
                  {{"event.action", "traces_not_exported"}, {"error.message", delivery.last_error}});
    else
        log::info("traces are exported again");
}

void SpanExporter::collect(Page& page) const {
    std::size_t queued = 0;
    {
        const std::scoped_lock lock(mutex_);
        queued = queue_.size();
    }
    page.gauge("mindspace_trace_spans_queued", "Spans that wait to be exported.", static_cast<std::int64_t>(queued));
    page.counter("mindspace_trace_spans_exported", "Spans that the collector has taken.", stats_.exported.value());
    constexpr auto kDropped = "mindspace_trace_spans_dropped";
    constexpr auto kDroppedHelp = "Spans that were not exported.";
    page.counter(kDropped, kDroppedHelp, stats_.dropped.value(), {{"reason", "queue_full"}});
    page.counter(kDropped, kDroppedHelp, stats_.lost.value(), {{"reason", "not_taken"}});
    page.counter("mindspace_trace_export_failures", "Requests to the collector that failed.", stats_.failures.value());
}

}  // namespace mindspace::telemetry
