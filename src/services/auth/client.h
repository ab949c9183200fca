#pragma once
// What the other services need of auth: what is kept of a user. Who calls, every core knows by caller_access.h.

#include "platform/privacy/personal_data.h"

namespace mindspace::auth {

// An export shows nothing of what proves who somebody is: no password, token or hash of one.
privacy::PersonalTables personal_data();

}  // namespace mindspace::auth
