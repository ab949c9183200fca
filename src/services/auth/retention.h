#pragma once
// What the auth service keeps for a while only.

#include "platform/retention/retention.h"

namespace mindspace::auth {

// Mails that are done (sent, replaced or given up) 7 days after they were written, tokens of mails, used or not, a day
// after they expired, requests of who forgot their password and that nobody could resolve after a day, audit_log after
// 400 days, the addresses and agents in it after `addresses_kept`, public keys a day after the last token that they
// signed has expired, login sessions 30 days after their end.
retention::Rules retention_rules(Seconds addresses_kept);

}  // namespace mindspace::auth
