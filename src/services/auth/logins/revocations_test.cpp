#include "services/auth/logins/revocations.h"

#include <gtest/gtest.h>

namespace mindspace::auth {
namespace {

constexpr Timestamp kNewYear = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
const UserId kUser = UserId::make(kNewYear);

AuthSessionId session_at(int second) {
    return AuthSessionId::make(kNewYear + Seconds(second));
}

TEST(RevokedSessions, TellsEveryWatcherOfThatSessionOnce) {
    RevokedSessions revoked(Seconds(900));
    auto mine = AuthSessionId::make(kNewYear);
    auto other = AuthSessionId::make(kNewYear);
    int told = 0;
    auto first = revoked.watch(kUser, mine, [&] { ++told; });
    auto second = revoked.watch(kUser, mine, [&] { ++told; });
    auto third = revoked.watch(kUser, other, [&] { told += 100; });
    revoked.add(mine, kNewYear);
    revoked.add(mine, kNewYear);
    EXPECT_EQ(told, 2);
    EXPECT_TRUE(revoked.contains(kUser, mine));
    EXPECT_FALSE(revoked.contains(kUser, other));
}

TEST(RevokedSessions, TellsNobodyWhoHasStoppedToWatch) {
    RevokedSessions revoked(Seconds(900));
    auto id = AuthSessionId::make(kNewYear);
    int told = 0;
    auto watch = revoked.watch(kUser, id, [&] { ++told; });
    watch.reset();
    revoked.add(id, kNewYear);
    EXPECT_EQ(told, 0);
}

TEST(RevokedSessions, TellsAtOnceWhoComesLate) {
    RevokedSessions revoked(Seconds(900));
    auto id = AuthSessionId::make(kNewYear);
    revoked.add(id, kNewYear);
    int told = 0;
    auto watch = revoked.watch(kUser, id, [&] { ++told; });
    EXPECT_EQ(told, 1);
}

TEST(RevokedSessions, LetsAWatcherEndAnother) {
    RevokedSessions revoked(Seconds(900));
    auto id = AuthSessionId::make(kNewYear);
    http::SessionWatch second;
    auto first = revoked.watch(kUser, id, [&] { second.reset(); });
    second = revoked.watch(kUser, id, [] {});
    revoked.add(id, kNewYear);
    EXPECT_TRUE(revoked.contains(kUser, id));
}

TEST(RevokedSessions, ForgetsWhatNoTokenCanNameAnyMore) {
    RevokedSessions revoked(Seconds(900));
    auto old = AuthSessionId::make(kNewYear);
    revoked.add(old, kNewYear);
    for (int i = 0; i < 2000; ++i) revoked.add(AuthSessionId::make(kNewYear), kNewYear + std::chrono::hours(1));
    EXPECT_FALSE(revoked.contains(kUser, old));
}

TEST(RevokedSessions, EndsAllOfAUserUpToOneButTheOneThatIsKept) {
    RevokedSessions revoked(Seconds(900));
    const auto before = session_at(1);
    const auto kept = session_at(2);
    const auto last = session_at(3);
    const auto after = session_at(4);
    int told = 0;
    std::vector<http::SessionWatch> watches;
    for (auto id : {before, last}) watches.push_back(revoked.watch(kUser, id, [&] { ++told; }));
    for (auto id : {kept, after}) watches.push_back(revoked.watch(kUser, id, [&] { told += 100; }));
    const auto other = UserId::make(kNewYear);
    watches.push_back(revoked.watch(other, before, [&] { told += 1000; }));
    const SessionsEnd end{.at = kNewYear, .until = last, .kept = kept};
    revoked.add(kUser, end, kNewYear);
    revoked.add(kUser, end, kNewYear);
    EXPECT_EQ(told, 2);
    for (auto id : {before, last}) EXPECT_TRUE(revoked.contains(kUser, id));
    for (auto id : {kept, after}) EXPECT_FALSE(revoked.contains(kUser, id));
    EXPECT_FALSE(revoked.contains(other, before));

    revoked.add(kUser, {.at = kNewYear + Seconds(1), .until = last}, kNewYear);
    EXPECT_EQ(told, 102) << "the one that was kept";
    EXPECT_TRUE(revoked.contains(kUser, kept));
    revoked.add(kUser, end, kNewYear);
    EXPECT_TRUE(revoked.contains(kUser, kept)) << "an earlier end that is heard late changes nothing";
}

TEST(RevokedSessions, TellsAWatcherOnceWhateverEndsIt) {
    RevokedSessions revoked(Seconds(900));
    const auto id = session_at(1);
    int told = 0;
    auto watch = revoked.watch(kUser, id, [&] { ++told; });
    revoked.add(id, kNewYear);
    revoked.add(kUser, {.at = kNewYear, .until = id}, kNewYear);
    EXPECT_EQ(told, 1);
}

TEST(RevokedSessions, ForgetsTheEndsOfUsersToo) {
    RevokedSessions revoked(Seconds(900));
    const auto id = session_at(1);
    revoked.add(kUser, {.at = kNewYear, .until = id}, kNewYear);
    for (int i = 0; i < 2000; ++i)
        revoked.add(UserId::make(kNewYear), {.at = kNewYear, .until = id}, kNewYear + std::chrono::hours(1));
    EXPECT_FALSE(revoked.contains(kUser, id));
}

TEST(SessionsEnd, IsReadAsItWasWritten) {
    const SessionsEnd end{.at = kNewYear, .until = session_at(3), .kept = session_at(2)};
    const auto read = SessionsEnd::parse(end.to_string());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->at, end.at);
    EXPECT_EQ(read->until, end.until);
    EXPECT_EQ(read->kept, end.kept);
    const auto for_good = SessionsEnd::parse(SessionsEnd::for_good().to_string());
    ASSERT_TRUE(for_good);
    EXPECT_EQ(for_good->at, Timestamp::max());
    EXPECT_EQ(for_good->kept, std::nullopt);
    EXPECT_TRUE(for_good->covers(session_at(1'000'000'000)));
    for (const auto* text : {"", "1", "x", "1 2 3", "1 018f5a3b-1c2d-7000-8000-000000000000", "1 -"})
        EXPECT_FALSE(SessionsEnd::parse(text)) << text;
}

TEST(Revocation, HasOneFormForEachThatMayEnd) {
    const auto id = session_at(1);
    const auto session = parse_revocation(id.to_string());
    ASSERT_TRUE(session);
    EXPECT_EQ(std::get<AuthSessionId>(*session), id);
    const auto user = parse_revocation(kUser.to_string() + " 5 " + id.to_string() + " -");
    ASSERT_TRUE(user);
    EXPECT_EQ(std::get<UserSessionsEnded>(*user).user, kUser);
    EXPECT_EQ(std::get<UserSessionsEnded>(*user).end.until, id);
    const auto keys = parse_revocation("keys");
    EXPECT_TRUE(keys && std::holds_alternative<SigningKeysWithdrawn>(*keys));
    for (const auto& payload : {std::string(), std::string("x"), kUser.to_string() + " ", kUser.to_string() + " 5"})
        EXPECT_FALSE(parse_revocation(payload)) << payload;
}

}  // namespace
}  // namespace mindspace::auth
