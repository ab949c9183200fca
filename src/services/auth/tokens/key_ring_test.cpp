#include "services/auth/tokens/key_ring.h"

#include <gtest/gtest.h>

namespace mindspace::auth {
namespace {

// A verifier of ours reads the keys every kKeyReadInterval; any other keeps a JWKS response, itself as old as that, for
// kJwksMaxAge.
TEST(SigningKeys, AreKnownToEveryVerifierBeforeTheyAreUsed) {
    EXPECT_GT(kPublishedAhead, kKeyReadInterval + kJwksMaxAge);
    EXPECT_EQ(kJwksCacheControl, "public, max-age=" + std::to_string(kJwksMaxAge.count()));
}

}  // namespace
}  // namespace mindspace::auth
