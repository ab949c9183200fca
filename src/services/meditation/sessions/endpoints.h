#pragma once
// The public endpoints of meditation sessions.

#include "platform/http/api/endpoint_table.h"

namespace mindspace::meditation {

class SessionService;

http::EndpointTable<SessionService> session_endpoints();

}  // namespace mindspace::meditation
