#include "platform/async/backoff.h"

#include "platform/async/sleep.h"

#include <algorithm>
#include <random>

namespace mindspace {

Awaitable<> Backoff::pause() {
    return sleep_for(next());
}

Milliseconds Backoff::next() {
    thread_local std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<Milliseconds::rep> jitter(next_.count() / 2, next_.count());
    next_ = std::min(2 * next_, max_delay_);
    return Milliseconds(jitter(random));
}

}  // namespace mindspace
