#include "platform/http/access/gateway_keys.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <stdexcept>

namespace mindspace::http {

namespace {

constexpr std::size_t kNonceBytes = 12;

class Hmac {
public:
    explicit Hmac(const Digest& key) { crypto_auth_hmacsha256_init(&state_, key.data(), key.size()); }
    Hmac& operator<<(std::string_view text) {
        crypto_auth_hmacsha256_update(&state_, as_bytes(text).data(), text.size());
        return *this;
    }
    Digest end() {
        Digest digest;
        crypto_auth_hmacsha256_final(&state_, digest.data());
        return digest;
    }

private:
    crypto_auth_hmacsha256_state state_;
};

// "<seconds since 1970>.<nonce>.<HMAC>"
struct Field {
    std::string_view signed_part;  // what is covered: the first two with their dot
    Timestamp at;
    std::string_view signature;
    Bytes digest;
};

std::optional<Field> parse_field(std::string_view text) {
    const auto first = text.find('.');
    const auto last = text.rfind('.');
    if (first == std::string_view::npos || first == last) return std::nullopt;
    std::int64_t seconds = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + first, seconds);
    constexpr std::int64_t kMaxSeconds = 1LL << 40;  // so that arithmetic cannot overflow
    if (failure != std::errc{} || end != text.data() + first || seconds < 0 || seconds > kMaxSeconds)
        return std::nullopt;
    auto digest = base64url_decode(text.substr(last + 1));
    if (!digest) return std::nullopt;
    return Field{.signed_part = text.substr(0, last),
                 .at = Timestamp(Seconds(seconds)),
                 .signature = text.substr(last + 1),
                 .digest = std::move(*digest)};
}

// In the form in which the gateway writes the head.
Digest digest_of(const Digest& key, const RequestHead& head, std::string_view signed_part) {
    Hmac hmac(key);
    hmac << method_name(head.method) << " " << head.target << " HTTP/1.1\r\n";
    for (std::size_t i = 0; i + 1 < head.headers.size(); ++i)
        hmac << head.headers[i].name << ": " << head.headers[i].value << "\r\n";
    return (hmac << signed_part).end();
}

Digest digest_of(const Digest& key, std::string_view signature, int status) {
    return (Hmac(key) << signature << " " << std::to_string(status)).end();
}

std::runtime_error fault(const std::filesystem::path& file, std::string_view what) {
    return std::runtime_error(fmt::format("{} {}", file.native(), what));
}

}  // namespace

GatewayKeys::GatewayKeys(const std::vector<std::string>& secrets) {
    for (const auto& secret : secrets)
        keys_.push_back({.requests = hmac_sha256(as_bytes(secret), as_bytes("gateway request")),
                         .responses = hmac_sha256(as_bytes(secret), as_bytes("role response"))});
}

GatewayKeys GatewayKeys::load(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) throw fault(file, "cannot be read");
    std::vector<std::string> secrets;
    for (std::string line; std::getline(in, line);) {
        const auto secret = trim(line.ends_with('\r') ? std::string_view(line).substr(0, line.size() - 1) : line);
        if (secret.empty()) continue;
        if (secret.size() < kMinSecret) throw fault(file, "has a line of less than 32 characters");
        secrets.emplace_back(secret);
    }
    if (secrets.empty()) throw fault(file, "holds no secret");
    if (secrets.size() > kMaxSecrets) throw fault(file, "holds more than two secrets");
    return GatewayKeys(secrets);
}

std::string GatewayKeys::sign(std::string& head, Timestamp now) const {
    const auto seconds = std::chrono::floor<Seconds>(now.time_since_epoch()).count();
    const auto signed_part = fmt::format("{}.{}", seconds, base64url_encode(random_bytes<kNonceBytes>()));
    const auto digest = (Hmac(keys_.front().requests) << head << signed_part).end();
    auto signature = base64url_encode(digest);
    head.append(kSignatureField).append(": ").append(signed_part).append(".").append(signature).append("\r\n");
    return signature;
}

std::expected<std::string_view, SignatureFault> GatewayKeys::verify(const RequestHead& head, Timestamp now) const {
    if (head.headers.empty() || !equals_ignoring_case(head.headers.back().name, kSignatureField))
        return std::unexpected(SignatureFault::missing);
    const auto field = parse_field(head.headers.back().value);
    if (!field) return std::unexpected(SignatureFault::malformed);
    if (std::chrono::abs(now - field->at) > kValidFor) return std::unexpected(SignatureFault::expired);
    const bool is_valid = std::ranges::any_of(keys_, [&](const Keys& keys) {
        return equal_constant_time(digest_of(keys.requests, head, field->signed_part), field->digest);
    });
    if (!is_valid) return std::unexpected(SignatureFault::wrong);
    return field->signature;
}

std::string GatewayKeys::prove(std::string_view signature, int status) const {
    return base64url_encode(digest_of(keys_.front().responses, signature, status));
}

bool GatewayKeys::is_proof(std::string_view field, std::string_view signature, int status) const {
    const auto digest = base64url_decode(field);
    return digest && std::ranges::any_of(keys_, [&](const Keys& keys) {
               return equal_constant_time(digest_of(keys.responses, signature, status), *digest);
           });
}

}  // namespace mindspace::http
