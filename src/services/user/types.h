#pragma once
// Request and response types of the user service, with their schemas. The user itself, and their statistics, are in
// client.h.

#include "services/user/client.h"

namespace mindspace::user {

using schema::field;
using schema::Patch;

// A merge patch (RFC 7396); null is a value for avatarUrl only.
struct UserPatch {
    Patch<std::string> display_name;
    Patch<std::string> timezone;
    Patch<std::string> locale;
    Patch<std::string> avatar_url;
    Patch<std::int32_t> daily_goal_seconds;
    Patch<std::int32_t> day_start_hour;

    static constexpr std::string_view kName = "UserPatch";
    static constexpr auto fields() {
        return std::tuple{field("displayName", &UserPatch::display_name, kDisplayNameRules),
                          field("timezone", &UserPatch::timezone, {.format = &schema::kTimeZone}),
                          field("locale", &UserPatch::locale, {.max = 35, .format = &schema::kLanguageTag}),
                          field("avatarUrl", &UserPatch::avatar_url, {.max = 2048, .format = &schema::kHttpsUrl}),
                          field("dailyGoalSeconds", &UserPatch::daily_goal_seconds, {.min = 60, .max = 86400}),
                          field("dayStartHour", &UserPatch::day_start_hour, {.min = 0, .max = 6})};
    }
};

struct PublicUser {
    UserId id{};
    std::string display_name;
    std::optional<std::string> avatar_url;
    Timestamp member_since{};
    std::int32_t version = 0;  // not shown; used for the entity tag

    static constexpr std::string_view kName = "PublicUser";
    static constexpr auto fields() {
        return std::tuple{field("id", &PublicUser::id), field("displayName", &PublicUser::display_name),
                          field("avatarUrl", &PublicUser::avatar_url), field("memberSince", &PublicUser::member_since)};
    }
    [[nodiscard]] std::string etag() const { return http::etag_of_version(version); }
};

}  // namespace mindspace::user
