#pragma once
// An answer as it is kept for a repeated request: sealed with a key that only the same request yields, and only where
// the secret is. A body may hold a password: without the secret nobody can try which one fits.

#include "platform/base/bytes.h"
#include "platform/base/secret.h"
#include "platform/http/wire/response.h"

#include <optional>
#include <string_view>

namespace mindspace::http {

// Where the two secrets of a request come from: the same for the same method, path, key and body.
struct RequestIdentity {
    std::string_view method;
    std::string_view path;
    std::string_view key;
    std::string_view body;

    // Tells requests apart; may be stored.
    [[nodiscard]] Digest fingerprint(const Secret& secret) const;
    // Seals the answer; never stored.
    [[nodiscard]] Digest seal(const Secret& secret) const;

    // The same as programs of before made them, without a secret: what they kept is given again for its day.
    [[nodiscard]] Digest former_fingerprint() const;
    [[nodiscard]] Digest former_seal() const;
};

// XSalsa20-Poly1305 (libsodium's secretbox) with a random nonce before it.
Bytes seal_answer(const Response& response, const Digest& seal);
// Nothing when it was sealed with another one or is damaged.
std::optional<Response> open_answer(ByteView sealed, const Digest& seal);

}  // namespace mindspace::http
