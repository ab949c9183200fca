#include "platform/telemetry/trace/collector.h"

#include "platform/base/curl.h"
#include "platform/telemetry/trace/otlp_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mindspace::telemetry {

namespace {

constexpr std::size_t kMaxResponse = 64 * 1024;
constexpr curl_off_t kMaxRetryAfter = 60;

std::size_t append_response(const char* bytes, std::size_t size, std::size_t count, void* to) {
    auto& response = *static_cast<std::string*>(to);
    if (response.size() < kMaxResponse) response.append(bytes, size * count);
    return size * count;
}

// Called about once a second, regardless of the collector; a result other than 0 ends the transfer.
int must_end(void* stopping, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::atomic<bool>*>(stopping)->load() ? 1 : 0;
}

// As OTLP says: these and no others.
bool is_retryable_status(long status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
}

}  // namespace

// libcurl's handle: it owns the connection.
class HttpCollector::Transfer {
public:
    Transfer(const CollectorOptions& options, std::atomic<bool>& stopping) {
        append(headers_, "Content-Type: application/json");
        append(headers_, "Expect:");  // no 100 (Continue) before the content
        for (const auto& header : options.headers) append(headers_, header);
        set(CURLOPT_URL, options.url.c_str());
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_PROXY, "");
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_HTTPHEADER, headers_.get());
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.total_timeout.count()));
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
        set(CURLOPT_ERRORBUFFER, last_error_.data());
        set(CURLOPT_WRITEFUNCTION, &append_response);
        set(CURLOPT_WRITEDATA, static_cast<void*>(&response_));
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &must_end);
        set(CURLOPT_XFERINFODATA, static_cast<void*>(&stopping));
    }

    Delivery send(const std::string& document) {
        response_.clear();
        last_error_.front() = '\0';
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(document.size()));
        set(CURLOPT_POSTFIELDS, document.c_str());
        const auto code = curl_easy_perform(handle_.get());
        if (code != CURLE_OK)
            return {.outcome = Delivery::Outcome::retryable,
                    .last_error = last_error_.front() != '\0' ? last_error_.data() : curl_easy_strerror(code)};
        long status = 0;
        curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
        if (status >= 200 && status < 300) return {.rejected_spans = count_rejected(response_)};
        curl_off_t retry_after = 0;
        curl_easy_getinfo(handle_.get(), CURLINFO_RETRY_AFTER, &retry_after);
        using enum Delivery::Outcome;
        return {.outcome = is_retryable_status(status) ? retryable : refused,
                .retry_after = Seconds(std::clamp<curl_off_t>(retry_after, 0, kMaxRetryAfter)),
                .last_error = fmt::format("status {}", status)};
    }

private:
    void set(CURLoption option, auto value) { curl_easy_setopt(handle_.get(), option, value); }

    CurlList headers_;
    CurlHandle handle_ = make_curl_handle();
    std::string response_;
    std::array<char, CURL_ERROR_SIZE> last_error_{};
};

HttpCollector::HttpCollector(CollectorOptions options)
    : options_(std::move(options)), transfer_(std::make_unique<Transfer>(options_, stopping_)) {}

HttpCollector::~HttpCollector() = default;

Delivery HttpCollector::send(const std::string& document) {
    return transfer_->send(document);
}

}  // namespace mindspace::telemetry
