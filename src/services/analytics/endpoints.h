#pragma once
// What the outside sees of the analytics service.

#include "platform/http/api/endpoint.h"

namespace mindspace::analytics {

class AnalyticsService;

// `service` must outlive the rows.
http::Endpoints endpoints(AnalyticsService& service);

}  // namespace mindspace::analytics
