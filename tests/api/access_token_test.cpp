// Access tokens as another server sees them: verified with the published keys; and attempts to forge them.

#include "platform/base/bytes.h"
#include "support/program/person.h"

#include <openssl/evp.h>

#include <memory>
#include <span>

namespace mindspace::integration {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

// The three parts of a JWT in compact form (RFC 7519 section 3).
struct Jwt {
    std::string header;
    std::string claims;
    std::string signature;

    explicit Jwt(const std::string& token) {
        const auto first = token.find('.');
        const auto second = token.find('.', first + 1);
        header = token.substr(0, first);
        claims = token.substr(first + 1, second - first - 1);
        signature = token.substr(second + 1);
    }
    [[nodiscard]] std::string signed_part() const { return header + "." + claims; }
    [[nodiscard]] std::string text() const { return signed_part() + "." + signature; }
};

std::string encode(std::string_view text) {
    return base64url_encode(as_bytes(text));
}

json::object decode(const std::string& part) {
    const auto bytes = base64url_decode(part).value();
    return json::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).as_object();
}

std::string encode(const json::object& part) {
    return encode(std::string_view(json::serialize(part)));
}

bool verify(const std::string& text, const std::string& signature, const std::string& public_key) {
    const auto key_bytes = base64url_decode(public_key).value();
    const auto signature_bytes = base64url_decode(signature).value();
    const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key_bytes.data(), key_bytes.size()),
                  EVP_PKEY_free);
    const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature_bytes.data(), signature_bytes.size(),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

// Signs with a key that the program does not know.
std::string sign_with_unknown_key(const std::string& text) {
    const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
    const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    Bytes signature(64);
    std::size_t size = signature.size();
    EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get());
    EVP_DigestSign(context.get(), signature.data(), &size, reinterpret_cast<const unsigned char*>(text.data()),
                   text.size());
    return base64url_encode(signature);
}

json::object published_key() {
    const auto response = Client(Program::shared()).get("/.well-known/jwks.json");
    return response.at("/keys/0").as_object();
}

Response call_with(const std::string& token) {
    return Client(Program::shared(), token).get("/api/v1/users/me");
}

TEST(AccessToken, IsVerifiedWithAPublishedKey) {
    const auto person = register_person();
    const Jwt token(person.client.access_token());
    const auto header = decode(token.header);
    EXPECT_EQ(header.at("alg"), "EdDSA");
    const auto response = Client(Program::shared()).get("/.well-known/jwks.json");
    ASSERT_TRUE(is(response, 200));
    int verified = 0;
    for (const auto& key : response.at("/keys").as_array()) {
        EXPECT_FALSE(key.as_object().contains("d")) << "the private part";
        if (key.at("kid") != header.at("kid")) continue;
        EXPECT_EQ(key.at("kty"), "OKP");
        EXPECT_EQ(key.at("crv"), "Ed25519");
        const std::string public_key(key.at("x").as_string());
        EXPECT_TRUE(verify(token.signed_part(), token.signature, public_key));
        EXPECT_FALSE(verify(token.signed_part() + "x", token.signature, public_key));
        ++verified;
    }
    EXPECT_EQ(verified, 1);
}

TEST(AccessToken, ContainsItsUserAndLifetime) {
    const auto person = register_person();
    const auto claims = decode(Jwt(person.client.access_token()).claims);
    EXPECT_EQ(text_of(claims, "sub"), person.id);
    EXPECT_EQ(text_of(claims, "sid"), person.auth_session);
    EXPECT_EQ(claims.at("role"), "user");
    EXPECT_EQ(claims.at("exp").as_int64() - claims.at("iat").as_int64(), 900);
    EXPECT_FALSE(claims.at("iss").as_string().empty());
    EXPECT_FALSE(claims.at("aud").as_string().empty());
    EXPECT_NE(claims.at("jti"), decode(Jwt(log_in_again(person).client.access_token()).claims).at("jti"));
}

TEST(AccessToken, IsRequiredAndNamedInTheChallenge) {
    for (const char* authorization : {"", "Basic YTpi", "Bearer", "Bearer ", "bearer"}) {
        const auto response = Client(Program::shared()).get("/api/v1/users/me", {{"Authorization", authorization}});
        EXPECT_TRUE(is_problem(response, 401, "credentials_missing")) << authorization;
        EXPECT_EQ(response.header("www-authenticate").value_or("").substr(0, 6), "Bearer");
    }
}

TEST(ForgedToken, WithoutASignatureIsRefused) {
    const Jwt real(register_person().client.access_token());
    for (const char* algorithm : {"none", "None", "NONE"}) {
        auto header = decode(real.header);
        header["alg"] = algorithm;
        EXPECT_TRUE(is_problem(call_with(encode(header) + "." + real.claims + "."), 401, "invalid_token"));
        EXPECT_TRUE(
            is_problem(call_with(encode(header) + "." + real.claims + "." + real.signature), 401, "invalid_token"));
    }
}

TEST(ForgedToken, SignedWithAnotherKeyIsRefused) {
    Jwt token(register_person().client.access_token());
    token.signature = sign_with_unknown_key(token.signed_part());
    EXPECT_TRUE(is_problem(call_with(token.text()), 401, "invalid_token"));

    auto header = decode(token.header);
    header["kid"] = "a-key-of-mine";
    token.header = encode(header);
    token.signature = sign_with_unknown_key(token.signed_part());
    EXPECT_TRUE(is_problem(call_with(token.text()), 401, "invalid_token"));

    header["jwk"] = published_key();  // "use the key that I bring" (RFC 7515 section 4.1.3)
    token.header = encode(header);
    token.signature = sign_with_unknown_key(token.signed_part());
    EXPECT_TRUE(is_problem(call_with(token.text()), 401, "invalid_token"));
}

TEST(ForgedToken, SignedWithThePublicKeyAsASecretIsRefused) {
    Jwt token(register_person().client.access_token());
    auto header = decode(token.header);
    header["alg"] = "HS256";
    token.header = encode(header);
    const auto key = base64url_decode(std::string_view(published_key().at("x").as_string())).value();
    const auto text = token.signed_part();
    token.signature = base64url_encode(hmac_sha256(key, as_bytes(text)));
    EXPECT_TRUE(is_problem(call_with(token.text()), 401, "invalid_token"));
}

TEST(ForgedToken, WithChangedClaimsIsRefused) {
    const auto real = register_person();
    const auto victim = register_person();
    Jwt token(real.client.access_token());
    auto claims = decode(token.claims);
    claims["sub"] = victim.id;
    claims["sid"] = victim.auth_session;
    token.claims = encode(claims);
    EXPECT_TRUE(is_problem(call_with(token.text()), 401, "invalid_token"));
}

TEST(ForgedToken, OfAnotherTypeIsRefused) {
    Jwt token(register_person().client.access_token());
    auto header = decode(token.header);
    header["typ"] = "JWT";
    token.header = encode(header);
    EXPECT_TRUE(is_problem(call_with(token.text()), 401, "invalid_token"));
}

TEST(ForgedToken, TruncatedOrExtendedIsRefused) {
    const auto genuine = register_person().client.access_token();
    const Jwt parts(genuine);
    for (const auto& token : {genuine.substr(0, genuine.size() - 1), genuine.substr(0, genuine.rfind('.')),
                              genuine.substr(0, genuine.rfind('.') + 1), genuine + "A", genuine + "=", genuine + ".",
                              genuine + "." + parts.signature, genuine.substr(1), std::string("."), std::string(".."),
                              std::string("x.y.z"), std::string(5000, 'a')})
        EXPECT_TRUE(is_problem(call_with(token), 401, "invalid_token")) << token.substr(0, 40);
    EXPECT_TRUE(is(call_with(genuine), 200));
}

}  // namespace
}  // namespace mindspace::integration
