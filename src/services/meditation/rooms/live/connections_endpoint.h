#pragma once
// GET /connections on the management listener: which process holds how many sockets of which room.

#include "platform/http/api/endpoint.h"

namespace mindspace::meditation {

class ConnectionStats;

// `stats` must outlive it.
http::Endpoint connections_endpoint(ConnectionStats& stats);

}  // namespace mindspace::meditation
