#pragma once
// Whether the server is the coordinator of a Citus cluster. There each statement between two Syncs is a separate
// transaction on the worker that runs it, unless BEGIN is used. Queried once, when a connection is established.

#include "platform/postgres/connection/connection.h"

#include <memory>

namespace mindspace::postgres {

// Must be called before the connection enters pipeline mode. Throws Unavailable if the connection is lost, or closed by
// the timeout.
Awaitable<bool> is_citus(std::shared_ptr<Connection> connection, Milliseconds timeout);

}  // namespace mindspace::postgres
