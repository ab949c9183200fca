#pragma once
// What the auth service keeps for a while only.

#include "platform/retention/retention.h"

namespace mindspace::auth {

// Mails that are done (sent, replaced or given up) 7 days after they were written, audit_log after 400 days, public
// keys a day after the last token that they signed has expired.
retention::Rules retention_rules();

}  // namespace mindspace::auth
