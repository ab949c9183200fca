#pragma once
// What other services need of auth: its personal data. Callers are identified by caller_access.h, on every core.

#include "platform/privacy/personal_data.h"

namespace mindspace::auth {

// An export contains no proof of identity: no password, token or hash of one.
privacy::PersonalTables personal_data();

}  // namespace mindspace::auth
