#pragma once
// Request and response types of meditation sessions, with their schemas.

#include "platform/http/api/etag.h"
#include "platform/json/schema.h"
#include "services/meditation/ids.h"
#include "services/meditation/kinds.h"

namespace mindspace::meditation {

using schema::field;
using schema::Patch;

enum class SessionStatus { active, completed, abandoned };
constexpr auto names_of(SessionStatus) {
    return std::array<std::string_view, 3>{"active", "completed", "abandoned"};
}

enum class SessionSource { live, import, group };
constexpr auto names_of(SessionSource) {
    return std::array<std::string_view, 3>{"live", "import", "group"};
}

inline constexpr schema::Rules kMoodRules{.min = 1, .max = 5};
inline constexpr schema::Rules kNoteRules{.max = 2000, .text = schema::Text::prose};
inline constexpr schema::Rules kMoodUpdateRules{.min = 1, .max = 5, .about = "Default: the current value."};
inline constexpr schema::Rules kNoteUpdateRules{
    .max = 2000, .text = schema::Text::prose, .about = "Default: the current value."};
inline constexpr schema::Rules kPlannedRules{.min = 60, .max = 86400};
inline constexpr schema::Rules kZoneRules{.format = &schema::kTimeZone, .about = "Default: the user's time zone."};

struct MeditationSession {
    MeditationSessionId id{};
    SessionStatus status = SessionStatus::active;
    Kind kind = Kind::other;
    std::int32_t planned_seconds = 0;
    std::optional<std::int32_t> duration_seconds;
    Timestamp started_at{};
    std::optional<Timestamp> ended_at;
    LocalDate local_date{};
    std::string timezone;
    std::optional<GroupId> group_id;
    std::optional<std::int32_t> mood_before;
    std::optional<std::int32_t> mood_after;
    std::optional<std::string> note;
    SessionSource source = SessionSource::live;
    Timestamp created_at{};
    Timestamp updated_at{};
    std::int32_t version = 0;            // not shown; used for the entity tag
    std::optional<Timestamp> lapsed_at;  // not shown; when it was abandoned because it was never ended

    static constexpr std::string_view kName = "MeditationSession";
    static constexpr auto fields() {
        using S = MeditationSession;
        return std::tuple{
            field("id", &S::id),
            field("status", &S::status),
            field("kind", &S::kind),
            field("plannedSeconds", &S::planned_seconds),
            field("durationSeconds", &S::duration_seconds),
            field("startedAt", &S::started_at),
            field("endedAt", &S::ended_at),
            field("localDate", &S::local_date, {.about = "Does not change after the session was created."}),
            field("timezone", &S::timezone),
            field("groupId", &S::group_id),
            field("moodBefore", &S::mood_before),
            field("moodAfter", &S::mood_after),
            field("note", &S::note),
            field("source", &S::source),
            field("createdAt", &S::created_at),
            field("updatedAt", &S::updated_at)};
    }
    [[nodiscard]] std::string etag() const { return http::etag_of_version(version); }
};

struct StartSession {
    std::optional<MeditationSessionId> id;
    Kind kind = Kind::other;
    std::int32_t planned_seconds = 0;
    std::optional<std::int32_t> mood_before;
    std::optional<std::string> timezone;

    static constexpr std::string_view kName = "StartSession";
    static constexpr auto fields() {
        return std::tuple{field("id", &StartSession::id), field("kind", &StartSession::kind),
                          field("plannedSeconds", &StartSession::planned_seconds, kPlannedRules),
                          field("moodBefore", &StartSession::mood_before, kMoodRules),
                          field("timezone", &StartSession::timezone, kZoneRules)};
    }
};

struct CompleteSession {
    std::optional<std::int32_t> duration_seconds;
    std::optional<std::int32_t> mood_after;
    std::optional<std::string> note;

    static constexpr std::string_view kName = "CompleteSession";
    static constexpr auto fields() {
        return std::tuple{field("durationSeconds", &CompleteSession::duration_seconds,
                                {.min = 0, .max = 86400, .about = "Default: the time elapsed since the start."}),
                          field("moodAfter", &CompleteSession::mood_after, kMoodUpdateRules),
                          field("note", &CompleteSession::note, kNoteUpdateRules)};
    }
};

struct SessionPatch {
    Patch<std::int32_t> mood_after;
    Patch<std::string> note;

    static constexpr std::string_view kName = "SessionPatch";
    static constexpr auto fields() {
        return std::tuple{field("moodAfter", &SessionPatch::mood_after, kMoodRules),
                          field("note", &SessionPatch::note, kNoteRules)};
    }
};

struct HistoryQuery {
    std::int32_t limit = 20;
    std::optional<std::string> cursor;
    std::optional<LocalDate> from;
    std::optional<LocalDate> to;
    std::optional<Kind> kind;
    std::optional<SessionStatus> status;

    static constexpr std::string_view kName = "HistoryQuery";
    static constexpr auto fields() {
        return std::tuple{field("limit", &HistoryQuery::limit, {.min = 1, .max = 100, .optional = true}),
                          field("cursor", &HistoryQuery::cursor, schema::kCursorRules),
                          field("from", &HistoryQuery::from, {.about = "First local date, inclusive."}),
                          field("to", &HistoryQuery::to, {.about = "Last local date, inclusive."}),
                          field("kind", &HistoryQuery::kind),
                          field("status", &HistoryQuery::status)};
    }
};

struct SessionPage {
    std::vector<MeditationSession> items;
    std::optional<std::string> next_cursor;

    static constexpr std::string_view kName = "SessionPage";
    static constexpr auto fields() {
        return std::tuple{field("items", &SessionPage::items), field("nextCursor", &SessionPage::next_cursor)};
    }
};

// A session recorded offline or with another app.
struct ImportedSession {
    MeditationSessionId id{};
    Kind kind = Kind::other;
    Timestamp started_at{};
    std::int32_t duration_seconds = 0;
    std::optional<std::int32_t> planned_seconds;
    std::optional<std::string> timezone;
    std::optional<std::int32_t> mood_before;
    std::optional<std::int32_t> mood_after;
    std::optional<std::string> note;

    static constexpr std::string_view kName = "ImportedSession";
    static constexpr auto fields() {
        using S = ImportedSession;
        return std::tuple{
            field("id", &S::id),
            field("kind", &S::kind),
            field("startedAt", &S::started_at, {.about = "Not before the year 2000. The session must have ended."}),
            field("durationSeconds", &S::duration_seconds, {.min = 1, .max = 86400}),
            field("plannedSeconds", &S::planned_seconds, kPlannedRules),
            field("timezone", &S::timezone, kZoneRules),
            field("moodBefore", &S::mood_before, kMoodRules),
            field("moodAfter", &S::mood_after, kMoodRules),
            field("note", &S::note, kNoteRules)};
    }
};

struct ImportSessions {
    std::vector<schema::Checked<ImportedSession>> sessions;

    static constexpr std::string_view kName = "ImportSessions";
    static constexpr auto fields() {
        return std::tuple{field("sessions", &ImportSessions::sessions, {.min = 1, .max = 500})};
    }
};

enum class ImportOutcome {
    created,
    exists,    // with the same content
    conflict,  // the id exists with different content, which stays
    deleted,   // the id was deleted, permanently
    invalid,
};
constexpr auto names_of(ImportOutcome) {
    return std::array<std::string_view, 5>{"created", "exists", "conflict", "deleted", "invalid"};
}

struct ImportFault {
    std::string pointer;
    std::string code;
    std::string message;

    static constexpr std::string_view kName = "ImportFault";
    static constexpr auto fields() {
        return std::tuple{
            field("pointer", &ImportFault::pointer, {.about = "JSON pointer (RFC 6901) into the request."}),
            field("code", &ImportFault::code), field("message", &ImportFault::message)};
    }
};

struct ImportResult {
    std::optional<MeditationSessionId> id;
    ImportOutcome outcome = ImportOutcome::created;
    std::optional<std::vector<MeditationSessionId>> overlaps;
    std::optional<std::vector<ImportFault>> errors;

    static constexpr std::string_view kName = "ImportResult";
    static constexpr auto fields() {
        return std::tuple{
            field("id", &ImportResult::id), field("outcome", &ImportResult::outcome),
            field("overlaps", &ImportResult::overlaps,
                  {.max = 5, .omit_absent = true, .about = "The caller's sessions that overlap it most."}),
            field("errors", &ImportResult::errors,
                  {.omit_absent = true, .about = "Invalid values, or differences from the stored session."})};
    }
};

struct ImportResults {
    std::vector<ImportResult> results;

    static constexpr std::string_view kName = "ImportResults";
    static constexpr auto fields() { return std::tuple{field("results", &ImportResults::results)}; }
};

}  // namespace mindspace::meditation
