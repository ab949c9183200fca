#include "platform/base/result.h"
#include "services/auth/accounts/email_key.h"
#include "services/auth/logins/known_networks.h"
#include "services/auth/passwords/common_passwords.h"
#include "services/auth/passwords/hasher.h"

#include <gtest/gtest.h>
#include <sodium.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <latch>
#include <vector>

namespace mindspace::auth {

TEST(CommonPasswords, AreFoundIgnoringCase) {
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

TEST(PasswordHasher, AcceptsThePasswordInAnotherUnicodeForm) {
    WorkerPool pool("hashing", 1, 8);
    PasswordHasher hasher(pool, kCost);
    const auto hash = run(hasher.hash("pa\u0308ssword on a mac"));
    EXPECT_TRUE(run(hasher.verify("p\u00e4ssword on a mac", hash)));
    EXPECT_FALSE(run(hasher.verify("password on a mac", hash)));
}

TEST(PasswordHasher, ReservesQueueSlotsForKnownNetworks) {
    using enum PasswordHasher::QueuePriority;
    WorkerPool pool("hashing", 1, 4, 1);
    PasswordHasher hasher(pool, kCost);
    std::latch open(1);
    asio::io_context loop;
    auto work = [&] { return pool.run([&open] { open.wait(); }); };
    auto blocked = asio::co_spawn(loop, work(), asio::use_future);
    std::vector<std::future<std::string>> unknown_clients;
    for (int i = 0; i < 5; ++i)
        unknown_clients.push_back(asio::co_spawn(loop, hasher.hash("a common one", normal), asio::use_future));
    std::vector<std::future<std::string>> known;
    for (int i = 0; i < 2; ++i)
        known.push_back(asio::co_spawn(loop, hasher.hash("still waters run deep", reserved), asio::use_future));
    loop.poll();
    EXPECT_EQ(pool.stats().rejected, 3U);
    EXPECT_EQ(pool.stats().rejected_normal, 2U) << "those for whom a place was kept back no more do not count";
    open.count_down();
    loop.run();
    for (int i = 0; i < 3; ++i) EXPECT_NO_THROW(unknown_clients[static_cast<std::size_t>(i)].get());
    for (int i = 3; i < 5; ++i) EXPECT_THROW(unknown_clients[static_cast<std::size_t>(i)].get(), Unavailable);
    EXPECT_NO_THROW(known[0].get());
    EXPECT_THROW(known[1].get(), Unavailable) << "the queue is bounded for them, too";
}

TEST(KnownNetworks, KeepTheLatestUpToTheLimit) {
    KnownNetworks networks(2);
    networks.add("192.0.2.1");
    networks.add("2001:db8::1");
    EXPECT_TRUE(networks.contains("192.0.2.1"));
    EXPECT_TRUE(networks.contains("2001:db8::2")) << "a /64";
    EXPECT_FALSE(networks.contains("192.0.2.2"));
    networks.add("192.0.2.3");
    EXPECT_EQ(networks.size(), 2U);
    EXPECT_FALSE(networks.contains("192.0.2.1"));
}

TEST(PasswordHasher, DetectsHashesThatCostLessThanConfigured) {
    WorkerPool pool("hashing", 1, 8);
    const auto hash = run(PasswordHasher(pool, kCost).hash("still waters run deep"));
    EXPECT_FALSE(PasswordHasher(pool, kCost).is_outdated(hash));
    EXPECT_TRUE(PasswordHasher(pool, {.memory_kib = 2048, .passes = 2}).is_outdated(hash));
    EXPECT_TRUE(PasswordHasher(pool, {.memory_kib = 1024, .passes = 3}).is_outdated(hash));
    EXPECT_FALSE(PasswordHasher(pool, {.memory_kib = 64, .passes = 1}).is_outdated(hash)) << "never weaker";
}

TEST(PasswordHasher, TreatsAllSpacesAsOne) {
    WorkerPool pool("hashing", 1, 8);
    PasswordHasher hasher(pool, kCost);
    const auto hash = run(hasher.hash("still waters run deep"));
    EXPECT_TRUE(run(hasher.verify("still\u00a0waters\u2003run\u3000deep", hash)));
    EXPECT_EQ(prepared_password("a\u1680b"), "a b");
}

TEST(PasswordHasher, VerifiesOlderHashesWithUnchangedSpaces) {
    WorkerPool pool("hashing", 1, 8);
    PasswordHasher hasher(pool, kCost);
    const std::string password = "still\u00a0waters";
    char phc[crypto_pwhash_STRBYTES];
    ASSERT_EQ(crypto_pwhash_str(phc, password.data(), password.size(), 2, 1 << 20), 0);
    EXPECT_TRUE(run(hasher.verify(password, phc)));
    EXPECT_FALSE(run(hasher.verify("still waters", phc)));
}

TEST(EmailKey, IsTheSameForEquivalentSpellings) {
    EXPECT_EQ(email_key("Ada@Example.COM"), "ada@example.com");
    EXPECT_EQ(email_key(" ada@example.com\t\r\n"), "ada@example.com");
    EXPECT_EQ(email_key("STRASSE@x.example"), email_key("straße@x.example"));
    EXPECT_EQ(email_key("a\u030a@x.example"), email_key("å@x.example"));
    EXPECT_NE(email_key("a@x.example"), email_key("b@x.example"));
}

TEST(EmailKey, IsTheSameForAllSpellingsOfADomain) {
    EXPECT_EQ(email_key("ada@bücher.example"), "ada@xn--bcher-kva.example");
    EXPECT_EQ(email_key("ada@BÜCHER.example"), "ada@xn--bcher-kva.example");
    EXPECT_EQ(email_key("ada@XN--BCHER-KVA.example"), "ada@xn--bcher-kva.example");
    EXPECT_EQ(email_key("ada@bu\u0308cher\u3002example"), "ada@xn--bcher-kva.example");
    EXPECT_EQ(email_key("ada@_odd.example"), "ada@_odd.example") << "what IDNA refuses stays";
}

TEST(EmailKey, DistinguishesCompatibilityCharacters) {
    EXPECT_NE(email_key("n2@x.example"), email_key("n²@x.example"));
    EXPECT_NE(email_key("fi@x.example"), email_key("\ufb01nd@x.example"));
    EXPECT_EQ(former_email_key("n²@x.example"), "n2@x.example");
}

TEST(EmailKey, OfAKeyIsTheKey) {
    for (const char* email : {"Ada@Bücher.example", "n²@x.example", "Straße@x.example", "no address", ""})
        EXPECT_EQ(email_key(email_key(email)), email_key(email));
}

}  // namespace mindspace::auth
