#pragma once
// Where spans are sent: a collector that takes OTLP over HTTP. Blocking: used by the exporter's thread only, except for
// stop().

#include "platform/base/time.h"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace mindspace::telemetry {

// The outcome of one request.
struct Delivery {
    enum class Outcome { accepted, retryable, refused };
    Outcome outcome = Outcome::accepted;
    Seconds retry_after{0};          // as the collector asks; 0: it does not
    std::size_t rejected_spans = 0;  // of an accepted request
    std::string last_error{};        // without secrets
};

class Collector {
public:
    virtual ~Collector() = default;
    virtual Delivery send(const std::string& document) = 0;
    // From any thread: a send() in progress and all later ones end soon, as retryable. Cannot be undone.
    virtual void stop() = 0;
};

struct CollectorOptions {
    std::string url;                   // "http://localhost:4318/v1/traces"
    std::vector<std::string> headers;  // "Name: value"; may hold secrets
    std::string ca_file;               // of the authorities for https; "": the system's
    Milliseconds connect_timeout{3'000};
    Milliseconds total_timeout{10'000};
};

// One over HTTP/1.1 that keeps its connection.
class HttpCollector final : public Collector {
public:
    explicit HttpCollector(CollectorOptions options);
    ~HttpCollector() override;
    Delivery send(const std::string& document) override;
    void stop() override { stopping_ = true; }

private:
    class Transfer;
    CollectorOptions options_;
    std::unique_ptr<Transfer> transfer_;
    std::atomic<bool> stopping_{false};
};

}  // namespace mindspace::telemetry
