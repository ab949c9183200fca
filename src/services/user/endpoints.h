#pragma once
// What the outside sees of the user service.

#include "platform/http/api/endpoint.h"

namespace mindspace::user {

class UserService;

// `service` must outlive the rows.
http::Endpoints endpoints(UserService& service);

}  // namespace mindspace::user
