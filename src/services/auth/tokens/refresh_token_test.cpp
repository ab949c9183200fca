#include "services/auth/tokens/refresh_token.h"

#include <gtest/gtest.h>

namespace mindspace::auth {

namespace {

const auto kTagKey = random_bytes<32>();

RefreshToken make_token() {
    return RefreshToken::make(UserId::make(Timestamp{}), AuthSessionId::make(Timestamp{}), kTagKey);
}

}  // namespace

TEST(RefreshToken, RoundTripsThroughText) {
    auto token = make_token();
    auto read = RefreshToken::parse(token.to_string());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->user, token.user);
    EXPECT_EQ(read->auth_session, token.auth_session);
    EXPECT_EQ(read->hash(), token.hash());
    EXPECT_TRUE(read->is_genuine(kTagKey));
}

TEST(RefreshToken, RejectsInvalidTexts) {
    auto text = make_token().to_string();
    EXPECT_FALSE(RefreshToken::parse(""));
    EXPECT_FALSE(RefreshToken::parse(text.substr(4)));
    EXPECT_FALSE(RefreshToken::parse(text.substr(0, text.size() - 1)));
    EXPECT_FALSE(RefreshToken::parse(text + "A"));
    EXPECT_FALSE(RefreshToken::parse(text + "="));
}

TEST(RefreshToken, HasASuccessorDerivedFromTokenAndSalt) {
    auto token = make_token();
    auto salt = random_bytes<32>();
    auto first = token.successor(salt, kTagKey);
    EXPECT_EQ(first.to_string(), token.successor(salt, kTagKey).to_string());
    EXPECT_NE(first.hash(), token.hash());
    EXPECT_NE(first.hash(), token.successor(random_bytes<32>(), kTagKey).hash());
    EXPECT_TRUE(first.is_genuine(kTagKey));
    EXPECT_EQ(first.auth_session, token.auth_session);
}

TEST(RefreshToken, WithAForgedSecretIsNotGenuine) {
    auto token = make_token();
    token.secret[0] ^= 1;
    EXPECT_FALSE(token.is_genuine(kTagKey));
    EXPECT_FALSE(make_token().is_genuine(random_bytes<32>()));
}

}  // namespace mindspace::auth
