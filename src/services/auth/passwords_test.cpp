#include "services/auth/common_passwords.h"
#include "services/auth/email_key.h"

#include <gtest/gtest.h>

namespace mindspace::auth {

TEST(CommonPasswords, AreKnownInAnyCase) {
    EXPECT_TRUE(is_common_password("password"));
    EXPECT_TRUE(is_common_password("PassWord1"));
    EXPECT_FALSE(is_common_password("correct horse battery"));
    EXPECT_FALSE(is_common_password(""));
}

TEST(EmailKey, OneAddressHasOneKey) {
    EXPECT_EQ(email_key("Ada@Example.COM"), "ada@example.com");
    EXPECT_EQ(email_key("STRASSE@x.example"), email_key("straße@x.example"));
    EXPECT_EQ(email_key("a\u030a@x.example"), email_key("å@x.example"));
    EXPECT_NE(email_key("a@x.example"), email_key("b@x.example"));
}

}  // namespace mindspace::auth
