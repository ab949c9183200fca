#pragma once
// The pages behind the links in mails. Opening a page changes nothing (mail scanners open links); its button calls the
// API. Each page is self-contained: no other resource, no other origin, with its own content policy.

#include "platform/async/awaitable.h"
#include "platform/base/result.h"
#include "platform/http/wire/response.h"
#include "services/auth/mail/queue.h"

#include <string_view>

namespace mindspace::auth {

inline constexpr std::string_view kVerifyEmailPath = "/verify-email";
inline constexpr std::string_view kResetPasswordPath = "/reset-password";

// The path of the page to which the link of a mail leads.
constexpr std::string_view link_path(MailKind kind) {
    return kind == MailKind::email_verification ? kVerifyEmailPath : kResetPasswordPath;
}

Awaitable<Result<http::Response>> link_page(MailKind kind);

}  // namespace mindspace::auth
