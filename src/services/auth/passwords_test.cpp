#include "services/auth/common_passwords.h"
#include "services/auth/email_key.h"
#include "services/auth/password_hasher.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace mindspace::auth {

TEST(CommonPasswords, AreKnownInAnyCase) {
    EXPECT_TRUE(is_common_password("password"));
    EXPECT_TRUE(is_common_password("PassWord1"));
    EXPECT_FALSE(is_common_password("correct horse battery"));
    EXPECT_FALSE(is_common_password(""));
}

constexpr HashingCost kCost{.memory_kib = 1024, .passes = 2};

template <class T>
T run(Awaitable<T> work) {
    asio::io_context loop;
    auto end = asio::co_spawn(loop, std::move(work), asio::use_future);
    loop.run();
    return end.get();
}

TEST(PasswordHasher, TakesOnePasswordTypedInTwoWaysForTheSame) {
    WorkerPool pool("hashing", 1, 8);
    PasswordHasher hasher(pool, kCost);
    const auto hash = run(hasher.hash("pa\u0308ssword on a mac"));
    EXPECT_TRUE(run(hasher.verify("p\u00e4ssword on a mac", hash)));
    EXPECT_FALSE(run(hasher.verify("password on a mac", hash)));
}

TEST(PasswordHasher, FindsHashesThatCostLessThanTodays) {
    WorkerPool pool("hashing", 1, 8);
    const auto hash = run(PasswordHasher(pool, kCost).hash("still waters run deep"));
    EXPECT_FALSE(PasswordHasher(pool, kCost).is_outdated(hash));
    EXPECT_TRUE(PasswordHasher(pool, {.memory_kib = 2048, .passes = 2}).is_outdated(hash));
    EXPECT_TRUE(PasswordHasher(pool, {.memory_kib = 1024, .passes = 3}).is_outdated(hash));
    EXPECT_FALSE(PasswordHasher(pool, {.memory_kib = 64, .passes = 1}).is_outdated(hash)) << "never weaker";
}

TEST(EmailKey, OneAddressHasOneKey) {
    EXPECT_EQ(email_key("Ada@Example.COM"), "ada@example.com");
    EXPECT_EQ(email_key("STRASSE@x.example"), email_key("straße@x.example"));
    EXPECT_EQ(email_key("a\u030a@x.example"), email_key("å@x.example"));
    EXPECT_NE(email_key("a@x.example"), email_key("b@x.example"));
}

}  // namespace mindspace::auth
