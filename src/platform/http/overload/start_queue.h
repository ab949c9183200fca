#pragma once
// Requests that have been read but not started, in the order of their arrival. A few of them are started in each
// iteration of the loop, so that replies of PostgreSQL and refusals of requests wait only for those few; without this
// queue they would wait behind all requests that have arrived. Used on the loop; the caller limits the queue's length
// by delay().

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

    // Returns when the request may start.
    Awaitable<> wait() {
        auto initiate = [this](auto handler) {
            waiting_.push_back({.since = Clock::now(), .begin = std::move(handler)});
            if (!std::exchange(is_scheduled_, true)) schedule_batch();
        };
        return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(initiate,
                                                                                         boost::asio::use_awaitable);
    }

    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    // How long the first request has waited.
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
