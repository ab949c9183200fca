#pragma once
// Sends spans to a collector, in batches and from a thread of its own. Callers never wait: above the bound of the queue
// a span is dropped and counted. What the collector does not take at once is sent again a few times, with growing
// pauses, while new spans wait in the queue.

#include "platform/telemetry/metrics/counter.h"
#include "platform/telemetry/trace/collector.h"
#include "platform/telemetry/trace/otlp_json.h"
#include "platform/telemetry/trace/span.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace mindspace::telemetry {

class Page;

struct ExporterOptions {
    std::size_t max_queued = 8192;
    std::size_t max_batch = 512;
    Milliseconds interval{1'000};     // at most, until a queued span is sent
    int attempts = 5;                 // for a batch
    Milliseconds first_pause{500};    // after the first attempt; then twice as long each time
    Milliseconds flush_limit{2'000};  // for what is queued when the exporter ends
};

class SpanExporter {
public:
    SpanExporter(ExporterOptions options, ResourceAttributes resource, std::unique_ptr<Collector> collector);
    // Sends what is queued, within the limit.
    ~SpanExporter();
    SpanExporter(const SpanExporter&) = delete;
    SpanExporter& operator=(const SpanExporter&) = delete;

    // From any thread.
    void add(Span span);
    // From any thread.
    void collect(Page& page) const;

    struct Stats {
        Counter exported;
        Counter dropped;   // the queue was full
        Counter lost;      // the collector did not take them
        Counter failures;  // of requests
    };
    [[nodiscard]] const Stats& stats() const { return stats_; }

private:
    using Lock = std::unique_lock<std::mutex>;

    void run();
    void send(const std::vector<Span>& batch);
    // False: the exporter is ending.
    bool pause(Milliseconds time);
    void report(const Delivery& delivery);

    const ExporterOptions options_;
    const ResourceAttributes resource_;
    const std::unique_ptr<Collector> collector_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Span> queue_;   // guarded by mutex_
    bool is_ending_ = false;   // guarded by mutex_
    bool has_ended_ = false;   // guarded by mutex_
    bool is_failing_ = false;  // of the thread: the last request failed, which is logged once
    Stats stats_;
    std::thread thread_;
};

}  // namespace mindspace::telemetry
