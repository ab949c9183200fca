#include "services/auth/tokens/access_token.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace mindspace::auth {

namespace {

const TokenRules kRules{.issuer = "https://mind.example"};
constexpr Timestamp kNow{Seconds(1'800'000'000)};

class AccessToken : public testing::Test {
protected:
    AccessToken() : key_(make_key("a")), other_(make_key("b")) {}
    void TearDown() override { std::filesystem::remove_all(directory_); }

    SigningKey make_key(const std::string& name) { return SigningKey::load_or_create(directory_ / name); }

    std::string sign(Timestamp at = kNow) { return sign_access_token(key_, kRules, principal_, at); }
    std::string verify(std::string_view token, Timestamp at = kNow) {
        auto result = verify_access_token(token, {key_}, kRules, at);
        return result ? "valid" : result.error().reason;
    }
    // A token with any header and claims, signed with our key.
    std::string forge(std::string_view header, std::string_view claims) {
        auto text = base64url_encode(as_bytes(header)) + "." + base64url_encode(as_bytes(claims));
        return text + "." + base64url_encode(key_.sign(text));
    }
    std::string header(std::string_view alg = "EdDSA", std::string_view typ = "at+jwt") {
        return R"({"alg":")" + std::string(alg) + R"(","typ":")" + std::string(typ) + R"(","kid":")" + key_.kid() +
               "\"}";
    }

    std::filesystem::path directory_ = [] {
        std::string name = (std::filesystem::temp_directory_path() / "keys-XXXXXX").string();
        return std::filesystem::path(::mkdtemp(name.data()));
    }();
    SigningKey key_;
    SigningKey other_;
    http::Principal principal_{.user = UserId::make(kNow), .auth_session = AuthSessionId::make(kNow)};
};

}  // namespace

TEST_F(AccessToken, NamesItsPrincipal) {
    auto read = verify_access_token(sign(), {other_, key_}, kRules, kNow);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->user, principal_.user);
    EXPECT_EQ(read->auth_session, principal_.auth_session);
    EXPECT_EQ(read->role, http::Role::user);
    EXPECT_EQ(read->expires_at, kNow + kRules.ttl);
}

TEST_F(AccessToken, IsRememberedOnceItsSignatureIsValid) {
    KnownSignatures known(100);
    const auto token = sign();
    const auto verified = [&](std::string_view text, const SigningKey& key, Timestamp now) {
        return verify_access_token(text, {key}, kRules, now, &known).has_value();
    };
    const auto forged = token.substr(0, token.rfind('.') + 1) + base64url_encode(other_.sign("something else"));
    EXPECT_FALSE(verified(forged, key_, kNow));
    EXPECT_FALSE(known.contains(forged));
    EXPECT_TRUE(verified(token, key_, kNow));
    EXPECT_TRUE(known.contains(token));
    EXPECT_FALSE(verified(token, other_, kNow)) << "its key was withdrawn";
    EXPECT_FALSE(verified(token, key_, kNow + kRules.ttl + Seconds(5)));
    known.insert(forged);
    EXPECT_TRUE(verified(forged, key_, kNow)) << "a known signature was checked again";
}

TEST_F(AccessToken, IsValidForFifteenMinutesWithFiveSecondsLeeway) {
    auto token = sign();
    EXPECT_EQ(verify(token, kNow + Seconds(904)), "valid");
    EXPECT_EQ(verify(token, kNow + Seconds(905)), "token_expired");
    EXPECT_EQ(verify(token, kNow - Seconds(60)), "valid");
    EXPECT_EQ(verify(token, kNow - Seconds(61)), "invalid_token");
}

TEST_F(AccessToken, IsInvalidWithAnyCharacterChanged) {
    auto token = sign();
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(verify(changed), "invalid_token") << i;
        EXPECT_EQ(verify(token.substr(0, i)), "invalid_token") << i;
    }
}

TEST_F(AccessToken, IsRejectedWithAnotherKeyAlgorithmOrType) {
    EXPECT_EQ(verify(sign_access_token(other_, kRules, principal_, kNow)), "invalid_token");
    auto claims = R"({"iss":"https://mind.example","aud":"mindspace","sub":")" + principal_.user.to_string() +
                  R"(","sid":")" + principal_.auth_session.to_string() +
                  R"(","jti":"x","iat":1800000000,"exp":1800000900,"role":"user"})";
    EXPECT_EQ(verify(forge(header(), claims)), "valid");
    EXPECT_EQ(verify(forge(header("none"), claims)), "invalid_token");
    EXPECT_EQ(verify(forge(header("HS256"), claims)), "invalid_token");
    EXPECT_EQ(verify(forge(header("EdDSA", "JWT"), claims)), "invalid_token");
    EXPECT_EQ(verify(forge(R"({"alg":"EdDSA","typ":"at+jwt"})", claims)), "invalid_token");
    EXPECT_EQ(verify(forge("[]", claims)), "invalid_token");
    EXPECT_EQ(verify(forge(header(), "null")), "invalid_token");
    EXPECT_EQ(verify(std::string(9000, 'a')), "invalid_token");
}

TEST_F(AccessToken, IsRejectedWithAnotherIssuerOrAudience) {
    TokenRules rules = kRules;
    rules.issuer = "https://other.example";
    EXPECT_FALSE(verify_access_token(sign(), {key_}, rules, kNow));
    rules = kRules;
    rules.audience = "other";
    EXPECT_FALSE(verify_access_token(sign(), {key_}, rules, kNow));
}

TEST_F(AccessToken, HasAPrivateKeyFileThatIsReused) {
    EXPECT_EQ(make_key("a").kid(), key_.kid());
    EXPECT_EQ(std::filesystem::status(directory_ / "a").permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 2);
}

TEST_F(AccessToken, IsVerifiedWithThePublicKeyOnly) {
    auto public_only = SigningKey::from_public(key_.public_key());
    EXPECT_EQ(public_only.kid(), key_.kid());
    EXPECT_TRUE(verify_access_token(sign(), {public_only}, kRules, kNow));
}

}  // namespace mindspace::auth
