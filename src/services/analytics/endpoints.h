#pragma once
// What the outside sees of the analytics service.

#include "platform/http/api/endpoint_table.h"

namespace mindspace::analytics {

class AnalyticsService;

http::EndpointTable<AnalyticsService> endpoints();

}  // namespace mindspace::analytics
