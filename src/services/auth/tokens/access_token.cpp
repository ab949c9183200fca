#include "services/auth/tokens/access_token.h"

#include "platform/json/schema.h"
#include "platform/json/writer.h"

#include <boost/json/object.hpp>

namespace mindspace::auth {

namespace {

constexpr std::size_t kMaxTokenSize = 4096;
constexpr Seconds kExpiryLeeway{5};
constexpr Seconds kIssuedAtLeeway{60};
constexpr std::int64_t kLastSecond = 253'402'300'799;  // of the year 9999

std::int64_t unix_seconds(Timestamp at) {
    return std::chrono::floor<Seconds>(at).time_since_epoch().count();
}

Error invalid_token(std::string_view why) {
    return {ErrorCode::unauthenticated, "invalid_token", "The access token is invalid: " + std::string(why) + ".", {}};
}

std::optional<boost::json::object> decode_part(std::string_view part) {
    auto bytes = base64url_decode(part);
    if (!bytes) return std::nullopt;
    auto value = schema::parse_json({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    if (!value || !value->is_object()) return std::nullopt;
    return std::move(value->get_object());
}

std::string_view text_member(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(boost::json::string_view(name.data(), name.size()));
    return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::optional<Timestamp> time_member(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(boost::json::string_view(name.data(), name.size()));
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    auto seconds = value->get_int64();
    if (seconds < 0 || seconds > kLastSecond) return std::nullopt;
    return Timestamp(Seconds(seconds));
}

// The signature was valid: only our own auth service wrote these claims, so any unexpected form is rejected entirely.
Result<http::Principal> read_claims(const boost::json::object& claims, const TokenRules& rules, Timestamp now) {
    auto user = UserId::parse(text_member(claims, "sub"));
    auto auth_session = AuthSessionId::parse(text_member(claims, "sid"));
    auto role = schema::enum_value<http::Role>(text_member(claims, "role"));
    auto issued_at = time_member(claims, "iat");
    auto expires_at = time_member(claims, "exp");
    if (!user || !auth_session || !role || !issued_at || !expires_at || text_member(claims, "jti").empty())
        return invalid_token("claims");
    if (text_member(claims, "iss") != rules.issuer) return invalid_token("issuer");
    if (text_member(claims, "aud") != rules.audience) return invalid_token("audience");
    if (*issued_at > now + kIssuedAtLeeway) return invalid_token("issued in the future");
    if (now >= *expires_at + kExpiryLeeway)
        return Error{ErrorCode::unauthenticated, "token_expired", "The access token has expired.", {}};
    return http::Principal{.user = *user, .auth_session = *auth_session, .role = *role, .expires_at = *expires_at};
}

}  // namespace

std::string sign_access_token(const SigningKey& key, const TokenRules& rules, const http::Principal& principal,
                              Timestamp now) {
    std::string header;
    JsonWriter head(header);
    head.begin_object();
    head.key("alg"), head.string("EdDSA");
    head.key("typ"), head.string("at+jwt");
    head.key("kid"), head.string(key.kid());
    head.end_object();

    std::string payload;
    JsonWriter claims(payload);
    claims.begin_object();
    claims.key("iss"), claims.string(rules.issuer);
    claims.key("aud"), claims.string(rules.audience);
    claims.key("sub"), claims.string(principal.user.to_string());
    claims.key("sid"), claims.string(principal.auth_session.to_string());
    claims.key("jti"), claims.string(Uuid::v7(now).to_string());
    claims.key("iat"), claims.integer(unix_seconds(now));
    claims.key("exp"), claims.integer(unix_seconds(now + rules.ttl));
    claims.key("role"), claims.string(schema::enum_name(principal.role));
    claims.end_object();

    std::string token = base64url_encode(as_bytes(header)) + "." + base64url_encode(as_bytes(payload));
    auto signature = key.sign(token);
    return token + "." + base64url_encode(signature);
}

Result<http::Principal> verify_access_token(std::string_view token, const std::vector<SigningKey>& keys,
                                            const TokenRules& rules, Timestamp now, KnownSignatures* known) {
    if (token.size() > kMaxTokenSize) return invalid_token("too long");
    auto first = token.find('.');
    auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return invalid_token("form");

    auto header = decode_part(token.substr(0, first));
    if (!header) return invalid_token("header");
    if (text_member(*header, "alg") != "EdDSA" || text_member(*header, "typ") != "at+jwt" || header->contains("crit"))
        return invalid_token("header");
    const SigningKey* key = nullptr;
    for (const auto& candidate : keys)
        if (candidate.kid() == text_member(*header, "kid")) key = &candidate;
    if (key == nullptr) return invalid_token("unknown key");

    if (known == nullptr || !known->contains(token)) {
        auto signature = base64url_decode(token.substr(second + 1));
        if (!signature || !key->verify(token.substr(0, second), *signature)) return invalid_token("signature");
        if (known != nullptr) known->insert(token);
    }
    auto claims = decode_part(token.substr(first + 1, second - first - 1));
    if (!claims) return invalid_token("claims");
    return read_claims(*claims, rules, now);
}

}  // namespace mindspace::auth
