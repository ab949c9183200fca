#pragma once
// Sessions as in the events of the meditation service, for tests that feed the projection.

#include "platform/base/ids.h"
#include "platform/base/time.h"

#include <optional>
#include <string>

namespace mindspace::analytics {

inline const LocalDate kMonday = parse_date("2026-11-23").value();

// A session as described by its events.
struct Fact {
    UserId user{};
    Uuid id = Uuid::v7(SystemClock().now());
    int version = 1;
    std::string status = "completed";
    std::string kind = "breathing";
    int seconds = 600;
    LocalDate date = kMonday;
    std::string timezone = "UTC";
    std::optional<int> mood_before{};
    std::optional<int> mood_after{};
    bool deleted = false;

    [[nodiscard]] Timestamp started_at() const { return Timestamp(date.time_since_epoch()) + std::chrono::hours(6); }
    [[nodiscard]] std::string payload() const {
        auto number = [](std::optional<int> value) { return value ? std::to_string(*value) : "null"; };
        bool is_over = status != "active";
        std::string ended = is_over ? '"' + format_timestamp(started_at() + Seconds(seconds)) + '"' : "null";
        return R"({"id":")" + id.to_string() + R"(","version":)" + std::to_string(version) + R"(,"status":")" + status +
               R"(","kind":")" + kind + R"(","plannedSeconds":600,"durationSeconds":)" +
               number(is_over ? std::optional(seconds) : std::nullopt) + R"(,"startedAt":")" +
               format_timestamp(started_at()) + R"(","endedAt":)" + ended + R"(,"localDate":")" + format_date(date) +
               R"(","timezone":")" + timezone + R"(","groupId":null,"moodBefore":)" + number(mood_before) +
               R"(,"moodAfter":)" + number(mood_after) + R"(,"source":"live"})";
    }
    [[nodiscard]] std::string type() const {
        if (deleted) return "session.deleted";
        return status == "active" ? "session.started" : "session." + status;
    }
};

inline UserId new_user() {
    return UserId::make(SystemClock().now());
}

}  // namespace mindspace::analytics
