#include "services/auth/tokens/one_time_token.h"

#include <gtest/gtest.h>

namespace mindspace::auth {
namespace {

TEST(OneTimeToken, RoundTripsThroughText) {
    const auto user = UserId::make(Timestamp(Milliseconds(1)));
    const auto token = OneTimeToken::make(user);
    const auto read = OneTimeToken::parse(token.to_string());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->user, user);
    EXPECT_EQ(read->secret, token.secret);
    EXPECT_EQ(read->hash(), token.hash());
}

TEST(OneTimeToken, IsUnique) {
    EXPECT_NE(OneTimeToken::make({}).secret, OneTimeToken::make({}).secret);
}

TEST(OneTimeToken, HasExactlyOneText) {
    const auto text = OneTimeToken::make({}).to_string();
    for (const auto& wrong : {std::string(), text + "A", text.substr(1), text + "=", " " + text})
        EXPECT_FALSE(OneTimeToken::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace mindspace::auth
