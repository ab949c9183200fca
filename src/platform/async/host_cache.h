#pragma once
// The results of name servers for hosts, cached for one loop. A name server that is slow or silent for a moment must
// not cost more than a moment: callers share one query for a host, and while it takes long or fails they use what was
// found before.

#include "platform/async/awaitable.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace mindspace {

using HostAddresses = std::vector<asio::ip::address>;

enum class HostFault {
    unknown,      // there is no such host, or it has no address
    unavailable,  // no name server has replied
};

class HostCache {
public:
    using Clock = std::chrono::steady_clock;
    using Found = std::expected<HostAddresses, HostFault>;
    // Calls `done` once, later, on the loop.
    using Query = std::function<void(const std::string& host, std::function<void(Found)> done)>;

    HostCache(asio::io_context& loop, Query query);

    // The addresses of a host. Empty if it is unknown, or if nothing is known when the deadline passes.
    Awaitable<HostAddresses> resolve(std::string host, Clock::time_point deadline);

    static constexpr std::chrono::seconds kFresh{1};                // so long, no other query is sent
    static constexpr std::chrono::minutes kUsable{10};              // so long, addresses serve in place of a reply
    static constexpr std::chrono::milliseconds kWaitForFresh{250};  // so long, a reply is preferred to them
    static constexpr std::size_t kMaxHosts = 256;  // above, all entries are removed except those being queried

private:
    struct Host {
        HostAddresses addresses;
        Clock::time_point found_at;
        bool is_queried = false;
        std::vector<asio::steady_timer*> waiting;  // cancelled by the reply
    };
    struct Waiting;

    std::shared_ptr<Host> find(const std::string& name);
    void start_query(const std::string& name, const std::shared_ptr<Host>& host);

    asio::io_context& loop_;
    Query query_;
    std::map<std::string, std::shared_ptr<Host>> hosts_;
};

}  // namespace mindspace
