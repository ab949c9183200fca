// JSON in, with validation, and JSON out: the start of a session, an import of 20 and a page of 20.

#include "micro/cases.h"
#include "platform/json/schema.h"
#include "services/meditation/sessions/types.h"

#include <benchmark/benchmark.h>

#include <stdexcept>
#include <string>

namespace mindspace::micro {

namespace {

using namespace meditation;  // NOLINT(google-build-using-namespace)

constexpr int kSessions = 20;
constexpr std::string_view kId = "01939b2c-5d00-7b3f-8a51-0c9f3e5a7d21";
constexpr Timestamp kStart{Seconds(1'800'000'000)};

template <schema::Object T>
Case read(std::string name, std::string text) {
    return {std::move(name), [text = std::move(text)] {
                auto value = schema::from_json<T>(text);
                if (!value) throw std::logic_error("not accepted");
                benchmark::DoNotOptimize(*value);
            }};
}

std::string import_of_sessions() {
    std::string text = R"({"sessions":[)";
    for (int i = 0; i < kSessions; ++i) {
        if (i > 0) text += ',';
        text += schema::to_json(ImportedSession{.id = MeditationSessionId::parse(kId).value(),
                                                .kind = Kind::body_scan,
                                                .started_at = kStart + std::chrono::hours(i),
                                                .duration_seconds = 590,
                                                .planned_seconds = 600,
                                                .timezone = "Europe/Berlin",
                                                .mood_before = 2,
                                                .mood_after = 4,
                                                .note = "By the window, in the rain."});
    }
    return text + "]}";
}

Case write_page() {
    SessionPage page{.items = {}, .next_cursor = "AZObLF0Aez-KUQyfPlp9IQ"};
    for (int i = 0; i < kSessions; ++i) {
        const auto started_at = kStart + std::chrono::hours(i);
        page.items.push_back({.id = MeditationSessionId::parse(kId).value(),
                              .status = SessionStatus::completed,
                              .kind = Kind::body_scan,
                              .planned_seconds = 600,
                              .duration_seconds = 590,
                              .started_at = started_at,
                              .ended_at = started_at + Seconds(590),
                              .local_date = LocalDate{std::chrono::days(20'833)},
                              .timezone = "Europe/Berlin",
                              .group_id = {},
                              .mood_before = 2,
                              .mood_after = 4,
                              .note = "By the window, in the rain.",
                              .source = SessionSource::live,
                              .created_at = started_at,
                              .updated_at = started_at + Seconds(590),
                              .version = 2,
                              .lapsed_at = {}});
    }
    return {"json/write_page_of_20", [page = std::move(page)] {
                auto text = schema::to_json(page);
                benchmark::DoNotOptimize(text);
            }};
}

}  // namespace

Cases json_cases() {
    return {read<StartSession>("json/read_start", R"({"kind":"breathing","plannedSeconds":600,"moodBefore":2})"),
            read<ImportSessions>("json/read_import_of_20", import_of_sessions()), write_page()};
}

}  // namespace mindspace::micro
