#pragma once
// The public endpoints of the auth service.

#include "platform/http/api/endpoint_table.h"

namespace mindspace::auth {

class AccountService;
class AuthService;
class BrowserLogins;

http::EndpointTable<AuthService, AccountService, BrowserLogins> endpoints();

}  // namespace mindspace::auth
