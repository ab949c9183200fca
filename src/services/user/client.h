#pragma once
// What other services may know of users. Runs in the caller's process on the caller's database connection, so that a
// registration is one transaction in any process.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/base/time.h"
#include "platform/http/access/principal.h"
#include "platform/http/api/etag.h"
#include "platform/json/schema.h"
#include "platform/postgres/values/statement.h"
#include "platform/privacy/personal_data.h"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace mindspace::postgres {
class Client;
class Rows;
class Session;
}  // namespace mindspace::postgres
namespace mindspace::redis {
class Client;
}

namespace mindspace::user {

// A user as they see themselves: the response of GET /users/me.
struct User {
    UserId id{};
    std::string email;
    bool email_verified = false;
    std::string display_name;
    std::string timezone;
    std::string locale;
    std::optional<std::string> avatar_url;
    std::int32_t daily_goal_seconds = 0;
    std::int32_t day_start_hour = 0;
    http::Role role = http::Role::user;
    Timestamp created_at{};
    Timestamp updated_at{};
    std::int32_t version = 0;  // not shown; used for the entity tag

    static constexpr std::string_view kName = "User";
    static constexpr auto fields() {
        using schema::field;
        return std::tuple{
            field("id", &User::id),
            field("email", &User::email),
            field("emailVerified", &User::email_verified),
            field("displayName", &User::display_name),
            field("timezone", &User::timezone,
                  {.about = "IANA time zone name. Determines the user's days and streaks."}),
            field("locale", &User::locale),
            field("avatarUrl", &User::avatar_url),
            field("dailyGoalSeconds", &User::daily_goal_seconds),
            field("dayStartHour", &User::day_start_hour, {.about = "Hour at which a day begins for this user."}),
            field("role", &User::role),
            field("createdAt", &User::created_at),
            field("updatedAt", &User::updated_at)};
    }
    [[nodiscard]] std::string etag() const { return http::etag_of_version(version); }
};

struct Milestone {
    std::string kind;
    std::int64_t value = 0;
    Timestamp reached_at{};

    static constexpr std::string_view kName = "Milestone";
    static constexpr auto fields() {
        using schema::field;
        return std::tuple{field("kind", &Milestone::kind, {.about = "`sessions`, `hours` or `streakDays`."}),
                          field("value", &Milestone::value), field("reachedAt", &Milestone::reached_at)};
    }
};

// The response of GET /users/me/stats, which another service computes.
struct UserStats {
    std::int64_t total_sessions = 0;
    std::int64_t total_seconds = 0;
    std::int32_t current_streak_days = 0;
    std::int32_t longest_streak_days = 0;
    std::optional<Timestamp> last_session_at;
    std::int64_t average_seconds = 0;
    std::vector<Milestone> milestones;

    static constexpr std::string_view kName = "UserStats";
    static constexpr auto fields() {
        using schema::field;
        return std::tuple{field("totalSessions", &UserStats::total_sessions),
                          field("totalSeconds", &UserStats::total_seconds),
                          field("currentStreakDays", &UserStats::current_streak_days),
                          field("longestStreakDays", &UserStats::longest_streak_days),
                          field("lastSessionAt", &UserStats::last_session_at),
                          field("averageSeconds", &UserStats::average_seconds),
                          field("milestones", &UserStats::milestones)};
    }
};

inline constexpr std::int32_t kDefaultGoalSeconds = 600;

inline constexpr schema::Rules kDisplayNameRules{.min = 1, .max = 64, .text = schema::Text::name};

struct NewUser {
    UserId id{};
    std::string email;
    std::string display_name;
    std::string timezone;
    std::string locale;
    Timestamp created_at{};
};

// The new user as it will be read.
User as_user(const NewUser& user);

// The statement that creates the user; the caller runs it within its transaction.
postgres::Query insert_user(const NewUser& user);

// The statement that marks the user's address as verified; the caller runs it within its transaction, and calls
// invalidate_cached() after it.
postgres::Query verify_email(UserId id, Timestamp now);

// The statement that gives the user a role; call it like verify_email().
postgres::Query set_role(UserId id, http::Role role, Timestamp now);

// The statement that makes other callers of lock_user() wait until the end of the caller's transaction, and with them
// all that change or delete the user. It returns a row if there is such a user.
postgres::Query lock_user(UserId id);

// Must be the first of all services' when an account ends: writers that create something for a user hold a share of
// their row.
privacy::PersonalTables personal_data();

// Invalidates what the caches of all cores and nodes hold of the user; does nothing while Redis is unavailable.
Awaitable<> invalidate_cached(redis::Client& redis, UserId id);

// The current user, or nothing (nullopt) if there is none. Fault: Unavailable.
Awaitable<std::optional<User>> find_user(postgres::Client& database, UserId id);
// The same within the caller's transaction: the statement, and the user in its rows.
postgres::Query find_user_query(UserId id);
std::optional<User> read_user(UserId id, const postgres::Rows& rows);

// All users, in the order of their ids: those after `after`, at most `count`. Faults: those of postgres::Session.
Awaitable<std::vector<UserId>> list_users(postgres::Session& session, UserId after, std::int64_t count);
// About that many users, at random; all if there are no more.
Awaitable<std::vector<UserId>> sample_users(postgres::Session& session, std::int64_t count);
// Those of the users who exist, locked against deletion until the end of the transaction.
Awaitable<std::vector<UserId>> lock_users(postgres::Session& session, std::vector<UserId> users);

// The user's current local date, by their own start of the day. In UTC if tzdata no longer knows their zone.
LocalDate today_of(const User& user, Timestamp now);

// The Redis key of the version of the user's data: cache entries of any process are valid only for the version that
// they were filled under. The braces keep all keys of one user in one slot of a cluster.
std::string cache_version_key(UserId id);

}  // namespace mindspace::user
