#pragma once
// Work of one loop that nobody waits for: what a request causes, but its answer must not show or be kept up by. At most
// `limit` run at once; beyond that the caller is told, and decides. What is under way when the loop ends is given up,
// so a drain waits for is_idle().

#include "platform/async/awaitable.h"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

namespace mindspace {

class Background {
public:
    // Told of every exception that ends some work.
    using OnFault = std::function<void(const std::exception& fault)>;

    Background(asio::io_context& io, std::size_t limit, OnFault on_fault);

    // Begins the work at the next turn of the loop. False, and it is dropped, when `limit` run already.
    [[nodiscard]] bool run(Awaitable<> work);
    // How many more would be taken.
    [[nodiscard]] std::size_t room() const { return limit_ - state_->running; }
    [[nodiscard]] bool is_idle() const { return state_->running == 0; }

private:
    // Outlives the Background while there is work.
    struct State {
        OnFault on_fault;
        std::size_t running = 0;
    };

    asio::io_context& io_;
    std::size_t limit_;
    std::shared_ptr<State> state_;
};

}  // namespace mindspace
