#include "platform/async/host_lookup.h"

#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace mindspace {

namespace {

using asio::ip::tcp;

HostCache::Found result_of(const boost::system::error_code& failure, const tcp::resolver::results_type& results) {
    if (failure == asio::error::host_not_found) return std::unexpected(HostFault::unknown);
    if (failure) return std::unexpected(HostFault::unavailable);
    HostAddresses addresses;
    for (const auto& result : results) {
        const auto address = result.endpoint().address();
        if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
    }
    return addresses;
}

// The cache of a loop, which lives as long as the loop.
class HostLookup : public asio::execution_context::service {
public:
    static inline asio::execution_context::id id;

    explicit HostLookup(asio::io_context& loop)
        : asio::execution_context::service(loop), resolver_(loop), cache_(loop, [this](const auto& host, auto done) {
              resolver_.async_resolve(host, "", [done = std::move(done)](const auto& failure, const auto& results) {
                  done(result_of(failure, results));
              });
          }) {}

    HostCache& cache() { return cache_; }

private:
    void shutdown() override { resolver_.cancel(); }

    tcp::resolver resolver_;
    HostCache cache_;
};

}  // namespace

Awaitable<HostAddresses> resolve_host(asio::io_context& loop, std::string host,
                                      std::chrono::steady_clock::time_point deadline) {
    boost::system::error_code is_name;
    const auto address = asio::ip::make_address(host, is_name);
    if (!is_name) co_return HostAddresses{address};
    auto addresses = co_await asio::use_service<HostLookup>(loop).cache().resolve(std::move(host), deadline);
    co_return addresses;
}

void shorten_name_server_timeout() {
    constexpr int kKeep = 0;
    ::setenv("RES_OPTIONS", "timeout:1 attempts:3", kKeep);
}

}  // namespace mindspace
