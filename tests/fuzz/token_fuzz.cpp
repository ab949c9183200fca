// libFuzzer: access tokens. A text that we did not sign is never valid; any header and claims that we did sign are
// parsed safely.

#include "services/auth/tokens/access_token.h"

#include "platform/base/bytes.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace {

using namespace mindspace;

const auth::SigningKey& key() {
    static const auto pair = [] {
        auto file =
            std::filesystem::temp_directory_path() / ("token-fuzz-" + Uuid::v7(SystemClock{}.now()).to_string());
        auto made = auth::SigningKey::load_or_create(file);
        std::filesystem::remove(file);
        return made;
    }();
    return pair;
}

constexpr Timestamp kNow = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

std::string sign(std::string_view header, std::string_view claims) {
    auto signed_part = base64url_encode(as_bytes(header)) + '.' + base64url_encode(as_bytes(claims));
    return signed_part + '.' + base64url_encode(key().sign(signed_part));
}

[[noreturn]] void fail(std::string_view what) {
    std::cerr << "property broken: " << what << '\n';
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static const auth::TokenRules rules{.issuer = "https://mind.example"};
    static const std::vector<auth::SigningKey> keys{auth::SigningKey::from_public(key().public_key())};
    std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 3) {
        case 0:
            if (auth::verify_access_token(text, keys, rules, kNow)) fail("a foreign token is valid");
            break;
        case 1: {
            auto header = R"({"alg":"EdDSA","typ":"at+jwt","kid":")" + key().kid() + "\"}";
            auto principal = auth::verify_access_token(sign(header, text), keys, rules, kNow);
            if (principal && principal->expires_at + Seconds(5) < kNow) fail("a token is valid beyond its time");
            break;
        }
        default: {
            http::Principal signed_principal{.user = UserId::make(kNow), .auth_session = AuthSessionId::make(kNow)};
            auto good = auth::sign_access_token(key(), rules, signed_principal, kNow);
            auto claims = base64url_decode(good.substr(good.find('.') + 1, good.rfind('.') - good.find('.') - 1));
            auto token = sign(text, {reinterpret_cast<const char*>(claims->data()), claims->size()});
            auto principal = auth::verify_access_token(token, keys, rules, kNow);
            if (principal && principal->user != signed_principal.user) fail("a token is valid for another user");
            break;
        }
    }
    return 0;
}
