#pragma once
// For tests: access control without the auth service. An access token is the user's id and when it ends.

#include "platform/base/time.h"
#include "platform/http/access/access_control.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace mindspace {

class TokenAccess final : public http::Authentication,
                          public http::Admission,
                          public http::RevocationWatch,
                          public http::WriteTracking {
public:
    static std::string token(UserId user, Timestamp expires_at) {
        return user.to_string() + format_timestamp(expires_at);
    }
    http::AccessControl control() { return {*this, *this, *this, *this}; }

    Awaitable<Result<http::Principal>> authenticate(std::string_view access_token) override {
        auto user = UserId::parse(access_token.substr(0, std::min<std::size_t>(36, access_token.size())));
        if (!user) co_return Error{ErrorCode::unauthenticated, "invalid_token", "No.", {}};
        co_return http::Principal{.user = *user, .expires_at = parse_timestamp(access_token.substr(36)).value()};
    }
    Awaitable<http::Admitted> admit(http::Principal principal, const limits::Policy*) override {
        co_return http::Admitted{.caller = std::move(principal)};
    }
    http::SessionWatch watch(UserId, AuthSessionId, std::function<void()>) override { return {}; }
    Awaitable<> record_write(UserId) override { co_return; }
};

}  // namespace mindspace
