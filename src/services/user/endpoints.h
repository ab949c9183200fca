#pragma once
// The public endpoints of the user service.

#include "platform/http/api/endpoint_table.h"

namespace mindspace::user {

class UserService;

http::EndpointTable<UserService> endpoints();

}  // namespace mindspace::user
