#pragma once
// The token in a mail's link: the id of its user, and a 256-bit secret. The database stores only its hash, and finds it
// by the user.

#include "platform/base/bytes.h"
#include "platform/base/ids.h"

#include <optional>
#include <string>
#include <string_view>

namespace mindspace::auth {

struct OneTimeToken {
    UserId user{};
    std::array<std::uint8_t, 32> secret{};

    static OneTimeToken make(UserId user);
    // nullopt if the text has another form.
    static std::optional<OneTimeToken> parse(std::string_view text);

    [[nodiscard]] Digest hash() const { return sha256(secret); }
    [[nodiscard]] std::string to_string() const;  // base64url
};

}  // namespace mindspace::auth
