#include "platform/async/host_lookup.h"

#include "platform/async/as_tuple.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <memory>

namespace mindspace {

namespace {

using asio::ip::tcp;

// Outlives callers that stop waiting.
struct Lookup {
    explicit Lookup(asio::io_context& loop) : resolver(loop), done(loop) {}
    tcp::resolver resolver;
    asio::steady_timer done;  // cancelled when the lookup is done
    std::vector<asio::ip::address> found;
};

}  // namespace

Awaitable<std::vector<asio::ip::address>> resolve_host(asio::io_context& loop, std::string host,
                                                       std::chrono::steady_clock::time_point deadline) {
    boost::system::error_code is_name;
    const auto address = asio::ip::make_address(host, is_name);
    if (!is_name) co_return std::vector{address};
    auto lookup = std::make_shared<Lookup>(loop);
    lookup->done.expires_at(deadline);
    lookup->resolver.async_resolve(host, "", [lookup](boost::system::error_code, tcp::resolver::results_type results) {
        for (const auto& result : results) {
            const auto address = result.endpoint().address();
            if (std::ranges::find(lookup->found, address) == lookup->found.end()) lookup->found.push_back(address);
        }
        lookup->done.cancel();
    });
    co_await lookup->done.async_wait(kTuple);
    co_return std::move(lookup->found);
}

}  // namespace mindspace
