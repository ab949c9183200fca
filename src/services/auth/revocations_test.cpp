#include "services/auth/revocations.h"

#include <gtest/gtest.h>

namespace mindspace::auth {
namespace {

constexpr Timestamp kNewYear = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

TEST(RevokedSessions, TellsEveryWatcherOfThatSessionOnce) {
    RevokedSessions revoked(Seconds(900));
    auto mine = AuthSessionId::make(kNewYear);
    auto other = AuthSessionId::make(kNewYear);
    int told = 0;
    auto first = revoked.watch(mine, [&] { ++told; });
    auto second = revoked.watch(mine, [&] { ++told; });
    auto third = revoked.watch(other, [&] { told += 100; });
    revoked.add(mine, kNewYear);
    revoked.add(mine, kNewYear);
    EXPECT_EQ(told, 2);
    EXPECT_TRUE(revoked.contains(mine));
    EXPECT_FALSE(revoked.contains(other));
}

TEST(RevokedSessions, TellsNobodyWhoHasStoppedToWatch) {
    RevokedSessions revoked(Seconds(900));
    auto id = AuthSessionId::make(kNewYear);
    int told = 0;
    auto watch = revoked.watch(id, [&] { ++told; });
    watch.reset();
    revoked.add(id, kNewYear);
    EXPECT_EQ(told, 0);
}

TEST(RevokedSessions, TellsAtOnceWhoComesLate) {
    RevokedSessions revoked(Seconds(900));
    auto id = AuthSessionId::make(kNewYear);
    revoked.add(id, kNewYear);
    int told = 0;
    auto watch = revoked.watch(id, [&] { ++told; });
    EXPECT_EQ(told, 1);
}

TEST(RevokedSessions, LetsAWatcherEndAnother) {
    RevokedSessions revoked(Seconds(900));
    auto id = AuthSessionId::make(kNewYear);
    http::SessionWatch second;
    auto first = revoked.watch(id, [&] { second.reset(); });
    second = revoked.watch(id, [] {});
    revoked.add(id, kNewYear);
    EXPECT_TRUE(revoked.contains(id));
}

TEST(RevokedSessions, ForgetsWhatNoTokenCanNameAnyMore) {
    RevokedSessions revoked(Seconds(900));
    auto old = AuthSessionId::make(kNewYear);
    revoked.add(old, kNewYear);
    for (int i = 0; i < 2000; ++i) revoked.add(AuthSessionId::make(kNewYear), kNewYear + std::chrono::hours(1));
    EXPECT_FALSE(revoked.contains(old));
}

}  // namespace
}  // namespace mindspace::auth
