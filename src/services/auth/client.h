#pragma once
// What other services need of auth: its personal data, and the pages to which its mails link. Callers are identified by
// caller_access.h, on every core.

#include "platform/privacy/personal_data.h"

#include <string_view>

namespace mindspace::auth {

// An export contains no proof of identity: no password, token or hash of one.
privacy::PersonalTables personal_data();

// The pages of the web client that links in mails open, with ?token=. Opening one changes nothing: mail scanners do.
inline constexpr std::string_view kVerifyEmailPath = "/verify-email";
inline constexpr std::string_view kResetPasswordPath = "/reset-password";

}  // namespace mindspace::auth
