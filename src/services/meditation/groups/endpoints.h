#pragma once
// The public endpoints of groups.

#include "platform/http/api/endpoint_table.h"

namespace mindspace::meditation {

class GroupService;
class SocketAdmission;

http::EndpointTable<GroupService, SocketAdmission> group_endpoints();

}  // namespace mindspace::meditation
