#include "platform/async/background.h"

#include <boost/asio/co_spawn.hpp>

namespace mindspace {

Background::Background(asio::io_context& io, std::size_t limit, OnFault on_fault)
    : io_(io), limit_(limit), state_(std::make_shared<State>(std::move(on_fault))) {}

bool Background::run(Awaitable<> work) {
    if (room() == 0) return false;
    ++state_->running;
    asio::co_spawn(io_, std::move(work), [state = state_](std::exception_ptr failure) {
        --state->running;
        if (!failure) return;
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& fault) {
            state->on_fault(fault);
        }
    });
    return true;
}

}  // namespace mindspace
