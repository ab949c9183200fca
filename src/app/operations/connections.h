#pragma once
// GET /connections on the management listener: which process holds how many sockets of which room.

#include "platform/http/api/endpoint.h"

namespace mindspace::app {

class Core;

// None where the process has no meditation role.
http::Endpoints connections_endpoints(Core& core);

}  // namespace mindspace::app
