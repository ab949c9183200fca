#pragma once
// The refresh token: the id of its user, a 256-bit secret, and a tag that distinguishes a former token of this login
// session from a forged one (only the former proves a reuse).
//
// A successor is HMAC-SHA256(secret, salt). The salt is stored, the secret never is: a client that presents the
// previous token can be given the same successor again, and a reader of the database cannot create one.

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
    // nullopt if the text has another form.
    static std::optional<RefreshToken> parse(std::string_view text);

    [[nodiscard]] RefreshToken successor(ByteView salt, ByteView tag_key) const;
    [[nodiscard]] bool is_genuine(ByteView tag_key) const;
    [[nodiscard]] Digest hash() const;  // stored in the database
    [[nodiscard]] std::string to_string() const;
};

}  // namespace mindspace::auth
