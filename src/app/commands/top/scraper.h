#pragma once
// Gets the pages of several management listeners at the same time (libcurl). A node that does not respond delays no
// other. Belongs to one thread.

#include "app/commands/http_probe.h"

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mindspace::app::top {

class Scraper {
public:
    // How long a node may take.
    static constexpr std::chrono::seconds kTimeout{2};

    // Called in wait() for each response, with the index of the URL.
    using OnResponse = std::function<void(std::size_t, ProbeResponse)>;

    Scraper(const std::vector<std::string>& urls, OnResponse on_response);
    ~Scraper();
    Scraper(const Scraper&) = delete;
    Scraper& operator=(const Scraper&) = delete;

    // Sends a request to each node that none is in progress to.
    void start();
    [[nodiscard]] bool is_idle() const;
    // Waits until something happens: a response, input on one of these descriptors, or the end of the time.
    void wait(std::span<const int> descriptors, std::chrono::milliseconds at_most);

private:
    struct Request;
    struct Close {
        void operator()(void* multi) const;
    };

    void take_responses();

    OnResponse on_response_;
    std::unique_ptr<void, Close> multi_;
    std::vector<std::unique_ptr<Request>> requests_;
};

}  // namespace mindspace::app::top
