#pragma once
// The refresh token: who it belongs to, a 256-bit secret, and a tag that tells a token that this login session once
// had from one that somebody made up (only the former proves a reuse).
//
// A successor is HMAC-SHA256(secret, salt). The salt is stored, the secret never is: whoever presents the previous
// token can be given the same successor again, and nobody who reads the database can make one.

#include "platform/base/bytes.h"
#include "platform/base/ids.h"

#include <optional>
#include <string>
#include <string_view>

namespace mindspace::auth {

struct RefreshToken {
    UserId user{};
    AuthSessionId auth_session{};
    std::array<std::uint8_t, 32> secret{};
    std::array<std::uint8_t, 16> tag{};

    // The first token of a login session.
    static RefreshToken make(UserId user, AuthSessionId auth_session, ByteView tag_key);
    // Nothing when the text has another form.
    static std::optional<RefreshToken> parse(std::string_view text);

    [[nodiscard]] RefreshToken successor(ByteView salt, ByteView tag_key) const;
    [[nodiscard]] bool is_genuine(ByteView tag_key) const;
    [[nodiscard]] Digest hash() const;  // what the database keeps
    [[nodiscard]] std::string to_string() const;
};

}  // namespace mindspace::auth
