#pragma once
// A response as it is kept for the retry of its request: encrypted with a key that only the same request yields, and
// only where the secret is. A body may hold a password: without the secret it cannot be tried which one fits.

#include "platform/base/bytes.h"
#include "platform/base/secret.h"
#include "platform/http/wire/response.h"

#include <optional>
#include <string_view>

namespace mindspace::idempotency {

// Where the two secrets of a request come from: the same for the same method, path, key and body.
struct RequestIdentity {
    std::string_view method;
    std::string_view path;
    std::string_view key;
    std::string_view body;

    // Tells requests apart; may be stored.
    [[nodiscard]] Digest fingerprint(const Secret& secret) const;
    // Encrypts the response; never stored.
    [[nodiscard]] Digest seal(const Secret& secret) const;

    // The same as programs of before made them, without a secret: what they kept is replayed for its day.
    [[nodiscard]] Digest former_fingerprint() const;
    [[nodiscard]] Digest former_seal() const;
};

// XSalsa20-Poly1305 (libsodium's secretbox) with a random nonce before it.
Bytes seal_response(const http::Response& response, const Digest& seal);
// Nothing when it was sealed with another one or is damaged.
std::optional<http::Response> open_response(ByteView sealed, const Digest& seal);

}  // namespace mindspace::idempotency
