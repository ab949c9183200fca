#pragma once
// Requests and answers of the auth service, with their schemas.

#include "services/user/client.h"

namespace mindspace::auth {

using schema::field;

inline constexpr schema::Rules kPasswordRules{.min = 8, .max = 128, .about = "8 to 128 characters of any kind."};
// What is typed at a login is bounded only: an account may be older than today's rules.
inline constexpr schema::Rules kTypedPasswordRules{.min = 1, .max = 1024};
inline constexpr schema::Rules kTypedEmailRules{.min = 1, .max = 254};

struct Register {
    std::string email;
    std::string password;
    std::string display_name;
    std::string timezone = "UTC";
    std::string locale = "en";

    static constexpr std::string_view kName = "Register";
    static constexpr auto fields() {
        return std::tuple{
            field("email", &Register::email, {.max = 254, .format = &schema::kEmail}),
            field("password", &Register::password, kPasswordRules),
            field("displayName", &Register::display_name, {.min = 1, .max = 64}),
            field("timezone", &Register::timezone, {.format = &schema::kTimeZone, .optional = true}),
            field("locale", &Register::locale, {.max = 35, .format = &schema::kLanguageTag, .optional = true})};
    }
};

struct Login {
    std::string email;
    std::string password;
    std::optional<std::string> device_name;

    static constexpr std::string_view kName = "Login";
    static constexpr auto fields() {
        return std::tuple{field("email", &Login::email, kTypedEmailRules),
                          field("password", &Login::password, kTypedPasswordRules),
                          field("deviceName", &Login::device_name, {.min = 1, .max = 64})};
    }
};

struct Refresh {
    std::string refresh_token;

    static constexpr std::string_view kName = "Refresh";
    static constexpr auto fields() {
        return std::tuple{field("refreshToken", &Refresh::refresh_token, {.min = 1, .max = 512})};
    }
};

struct Tokens {
    std::string access_token;
    std::string token_type = "Bearer";
    std::int64_t expires_in = 0;
    std::string refresh_token;
    std::int64_t refresh_expires_in = 0;
    AuthSessionId session_id{};

    static constexpr std::string_view kName = "Tokens";
    static constexpr auto fields() {
        return std::tuple{field("accessToken", &Tokens::access_token),
                          field("tokenType", &Tokens::token_type),
                          field("expiresIn", &Tokens::expires_in, {.about = "Seconds."}),
                          field("refreshToken", &Tokens::refresh_token, {.about = "Each use rotates it."}),
                          field("refreshExpiresIn", &Tokens::refresh_expires_in, {.about = "Seconds."}),
                          field("sessionId", &Tokens::session_id, {.about = "The login session."})};
    }
};

struct LoggedIn {
    user::User user;
    Tokens tokens;

    static constexpr std::string_view kName = "LoggedIn";
    static constexpr auto fields() {
        return std::tuple{field("user", &LoggedIn::user), field("tokens", &LoggedIn::tokens)};
    }
};

struct Refreshed {
    Tokens tokens;

    static constexpr std::string_view kName = "Refreshed";
    static constexpr auto fields() { return std::tuple{field("tokens", &Refreshed::tokens)}; }
};

// A public key as RFC 8037 writes it.
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
