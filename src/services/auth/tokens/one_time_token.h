#pragma once
// The token in a mail's link: whose it is, and a 256-bit secret. The database keeps its hash only, and knows by the
// user where to look for it.

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
    // Nothing when the text has another form.
    static std::optional<OneTimeToken> parse(std::string_view text);

    [[nodiscard]] Digest hash() const { return sha256(secret); }
    [[nodiscard]] std::string to_string() const;  // base64url
};

}  // namespace mindspace::auth
