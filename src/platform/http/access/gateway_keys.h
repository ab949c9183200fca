#pragma once
// How a gateway and the roles in other processes authenticate each other: they share a secret. A request carries an
// HMAC-SHA-256 of its head and the time, a response one of the request's HMAC and the status. Content, and everything
// after a WebSocket's handshake, is not covered (docs/decisions/0022). Immutable: all cores use one.
//
//     gateway:  auto signature = keys.sign(head, now);  …  keys.is_proof(field, signature, status)
//     role:     auto signature = keys.verify(head, now);  …  keys.prove(*signature, status)

#include "platform/base/bytes.h"
#include "platform/base/time.h"
#include "platform/http/wire/request_head.h"

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::http {

// The field of the signature, the last one of a request between them, and also in responses.
inline constexpr std::string_view kSignatureField = "Mindspace-Signature";

enum class SignatureFault : std::uint8_t { missing, malformed, expired, wrong };
constexpr auto names_of(SignatureFault) {
    return std::array<std::string_view, 4>{"missing", "malformed", "expired", "wrong"};
}

class GatewayKeys {
public:
    // A signature is valid this long before and after the role's time, because clocks differ. It can be replayed then.
    static constexpr Seconds kValidFor{30};
    static constexpr std::size_t kMinSecret = 32;  // characters
    static constexpr std::size_t kMaxSecrets = 2;

    // The first secret signs, all are accepted. At least one is required.
    explicit GatewayKeys(const std::vector<std::string>& secrets);
    // One secret per line, at most two. Blocking. Throws std::runtime_error that names the file.
    static GatewayKeys load(const std::filesystem::path& file);

    // Appends the field to a head that lacks the empty line; returns the signature, which the response has to prove.
    std::string sign(std::string& head, Timestamp now) const;
    // The signature of a request; a part of the head.
    [[nodiscard]] std::expected<std::string_view, SignatureFault> verify(const RequestHead& head, Timestamp now) const;
    // The field of the response.
    [[nodiscard]] std::string prove(std::string_view signature, int status) const;
    [[nodiscard]] bool is_proof(std::string_view field, std::string_view signature, int status) const;

private:
    struct Keys {
        Digest requests;
        Digest responses;
    };
    std::vector<Keys> keys_;
};

}  // namespace mindspace::http
