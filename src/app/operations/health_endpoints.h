#pragma once
// /livez and /readyz, on every listener.

#include "platform/http/api/endpoint_table.h"

namespace mindspace::app {

class ListenersCore;

http::EndpointTable<ListenersCore> health_endpoints();

}  // namespace mindspace::app
