#include "platform/async/host_cache.h"

#include "platform/async/as_tuple.h"

#include <algorithm>
#include <utility>

namespace mindspace {

// One caller that waits for the reply to a query.
struct HostCache::Waiting {
    Waiting(asio::io_context& loop, Clock::time_point until, std::shared_ptr<Host> of)
        : timer(loop, until), host(std::move(of)) {
        host->waiting.push_back(&timer);
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { std::erase(host->waiting, &timer); }

    asio::steady_timer timer;
    std::shared_ptr<Host> host;
};

HostCache::HostCache(asio::io_context& loop, Query query) : loop_(loop), query_(std::move(query)) {}

Awaitable<HostAddresses> HostCache::resolve(std::string host, Clock::time_point deadline) {
    const auto known = find(host);
    const auto now = Clock::now();
    const bool has_addresses = !known->addresses.empty();
    if (has_addresses && now < known->found_at + kFresh) co_return known->addresses;
    if (!known->is_queried) start_query(host, known);
    const bool is_usable = has_addresses && now < known->found_at + kUsable;
    Waiting waiting(loop_, is_usable ? std::min(deadline, now + kWaitForFresh) : deadline, known);
    co_await waiting.timer.async_wait(kTuple);
    if (Clock::now() < known->found_at + kUsable) co_return known->addresses;
    co_return HostAddresses();
}

std::shared_ptr<HostCache::Host> HostCache::find(const std::string& name) {
    if (hosts_.size() >= kMaxHosts && !hosts_.contains(name))
        std::erase_if(hosts_, [](const auto& entry) { return !entry.second->is_queried; });
    auto& host = hosts_[name];
    if (host == nullptr) host = std::make_shared<Host>();
    return host;
}

void HostCache::start_query(const std::string& name, const std::shared_ptr<Host>& host) {
    host->is_queried = true;
    query_(name, [host](Found found) {
        host->is_queried = false;
        if (found) {
            host->addresses = *std::move(found);
            host->found_at = Clock::now();
        } else if (found.error() == HostFault::unknown) {
            host->addresses.clear();
        }
        for (auto* timer : host->waiting) timer->cancel();
    });
}

}  // namespace mindspace
