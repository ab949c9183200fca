#pragma once
// The public endpoints of meditation sessions.

#include "platform/http/api/endpoint_table.h"

namespace mindspace::meditation {

class SessionHistory;
class SessionService;

http::EndpointTable<SessionService, SessionHistory> session_endpoints();

}  // namespace mindspace::meditation
