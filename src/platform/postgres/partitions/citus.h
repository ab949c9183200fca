#pragma once
// Whether the server is the coordinator of a Citus cluster. There each statement between two Syncs is a transaction of
// its own on the worker that runs it, unless BEGIN says otherwise. Asked once, when a connection is made.

#include "platform/postgres/connection/link.h"

#include <memory>

namespace mindspace::postgres {

// Before the link is put into pipeline mode. Throws Unavailable when it is lost, or closed because it took too long.
Awaitable<bool> is_citus(std::shared_ptr<Link> link, Milliseconds timeout);

}  // namespace mindspace::postgres
