#pragma once
// A response in its stored form: encrypted with a key derived from its request and a secret. A body may contain a
// password: without the secret, guesses cannot be verified against the table.

#include "platform/base/bytes.h"
#include "platform/base/secret.h"
#include "platform/http/wire/response.h"

#include <optional>
#include <string_view>

namespace mindspace::idempotency {

// The input of the two derived keys of a request: the same for the same method, path, key and body.
struct RequestIdentity {
    std::string_view method;
    std::string_view path;
    std::string_view key;
    std::string_view body;

    // Distinguishes requests; may be stored.
    [[nodiscard]] Digest fingerprint(const Secret& secret) const;
    // Encrypts the response; never stored.
    [[nodiscard]] Digest seal(const Secret& secret) const;

    // As derived by earlier versions, without a secret: their stored responses are replayed until they expire.
    [[nodiscard]] Digest former_fingerprint() const;
    [[nodiscard]] Digest former_seal() const;
};

// XSalsa20-Poly1305 (libsodium's secretbox), preceded by a random nonce.
Bytes seal_response(const http::Response& response, const Digest& seal);
// Nothing (nullopt) if it was sealed with another key or is damaged.
std::optional<http::Response> open_response(ByteView sealed, const Digest& seal);

}  // namespace mindspace::idempotency
