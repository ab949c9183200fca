#include "app/commands/http_probe.h"

#include <curl/curl.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <tuple>

namespace mindspace::app {

namespace {

constexpr long kTimeoutSeconds = 5;
constexpr std::size_t kMaxBody = 64 * 1024;

struct Close {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::unique_ptr<curl_slist, Close> list_of(const std::vector<std::string>& lines) {
    std::unique_ptr<curl_slist, Close> list;
    for (const auto& line : lines) {
        auto* longer = curl_slist_append(list.get(), line.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        std::ignore = list.release();
        list.reset(longer);
    }
    return list;
}

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* to) {
    auto& body = *static_cast<std::string*>(to);
    if (body.size() + size * count > kMaxBody) return 0;
    body.append(bytes, size * count);
    return size * count;
}

}  // namespace

ProbeResponse http_get(const std::string& url, const std::vector<std::string>& fields) {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    const std::unique_ptr<CURL, Close> handle(initialised == CURLE_OK ? curl_easy_init() : nullptr);
    if (!handle) throw std::runtime_error("libcurl cannot be initialised");
    const auto head = list_of(fields);
    ProbeResponse response;
    curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, head.get());
    curl_easy_setopt(handle.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT, kTimeoutSeconds);
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &take);
    curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &response.body);
    if (auto code = curl_easy_perform(handle.get()); code != CURLE_OK)
        response.failure = curl_easy_strerror(code);
    else
        curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &response.status);
    return response;
}

}  // namespace mindspace::app
