#include "services/auth/logins/revocations.h"

#include <gtest/gtest.h>

namespace mindspace::auth {
namespace {

constexpr Timestamp kNewYear = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
const UserId kUser = UserId::make(kNewYear);

AuthSessionId session_at(int second) {
    return AuthSessionId::make(kNewYear + Seconds(second));
}

TEST(RevokedSessions, NotifiesEachWatcherOfASessionOnce) {
    RevokedSessions revoked(Seconds(900));
    auto mine = AuthSessionId::make(kNewYear);
    auto other = AuthSessionId::make(kNewYear);
    int notifications = 0;
    auto first = revoked.watch(kUser, mine, [&] { ++notifications; });
    auto second = revoked.watch(kUser, mine, [&] { ++notifications; });
    auto third = revoked.watch(kUser, other, [&] { notifications += 100; });
    revoked.add(mine, kNewYear);
    revoked.add(mine, kNewYear);
    EXPECT_EQ(notifications, 2);
    EXPECT_TRUE(revoked.contains(kUser, mine));
    EXPECT_FALSE(revoked.contains(kUser, other));
}

TEST(RevokedSessions, DoesNotNotifyReleasedWatchers) {
    RevokedSessions revoked(Seconds(900));
    auto id = AuthSessionId::make(kNewYear);
    int notifications = 0;
    auto watch = revoked.watch(kUser, id, [&] { ++notifications; });
    watch.reset();
    revoked.add(id, kNewYear);
    EXPECT_EQ(notifications, 0);
}

TEST(RevokedSessions, NotifiesLateWatchersImmediately) {
    RevokedSessions revoked(Seconds(900));
    auto id = AuthSessionId::make(kNewYear);
    revoked.add(id, kNewYear);
    int notifications = 0;
    auto watch = revoked.watch(kUser, id, [&] { ++notifications; });
    EXPECT_EQ(notifications, 1);
}

TEST(RevokedSessions, AllowsAWatcherToReleaseAnother) {
    RevokedSessions revoked(Seconds(900));
    auto id = AuthSessionId::make(kNewYear);
    http::SessionWatch second;
    auto first = revoked.watch(kUser, id, [&] { second.reset(); });
    second = revoked.watch(kUser, id, [] {});
    revoked.add(id, kNewYear);
    EXPECT_TRUE(revoked.contains(kUser, id));
}

TEST(RevokedSessions, RemovesSessionsWhoseTokensHaveExpired) {
    RevokedSessions revoked(Seconds(900));
    auto old = AuthSessionId::make(kNewYear);
    revoked.add(old, kNewYear);
    for (int i = 0; i < 2000; ++i) revoked.add(AuthSessionId::make(kNewYear), kNewYear + std::chrono::hours(1));
    EXPECT_FALSE(revoked.contains(kUser, old));
}

TEST(RevokedSessions, EndsAllSessionsOfAUserExceptLaterAndExcludedOnes) {
    RevokedSessions revoked(Seconds(900));
    const auto before = session_at(1);
    const auto excluded = session_at(2);
    const auto last = session_at(3);
    const auto after = session_at(4);
    int notifications = 0;
    std::vector<http::SessionWatch> watches;
    for (auto id : {before, last}) watches.push_back(revoked.watch(kUser, id, [&] { ++notifications; }));
    for (auto id : {excluded, after}) watches.push_back(revoked.watch(kUser, id, [&] { notifications += 100; }));
    const auto other = UserId::make(kNewYear);
    watches.push_back(revoked.watch(other, before, [&] { notifications += 1000; }));
    const SessionsEnd end{.at = kNewYear, .until = last, .except = excluded};
    revoked.add(kUser, end, kNewYear);
    revoked.add(kUser, end, kNewYear);
    EXPECT_EQ(notifications, 2);
    for (auto id : {before, last}) EXPECT_TRUE(revoked.contains(kUser, id));
    for (auto id : {excluded, after}) EXPECT_FALSE(revoked.contains(kUser, id));
    EXPECT_FALSE(revoked.contains(other, before));

    revoked.add(kUser, {.at = kNewYear + Seconds(1), .until = last}, kNewYear);
    EXPECT_EQ(notifications, 102) << "the one that was excluded";
    EXPECT_TRUE(revoked.contains(kUser, excluded));
    revoked.add(kUser, end, kNewYear);
    EXPECT_TRUE(revoked.contains(kUser, excluded)) << "an earlier end that is heard late changes nothing";
}

TEST(RevokedSessions, NotifiesAWatcherOnceIfItsSessionEndsTwice) {
    RevokedSessions revoked(Seconds(900));
    const auto id = session_at(1);
    int notifications = 0;
    auto watch = revoked.watch(kUser, id, [&] { ++notifications; });
    revoked.add(id, kNewYear);
    revoked.add(kUser, {.at = kNewYear, .until = id}, kNewYear);
    EXPECT_EQ(notifications, 1);
}

TEST(RevokedSessions, RemovesExpiredEndsOfUsers) {
    RevokedSessions revoked(Seconds(900));
    const auto id = session_at(1);
    revoked.add(kUser, {.at = kNewYear, .until = id}, kNewYear);
    for (int i = 0; i < 2000; ++i)
        revoked.add(UserId::make(kNewYear), {.at = kNewYear, .until = id}, kNewYear + std::chrono::hours(1));
    EXPECT_FALSE(revoked.contains(kUser, id));
}

TEST(SessionsEnd, RoundTripsThroughText) {
    const SessionsEnd end{.at = kNewYear, .until = session_at(3), .except = session_at(2)};
    const auto read = SessionsEnd::parse(end.to_string());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->at, end.at);
    EXPECT_EQ(read->until, end.until);
    EXPECT_EQ(read->except, end.except);
    const auto permanent = SessionsEnd::parse(SessionsEnd::permanent().to_string());
    ASSERT_TRUE(permanent);
    EXPECT_EQ(permanent->at, Timestamp::max());
    EXPECT_EQ(permanent->except, std::nullopt);
    EXPECT_TRUE(permanent->covers(session_at(1'000'000'000)));
    for (const auto* text : {"", "1", "x", "1 2 3", "1 018f5a3b-1c2d-7000-8000-000000000000", "1 -"})
        EXPECT_FALSE(SessionsEnd::parse(text)) << text;
}

TEST(Revocation, IsParsedFromEachKindOfNotification) {
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
