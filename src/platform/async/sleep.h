#pragma once
// Pauses a coroutine on its own executor.

#include "platform/async/awaitable.h"

#include <chrono>

namespace mindspace {

// Throws operation_aborted if the coroutine is cancelled.
Awaitable<> sleep_for(std::chrono::steady_clock::duration time);

}  // namespace mindspace
