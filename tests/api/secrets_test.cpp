// The search for secrets in logs works.

#include "support/program/secrets.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace mindspace::integration {
namespace {

TEST(Secrets, AreFoundInALog) {
    remember_secrets({{"tokens", {{"refreshToken", "mr_0123456789abcdef"}}}, {"password", "two  words of mine"}});
    expect_no_secret_in("{\"a\":\"harmless mr_0123456789abcde\"}", "a log");
    EXPECT_NONFATAL_FAILURE(expect_no_secret_in("x=mr_0123456789abcdef;", "a log"), "a log contains a secret");
    EXPECT_NONFATAL_FAILURE(expect_no_secret_in("with two  words of mine in it", "a log"), "a log contains a secret");
}

}  // namespace
}  // namespace mindspace::integration
