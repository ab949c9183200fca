#pragma once
// What the end of a cancelled wait looks like to a coroutine (see task_group.h).

#include <exception>

namespace mindspace {

// Whether the exception says that a wait was cancelled. A boundary that logs faults lets these through.
[[nodiscard]] bool is_cancellation(const std::exception& fault);
[[nodiscard]] bool is_cancellation(const std::exception_ptr& fault);

}  // namespace mindspace
