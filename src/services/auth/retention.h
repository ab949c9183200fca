#pragma once
// The data that the auth service keeps for a limited time.

#include "platform/retention/retention.h"

namespace mindspace::auth {

// Finished mails (sent, replaced or failed) are removed 7 days after they were written, tokens of mails, used or not, a
// day after they expired, unresolved password reset requests after a day, audit_log after 400 days, the addresses and
// agents in it after `address_retention`, public keys a day after the last token that they signed has expired, login
// sessions 30 days after their end.
retention::Rules retention_rules(Seconds address_retention);

}  // namespace mindspace::auth
