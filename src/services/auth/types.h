#pragma once
// Request and response types of the auth service, with their schemas.

#include "services/auth/admin/audit.h"
#include "services/user/client.h"

namespace mindspace::auth {

using schema::field;

// Counted exactly only after preparation (validate_password()): composition makes it shorter.
inline constexpr schema::Rules kPasswordRules{
    .min = 8,
    .max = 1024,
    .text = schema::Text::exact,
    .about = "8 to 128 characters, counted after Unicode normalization (NFC)."};
// A password typed at login has only length limits: an account may be older than the current rules.
inline constexpr schema::Rules kTypedPasswordRules{.min = 1, .max = 1024, .text = schema::Text::exact};
inline constexpr schema::Rules kTypedEmailRules{.min = 1, .max = 254, .text = schema::Text::exact};
inline constexpr schema::Rules kCookieRules{
    .optional = true,
    .about =
        "For pages of this server: sets the refresh token as an HttpOnly cookie instead of returning it. Requires an "
        "Origin of this server, or one that it allows."};

struct Register {
    std::optional<UserId> id;  // not set by the client: from the Idempotency-Key's claim, so that both end together
    std::string email;
    std::string password;
    std::string display_name;
    std::string timezone = "UTC";
    std::string locale = "en";
    bool cookie = false;

    static constexpr std::string_view kName = "Register";
    static constexpr auto fields() {
        return std::tuple{
            field("email", &Register::email, {.max = 254, .format = &schema::kEmail}),
            field("password", &Register::password, kPasswordRules),
            field("displayName", &Register::display_name, user::kDisplayNameRules),
            field("timezone", &Register::timezone, {.format = &schema::kTimeZone, .optional = true}),
            field("locale", &Register::locale, {.max = 35, .format = &schema::kLanguageTag, .optional = true}),
            field("cookie", &Register::cookie, kCookieRules)};
    }
};

struct Login {
    std::string email;
    std::string password;
    std::optional<std::string> device_name;
    bool cookie = false;

    static constexpr std::string_view kName = "Login";
    static constexpr auto fields() {
        return std::tuple{
            field("email", &Login::email, kTypedEmailRules), field("password", &Login::password, kTypedPasswordRules),
            field("deviceName", &Login::device_name,
                  {.text = schema::Text::name, .about = "Truncated to 64 characters. An empty name counts as none."}),
            field("cookie", &Login::cookie, kCookieRules)};
    }
};

struct Refresh {
    std::optional<std::string> refresh_token;

    static constexpr std::string_view kName = "Refresh";
    static constexpr auto fields() {
        return std::tuple{field(
            "refreshToken", &Refresh::refresh_token,
            {.min = 1,
             .max = 512,
             .text = schema::Text::exact,
             .about = "Without it, the cookie of a page is used and replaced. Requires an Origin of this server, or "
                      "one that it allows."})};
    }
};

struct Tokens {
    std::string access_token;
    std::string token_type = "Bearer";
    std::int64_t expires_in = 0;
    std::optional<std::string> refresh_token;
    std::int64_t refresh_expires_in = 0;
    AuthSessionId session_id{};

    static constexpr std::string_view kName = "Tokens";
    static constexpr auto fields() {
        return std::tuple{
            field("accessToken", &Tokens::access_token),
            field("tokenType", &Tokens::token_type),
            field("expiresIn", &Tokens::expires_in, {.about = "Lifetime of the access token in seconds."}),
            field("refreshToken", &Tokens::refresh_token,
                  {.omit_absent = true,
                   .about = "Valid once: each refresh returns a new one. Omitted if it is in a cookie."}),
            field("refreshExpiresIn", &Tokens::refresh_expires_in,
                  {.about = "Lifetime of the refresh token in seconds."}),
            field("sessionId", &Tokens::session_id, {.about = "Id of the login session."})};
    }
};

struct LoggedIn {
    user::User user;
    Tokens tokens;
    std::optional<std::string> set_cookie{};

    static constexpr std::string_view kName = "LoggedIn";
    static constexpr auto fields() {
        return std::tuple{field("user", &LoggedIn::user), field("tokens", &LoggedIn::tokens)};
    }
};

struct Refreshed {
    Tokens tokens;
    std::optional<std::string> set_cookie{};

    static constexpr std::string_view kName = "Refreshed";
    static constexpr auto fields() { return std::tuple{field("tokens", &Refreshed::tokens)}; }
};

struct ChangePassword {
    std::string current_password;
    std::string new_password;

    static constexpr std::string_view kName = "ChangePassword";
    static constexpr auto fields() {
        return std::tuple{field("currentPassword", &ChangePassword::current_password, kTypedPasswordRules),
                          field("newPassword", &ChangePassword::new_password, kPasswordRules)};
    }
};

struct DeleteAccount {
    std::string password;

    static constexpr std::string_view kName = "DeleteAccount";
    static constexpr auto fields() {
        return std::tuple{field("password", &DeleteAccount::password, kTypedPasswordRules)};
    }
};

struct ForgotPassword {
    std::string email;

    static constexpr std::string_view kName = "ForgotPassword";
    static constexpr auto fields() { return std::tuple{field("email", &ForgotPassword::email, kTypedEmailRules)}; }
};

inline constexpr schema::Rules kMailTokenRules{
    .min = 1, .max = 256, .text = schema::Text::exact, .about = "Token from the link in the mail."};

struct ResetPassword {
    std::string token;
    std::string new_password;

    static constexpr std::string_view kName = "ResetPassword";
    static constexpr auto fields() {
        return std::tuple{field("token", &ResetPassword::token, kMailTokenRules),
                          field("newPassword", &ResetPassword::new_password, kPasswordRules)};
    }
};

struct VerifyEmail {
    std::string token;

    static constexpr std::string_view kName = "VerifyEmail";
    static constexpr auto fields() { return std::tuple{field("token", &VerifyEmail::token, kMailTokenRules)}; }
};

// A login on one device, as shown to its owner.
struct LoginSession {
    AuthSessionId id{};
    std::optional<std::string> device_name;
    std::string ip;
    std::string user_agent;
    Timestamp created_at{};
    Timestamp last_used_at{};
    bool current = false;

    static constexpr std::string_view kName = "LoginSession";
    static constexpr auto fields() {
        return std::tuple{
            field("id", &LoginSession::id),
            field("deviceName", &LoginSession::device_name),
            field("ip", &LoginSession::ip, {.about = "IP address at login."}),
            field("userAgent", &LoginSession::user_agent),
            field("createdAt", &LoginSession::created_at),
            field("lastUsedAt", &LoginSession::last_used_at, {.about = "Time of the login or of the last refresh."}),
            field("current", &LoginSession::current, {.about = "Whether this is the login session of the caller."})};
    }
};

struct LoginSessionQuery {
    std::int32_t limit = 20;
    std::optional<std::string> cursor;

    static constexpr std::string_view kName = "LoginSessionQuery";
    static constexpr auto fields() {
        return std::tuple{field("limit", &LoginSessionQuery::limit, {.min = 1, .max = 100, .optional = true}),
                          field("cursor", &LoginSessionQuery::cursor, schema::kCursorRules)};
    }
};

struct LoginSessionPage {
    std::vector<LoginSession> items;
    std::optional<std::string> next_cursor;

    static constexpr std::string_view kName = "LoginSessionPage";
    static constexpr auto fields() {
        return std::tuple{field("items", &LoginSessionPage::items),
                          field("nextCursor", &LoginSessionPage::next_cursor)};
    }
};

struct AuditQuery {
    std::int32_t limit = 20;
    std::optional<std::string> cursor;

    static constexpr std::string_view kName = "AuditQuery";
    static constexpr auto fields() {
        return std::tuple{field("limit", &AuditQuery::limit, {.min = 1, .max = 100, .optional = true}),
                          field("cursor", &AuditQuery::cursor, schema::kCursorRules)};
    }
};

struct AuditPage {
    std::vector<AuditRecord> items;
    std::optional<std::string> next_cursor;

    static constexpr std::string_view kName = "AuditPage";
    static constexpr auto fields() {
        return std::tuple{field("items", &AuditPage::items), field("nextCursor", &AuditPage::next_cursor)};
    }
};

// A public key in the format of RFC 8037.
struct Jwk {
    std::string kty = "OKP";
    std::string crv = "Ed25519";
    std::string use = "sig";
    std::string alg = "EdDSA";
    std::string kid;
    std::string x;

    static constexpr std::string_view kName = "Jwk";
    static constexpr auto fields() {
        return std::tuple{field("kty", &Jwk::kty), field("crv", &Jwk::crv), field("use", &Jwk::use),
                          field("alg", &Jwk::alg), field("kid", &Jwk::kid), field("x", &Jwk::x)};
    }
};

struct JwkSet {
    std::vector<Jwk> keys;

    static constexpr std::string_view kName = "JwkSet";
    static constexpr auto fields() { return std::tuple{field("keys", &JwkSet::keys)}; }
};

}  // namespace mindspace::auth
