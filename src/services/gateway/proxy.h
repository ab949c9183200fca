#pragma once
// Endpoints that another process serves. The declarations stay, so that routing, access control, metrics and the API's
// description are the same in both topologies; only the handler differs.

#include "platform/http/api/endpoint.h"
#include "services/gateway/upstream.h"

namespace mindspace::gateway {

// `upstream` must outlive the rows.
http::Endpoints forward(const http::DeclaredEndpoints& rows, Upstream& upstream);

}  // namespace mindspace::gateway
