#include "services/auth/tokens/key_ring.h"

#include <gtest/gtest.h>

namespace mindspace::auth {
namespace {

// Our own verifiers read the keys every kKeyReadInterval; other verifiers cache a JWKS response, which may itself be
// that old, for kJwksMaxAge.
TEST(SigningKeys, AreKnownToEveryVerifierBeforeTheyAreUsed) {
    EXPECT_GT(kPublishedAhead, kKeyReadInterval + kJwksMaxAge);
    EXPECT_EQ(kJwksCacheControl, "public, max-age=" + std::to_string(kJwksMaxAge.count()));
}

}  // namespace
}  // namespace mindspace::auth
