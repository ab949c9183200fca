#pragma once
// Requests that the loop has read and not begun yet, in the order in which they came. It begins with a few of them each
// time it has taken what is ready. So however many come, a response of PostgreSQL is taken and a request refused behind
// no more than those; in the kernel's list of what is ready they would wait behind all. Lives on the loop; what adds
// to it bounds it by delay().

#include "platform/async/awaitable.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

namespace mindspace::http {

class StartQueue {
public:
    using Clock = std::chrono::steady_clock;

    explicit StartQueue(boost::asio::io_context& loop) : loop_(loop) {}

    // Comes back when it is the request's turn.
    Awaitable<> wait() {
        auto initiate = [this](auto handler) {
            waiting_.push_back({.since = Clock::now(), .begin = std::move(handler)});
            if (!std::exchange(is_scheduled_, true)) schedule_batch();
        };
        return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(initiate,
                                                                                         boost::asio::use_awaitable);
    }

    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    // How long the first has waited.
    [[nodiscard]] Clock::duration delay(Clock::time_point now) const {
        return waiting_.empty() ? Clock::duration::zero() : now - waiting_.front().since;
    }

    static constexpr int kBatchSize = 32;

private:
    struct Waiting {
        Clock::time_point since;
        std::move_only_function<void()> begin;
    };

    void schedule_batch() {
        boost::asio::post(loop_, [this] { start_batch(); });
    }

    void start_batch() {
        for (int left = kBatchSize; left > 0 && !waiting_.empty(); --left) {
            auto begin = std::move(waiting_.front().begin);
            waiting_.pop_front();
            begin();
        }
        is_scheduled_ = !waiting_.empty();
        if (is_scheduled_) schedule_batch();
    }

    boost::asio::io_context& loop_;
    std::deque<Waiting> waiting_;
    bool is_scheduled_ = false;
};

}  // namespace mindspace::http
