#include "app/commands/top/scraper.h"

#include <curl/curl.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace mindspace::app::top {

// To one node, again and again on the same connection.
struct Scraper::Request {
    ProbeResponse response;
    CurlHandle handle;
    bool is_in_progress = false;
};

void Scraper::Close::operator()(void* multi) const {
    curl_multi_cleanup(multi);
}

Scraper::Scraper(const std::vector<std::string>& urls, OnResponse on_response) : on_response_(std::move(on_response)) {
    for (const auto& url : urls) {
        auto& request = *requests_.emplace_back(std::make_unique<Request>());
        request.handle = prepare_get(url, request.response.body);
        curl_easy_setopt(request.handle.get(), CURLOPT_TIMEOUT_MS,
                         static_cast<long>(std::chrono::milliseconds(kTimeout).count()));
        curl_easy_setopt(request.handle.get(), CURLOPT_QUICK_EXIT, 1L);  // not for a name server, when the user quits
        curl_easy_setopt(request.handle.get(), CURLOPT_PRIVATE, &request);
    }
    multi_.reset(curl_multi_init());
    if (!multi_) throw std::runtime_error("libcurl cannot be initialised");
}

Scraper::~Scraper() {
    for (const auto& request : requests_)
        if (request->is_in_progress) curl_multi_remove_handle(multi_.get(), request->handle.get());
}

void Scraper::start() {
    for (const auto& request : requests_) {
        if (std::exchange(request->is_in_progress, true)) continue;
        request->response.body.clear();
        curl_multi_add_handle(multi_.get(), request->handle.get());
    }
}

bool Scraper::is_idle() const {
    return std::ranges::none_of(requests_, &Request::is_in_progress);
}

void Scraper::wait(std::span<const int> descriptors, std::chrono::milliseconds at_most) {
    std::vector<curl_waitfd> watched;
    for (const int descriptor : descriptors)
        watched.push_back({.fd = descriptor, .events = CURL_WAIT_POLLIN, .revents = 0});
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    curl_multi_poll(multi_.get(), watched.data(), static_cast<unsigned>(watched.size()),
                    static_cast<int>(at_most.count()), nullptr);
    curl_multi_perform(multi_.get(), &running);
    take_responses();
}

void Scraper::take_responses() {
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_.get(), &left)) {
        const auto result = message->data.result;
        auto* handle = message->easy_handle;
        curl_multi_remove_handle(multi_.get(), handle);  // and with it the message
        const auto found =
            std::ranges::find(requests_, handle, [](const auto& request) { return request->handle.get(); });
        auto& request = **found;
        request.is_in_progress = false;
        auto& response = request.response;
        response.status = 0;
        response.failure.clear();
        if (result == CURLE_OK)
            curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &response.status);
        else
            response.failure = curl_easy_strerror(result);
        on_response_(static_cast<std::size_t>(found - requests_.begin()), response);
    }
}

}  // namespace mindspace::app::top
