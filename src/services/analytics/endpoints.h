#pragma once
// The public endpoints of the analytics service.

#include "platform/http/api/endpoint_table.h"

namespace mindspace::analytics {

class AnalyticsService;

http::EndpointTable<AnalyticsService> endpoints();

}  // namespace mindspace::analytics
