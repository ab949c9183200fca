#include "platform/idempotency/kept_response.h"

#include "platform/json/schema.h"

#include <sodium.h>

namespace mindspace::idempotency {

namespace {

struct KeptResponse {
    std::int32_t status = 0;
    bool is_problem = false;
    std::optional<std::string> etag;
    std::optional<std::string> cache_control;
    std::string body;

    static constexpr std::string_view kName = "KeptResponse";
    static constexpr auto fields() {
        return std::tuple{
            schema::field("status", &KeptResponse::status), schema::field("isProblem", &KeptResponse::is_problem),
            schema::field("etag", &KeptResponse::etag), schema::field("cacheControl", &KeptResponse::cache_control),
            schema::field("body", &KeptResponse::body)};
    }
};

// Each part with its length before it, so that no two requests read the same.
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
    KeptResponse kept{.status = response.status,
                      .is_problem = response.content_type == http::kProblemJson,
                      .etag = {},
                      .cache_control = {},
                      .body = response.body};
    for (const auto& [name, value] : response.headers) {
        if (name == "ETag") kept.etag = value;
        if (name == "Cache-Control") kept.cache_control = value;
    }
    auto text = schema::to_json(kept);
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
    auto kept = schema::from_json<KeptResponse>(text);
    if (!kept) return std::nullopt;
    http::Response response{.status = kept->status,
                            .content_type = kept->is_problem ? http::kProblemJson : http::kJson,
                            .body = std::move(kept->body)};
    if (kept->etag) response.headers.emplace_back("ETag", std::move(*kept->etag));
    if (kept->cache_control) response.headers.emplace_back("Cache-Control", std::move(*kept->cache_control));
    return response;
}

}  // namespace mindspace::idempotency
