#include "services/auth/revocations.h"

#include <gtest/gtest.h>

namespace mindspace::auth {
namespace {

constexpr Timestamp kNow = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

TEST(RevokedSessions, TellsEveryWatcherOfThatSessionOnce) {
    RevokedSessions revoked(Seconds(900));
    auto mine = AuthSessionId::make(kNow);
    auto other = AuthSessionId::make(kNow);
    int told = 0;
    auto first = revoked.watch(mine, [&] { ++told; });
    auto second = revoked.watch(mine, [&] { ++told; });
    auto third = revoked.watch(other, [&] { told += 100; });
    revoked.add(mine, kNow);
    revoked.add(mine, kNow);
    EXPECT_EQ(told, 2);
    EXPECT_TRUE(revoked.contains(mine));
    EXPECT_FALSE(revoked.contains(other));
}

TEST(RevokedSessions, TellsNobodyWhoHasStoppedToWatch) {
    RevokedSessions revoked(Seconds(900));
    auto id = AuthSessionId::make(kNow);
    int told = 0;
    auto watch = revoked.watch(id, [&] { ++told; });
    watch.reset();
    revoked.add(id, kNow);
    EXPECT_EQ(told, 0);
}

TEST(RevokedSessions, TellsAtOnceWhoComesLate) {
    RevokedSessions revoked(Seconds(900));
    auto id = AuthSessionId::make(kNow);
    revoked.add(id, kNow);
    int told = 0;
    auto watch = revoked.watch(id, [&] { ++told; });
    EXPECT_EQ(told, 1);
}

TEST(RevokedSessions, LetsAWatcherEndAnother) {
    RevokedSessions revoked(Seconds(900));
    auto id = AuthSessionId::make(kNow);
    http::SessionWatch second;
    auto first = revoked.watch(id, [&] { second.reset(); });
    second = revoked.watch(id, [] {});
    revoked.add(id, kNow);
    EXPECT_TRUE(revoked.contains(id));
}

TEST(RevokedSessions, ForgetsWhatNoTokenCanNameAnyMore) {
    RevokedSessions revoked(Seconds(900));
    auto old = AuthSessionId::make(kNow);
    revoked.add(old, kNow);
    for (int i = 0; i < 2000; ++i) revoked.add(AuthSessionId::make(kNow), kNow + std::chrono::hours(1));
    EXPECT_FALSE(revoked.contains(old));
}

}  // namespace
}  // namespace mindspace::auth
