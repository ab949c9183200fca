#pragma once
// The endpoints that belong to no service: health, the API's description and its page, metrics.

#include "platform/http/api/endpoint.h"

#include <memory>
#include <vector>

namespace mindspace::app {

class Core;

// /livez and /readyz, on every listener.
http::Endpoints health_endpoints(Core& core);
// /, /openapi.json, /asyncapi.json and /docs, on the gateway.
http::Endpoints public_pages(Core& core);
// /metrics, on the management listener only. It reads the figures of all cores.
http::Endpoints metrics_endpoints(const std::vector<std::unique_ptr<Core>>& cores);

}  // namespace mindspace::app
