#pragma once
// What the outside sees of groups.

#include "platform/http/api/endpoint.h"

namespace mindspace::meditation {

class GroupService;
class SocketAdmission;

// Both must outlive the rows.
http::Endpoints group_endpoints(GroupService& service, SocketAdmission& admission);

}  // namespace mindspace::meditation
