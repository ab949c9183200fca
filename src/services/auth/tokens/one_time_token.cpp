#include "services/auth/tokens/one_time_token.h"

#include <algorithm>

namespace mindspace::auth {

namespace {

constexpr std::size_t kUserSize = 16;
constexpr std::size_t kOneTimeTokenSize = kUserSize + 32;

}  // namespace

OneTimeToken OneTimeToken::make(UserId user) {
    return {.user = user, .secret = random_bytes<32>()};
}

std::optional<OneTimeToken> OneTimeToken::parse(std::string_view text) {
    auto bytes = base64url_decode(text);
    if (!bytes || bytes->size() != kOneTimeTokenSize) return std::nullopt;
    OneTimeToken token;
    std::copy_n(bytes->begin(), kUserSize, token.user.value.bytes.begin());
    std::copy_n(bytes->begin() + kUserSize, token.secret.size(), token.secret.begin());
    return token;
}

std::string OneTimeToken::to_string() const {
    Bytes bytes(user.value.bytes.begin(), user.value.bytes.end());
    bytes.insert(bytes.end(), secret.begin(), secret.end());
    return base64url_encode(bytes);
}

}  // namespace mindspace::auth
