#include "services/auth/tokens/refresh_token.h"

#include <algorithm>

namespace mindspace::auth {

namespace {

constexpr std::string_view kPrefix = "msr_";  // lets secret scanners recognise a leaked one
constexpr std::size_t kRefreshTokenSize = 16 + 16 + 32 + 16;

std::array<std::uint8_t, 16> make_tag(ByteView tag_key, ByteView secret) {
    auto digest = hmac_sha256(tag_key, secret);
    std::array<std::uint8_t, 16> tag;
    std::copy_n(digest.begin(), tag.size(), tag.begin());
    return tag;
}

}  // namespace

RefreshToken RefreshToken::make(UserId user, AuthSessionId auth_session, ByteView tag_key) {
    RefreshToken token{.user = user, .auth_session = auth_session, .secret = random_bytes<32>()};
    token.tag = make_tag(tag_key, token.secret);
    return token;
}

std::optional<RefreshToken> RefreshToken::parse(std::string_view text) {
    if (!text.starts_with(kPrefix)) return std::nullopt;
    auto bytes = base64url_decode(text.substr(kPrefix.size()));
    if (!bytes || bytes->size() != kRefreshTokenSize) return std::nullopt;
    RefreshToken token;
    auto at = bytes->begin();
    auto take = [&at](auto& to) {
        std::copy_n(at, to.size(), to.begin());
        at += static_cast<std::ptrdiff_t>(to.size());
    };
    take(token.user.value.bytes);
    take(token.auth_session.value.bytes);
    take(token.secret);
    take(token.tag);
    return token;
}

RefreshToken RefreshToken::successor(ByteView salt, ByteView tag_key) const {
    RefreshToken next{.user = user, .auth_session = auth_session, .secret = hmac_sha256(secret, salt)};
    next.tag = make_tag(tag_key, next.secret);
    return next;
}

bool RefreshToken::is_genuine(ByteView tag_key) const {
    return equal_constant_time(make_tag(tag_key, secret), tag);
}

Digest RefreshToken::hash() const {
    return sha256(secret);
}

std::string RefreshToken::to_string() const {
    Bytes bytes;
    bytes.reserve(kRefreshTokenSize);
    bytes.insert(bytes.end(), user.value.bytes.begin(), user.value.bytes.end());
    bytes.insert(bytes.end(), auth_session.value.bytes.begin(), auth_session.value.bytes.end());
    bytes.insert(bytes.end(), secret.begin(), secret.end());
    bytes.insert(bytes.end(), tag.begin(), tag.end());
    return std::string(kPrefix) + base64url_encode(bytes);
}

}  // namespace mindspace::auth
