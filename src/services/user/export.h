#pragma once
// The answer to GET /users/me/export: one JSON document with all that any service keeps of a user. It is written while
// it is read, a page of rows at a time, so its size costs no memory; each page is as new as the moment it is read in.

#include "platform/http/wire/response.h"
#include "services/user/service.h"

namespace mindspace::user {

// `service` must outlive the answer. Error: as UserService::begin_export().
Awaitable<Result<http::Response>> export_user(UserService& service, UserId user);

}  // namespace mindspace::user
