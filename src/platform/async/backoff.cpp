#include "platform/async/backoff.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace mindspace::postgres {

namespace {

constexpr Milliseconds kFirst{50};
constexpr int kMaxDoublings = 5;

}  // namespace

Awaitable<> Backoff::pause() {
    if (is_stopped_) co_return;
    auto longest = kFirst * (1 << std::min(pauses_++, kMaxDoublings));
    std::uniform_int_distribution<Milliseconds::rep> jitter(longest.count() / 2, longest.count());
    timer_.expires_after(Milliseconds(jitter(random_)));
    boost::system::error_code stopped;  // the caller knows
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
}

void Backoff::stop() {
    is_stopped_ = true;
    timer_.cancel();
}

}  // namespace mindspace::postgres
