#include "platform/idempotency/stored_response.h"

#include "platform/json/schema.h"

#include <sodium.h>

namespace mindspace::idempotency {

namespace {

struct StoredResponse {
    std::int32_t status = 0;
    bool is_problem = false;
    std::optional<std::string> etag;
    std::optional<std::string> cache_control;
    std::optional<std::string> set_cookie;  // older programs cannot read it, and have no calls that set one
    std::string body;

    static constexpr std::string_view kName = "StoredResponse";
    static constexpr auto fields() {
        return std::tuple{schema::field("status", &StoredResponse::status),
                          schema::field("isProblem", &StoredResponse::is_problem),
                          schema::field("etag", &StoredResponse::etag),
                          schema::field("cacheControl", &StoredResponse::cache_control),
                          schema::field("setCookie", &StoredResponse::set_cookie, {.omit_absent = true}),
                          schema::field("body", &StoredResponse::body)};
    }
};

// Each part is preceded by its length, so that different requests never yield the same bytes.
std::string text_of(const RequestIdentity& identity, std::string_view purpose = {}) {
    std::string text;
    auto add = [&](std::string_view part) {
        text += std::to_string(part.size());
        text += ':';
        text += part;
    };
    if (!purpose.empty()) add(purpose);
    for (auto part : {identity.method, identity.path, identity.key, identity.body}) add(part);
    return text;
}

}  // namespace

Digest RequestIdentity::fingerprint(const Secret& secret) const {
    return secret.keyed_hash("idempotency fingerprint", text_of(*this));
}

Digest RequestIdentity::seal(const Secret& secret) const {
    return secret.keyed_hash("idempotency seal", text_of(*this));
}

Digest RequestIdentity::former_fingerprint() const {
    return sha256(as_bytes(text_of(*this, "fingerprint")));
}

Digest RequestIdentity::former_seal() const {
    return sha256(as_bytes(text_of(*this, "secret")));
}

Bytes seal_response(const http::Response& response, const Digest& seal) {
    static_assert(sizeof(Digest) == crypto_secretbox_KEYBYTES);
    StoredResponse stored{.status = response.status,
                          .is_problem = response.content_type == http::kProblemJson,
                          .etag = {},
                          .cache_control = {},
                          .set_cookie = {},
                          .body = response.body};
    for (const auto& [name, value] : response.headers) {
        if (name == "ETag") stored.etag = value;
        if (name == "Cache-Control") stored.cache_control = value;
        if (name == "Set-Cookie") stored.set_cookie = value;
    }
    auto text = schema::to_json(stored);
    auto nonce = random_bytes<crypto_secretbox_NONCEBYTES>();
    Bytes sealed(nonce.begin(), nonce.end());
    sealed.resize(nonce.size() + crypto_secretbox_MACBYTES + text.size());
    crypto_secretbox_easy(sealed.data() + nonce.size(), as_bytes(text).data(), text.size(), nonce.data(), seal.data());
    return sealed;
}

std::optional<http::Response> open_response(ByteView sealed, const Digest& seal) {
    constexpr std::size_t kOverhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    if (sealed.size() < kOverhead) return std::nullopt;
    auto boxed = sealed.subspan(crypto_secretbox_NONCEBYTES);
    std::string text(sealed.size() - kOverhead, '\0');
    if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(text.data()), boxed.data(), boxed.size(),
                                   sealed.data(), seal.data()) != 0)
        return std::nullopt;
    auto stored = schema::from_json<StoredResponse>(text);
    if (!stored) return std::nullopt;
    http::Response response{.status = stored->status,
                            .content_type = stored->is_problem ? http::kProblemJson : http::kJson,
                            .body = std::move(stored->body)};
    if (stored->etag) response.headers.emplace_back("ETag", std::move(*stored->etag));
    if (stored->set_cookie) response.headers.emplace_back("Set-Cookie", std::move(*stored->set_cookie));
    if (stored->cache_control) response.headers.emplace_back("Cache-Control", std::move(*stored->cache_control));
    return response;
}

}  // namespace mindspace::idempotency
