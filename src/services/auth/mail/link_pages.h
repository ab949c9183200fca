#pragma once
// The pages behind the links in mails. To open one changes nothing (mail scanners do); its button calls the API. Each
// is complete in itself: no other resource, no other origin, under a content policy of its own.

#include "platform/async/awaitable.h"
#include "platform/base/result.h"
#include "platform/http/wire/response.h"
#include "services/auth/mail/queue.h"

#include <string_view>

namespace mindspace::auth {

inline constexpr std::string_view kVerifyEmailPath = "/verify-email";
inline constexpr std::string_view kResetPasswordPath = "/reset-password";

// Where a mail's link leads: the page of its kind.
constexpr std::string_view link_path(MailKind kind) {
    return kind == MailKind::email_verification ? kVerifyEmailPath : kResetPasswordPath;
}

Awaitable<Result<http::Response>> link_page(MailKind kind);

}  // namespace mindspace::auth
