#pragma once
// What the outside sees of groups.

#include "platform/http/api/endpoint.h"

namespace mindspace::meditation {

class GroupService;
class LiveEntrance;

// Both must outlive the rows.
http::Endpoints group_endpoints(GroupService& service, LiveEntrance& entrance);

}  // namespace mindspace::meditation
