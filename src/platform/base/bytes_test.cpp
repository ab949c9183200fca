#include "platform/base/bytes.h"

#include <gtest/gtest.h>

namespace mindspace {

TEST(Base64Url, DecodesItsOwnText) {
    for (std::size_t size = 0; size < 70; ++size) {
        Bytes bytes(size);
        fill_random(bytes);
        EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    }
}

TEST(Base64Url, EachValueHasOneText) {
    EXPECT_TRUE(base64url_decode("AA"));
    for (const auto* bad : {"AB", "AA==", "A", "A+/_", "AA ", "AA\n", "AAB"})
        EXPECT_FALSE(base64url_decode(bad)) << bad;
}

// RFC 4231, test case 2.
TEST(HmacSha256, AgreesWithTheStandard) {
    auto digest = hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"));
    EXPECT_EQ(base64url_encode(digest), "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
}

TEST(ConstantTime, ComparesSizesToo) {
    EXPECT_TRUE(equal_constant_time(as_bytes("ab"), as_bytes("ab")));
    EXPECT_FALSE(equal_constant_time(as_bytes("ab"), as_bytes("ac")));
    EXPECT_FALSE(equal_constant_time(as_bytes("ab"), as_bytes("abc")));
}

}  // namespace mindspace
