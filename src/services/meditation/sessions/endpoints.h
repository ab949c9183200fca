#pragma once
// What the outside sees of meditation sessions.

#include "platform/http/api/endpoint.h"

namespace mindspace::meditation {

class SessionService;

// `service` must outlive the rows.
http::Endpoints session_endpoints(SessionService& service);

}  // namespace mindspace::meditation
