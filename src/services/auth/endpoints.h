#pragma once
// What the outside sees of the auth service.

#include "platform/http/api/endpoint.h"

namespace mindspace::auth {

class AccountService;
class AuthService;

// `service` must outlive the rows.
http::Endpoints endpoints(AuthService& service, AccountService& accounts);

}  // namespace mindspace::auth
