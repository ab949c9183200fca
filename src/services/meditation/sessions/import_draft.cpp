#include "services/meditation/sessions/import_draft.h"

#include <map>
#include <set>
#include <utility>

namespace mindspace::meditation {

namespace {

constexpr Timestamp kEarliestImport{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}};

// The position of the sessions in a request.
constexpr schema::Path kDocument;
constexpr schema::Path kSessionsAt{&kDocument, "sessions"};

std::vector<ImportFault> to_import_faults(std::vector<FieldFault> faults) {
    std::vector<ImportFault> errors;
    errors.reserve(faults.size());
    for (auto& fault : faults)
        errors.push_back({std::move(fault.pointer), std::move(fault.code), std::move(fault.message)});
    return errors;
}

// The faults that prevent the session from being imported.
std::vector<FieldFault> check_time(const ImportedSession& session, const schema::Path& at, Timestamp now) {
    schema::Faults faults;
    if (session.started_at < kEarliestImport || session.started_at > now)
        faults.add(schema::Path{&at, "startedAt"}, "out_of_range", "must be between the year 2000 and now");
    else if (session.started_at + Seconds(session.duration_seconds) > now)
        faults.add(schema::Path{&at, "durationSeconds"}, "ends_in_future", "must not end the session in the future");
    return faults.take();
}

std::vector<FieldFault> too_many_on_date(const schema::Path& at) {
    schema::Faults faults;
    faults.add(schema::Path{&at, "startedAt"}, "too_many",
               "is on a local date that already has " + std::to_string(kMaxSessionsPerLocalDate) + " sessions");
    return faults.take();
}

// The fields in which the request differs from the stored session; omitted fields do not count.
std::vector<FieldFault> differences(const ImportedSession& request, const MeditationSession& session,
                                    const schema::Path& at) {
    schema::Faults faults;
    auto expect = [&](bool same, std::string_view member) {
        if (!same) faults.add(schema::Path{&at, member}, "differs", "differs from the stored session");
    };
    auto same = [](const auto& wanted, const auto& known) { return !wanted || wanted == known; };
    expect(request.kind == session.kind, "kind");
    expect(request.started_at == session.started_at, "startedAt");
    expect(request.duration_seconds == session.duration_seconds, "durationSeconds");
    expect(same(request.planned_seconds, session.planned_seconds), "plannedSeconds");
    expect(same(request.timezone, session.timezone), "timezone");
    expect(same(request.mood_before, session.mood_before), "moodBefore");
    expect(same(request.mood_after, session.mood_after), "moodAfter");
    expect(!request.note || (session.note && *request.note == schema::prepared_text(*session.note, kNoteRules.text)),
           "note");
    return faults.take();
}

}  // namespace

ImportDraft::ImportDraft(UserId user, ImportSessions sessions, Timestamp now) : request_(std::move(sessions)) {
    std::vector<ImportedSession> valid;
    for (std::size_t i = 0; i < request_.sessions.size(); ++i) {
        auto& [session, faults] = request_.sessions[i];
        if (faults.empty()) faults = check_time(session, schema::Path{&kSessionsAt, {}, i}, now);
        auto& result = response.results.emplace_back();
        if (faults.empty() || session.id != MeditationSessionId{}) result.id = session.id;
        result.outcome = faults.empty() ? ImportOutcome::exists : ImportOutcome::invalid;
        if (faults.empty())
            valid.push_back(session);
        else
            result.errors = to_import_faults(std::move(faults));
    }
    if (!valid.empty()) queries = import_queries(user, std::move(valid), now);
}

// An id that occurs twice in the list is created once: its second occurrence is one of the others.
std::vector<MeditationSessionId> ImportDraft::record_created(const ImportOutcomes& outcomes) {
    std::set<MeditationSessionId> created(outcomes.created.begin(), outcomes.created.end());
    std::map<MeditationSessionId, std::vector<MeditationSessionId>> overlaps;
    for (const auto& [imported, other] : outcomes.overlaps) overlaps[imported].push_back(other);
    std::vector<MeditationSessionId> others;
    for (auto& result : response.results) {
        if (result.outcome == ImportOutcome::invalid) continue;
        if (created.erase(*result.id) == 0) {
            others.push_back(*result.id);
            continue;
        }
        result.outcome = ImportOutcome::created;
        if (auto found = overlaps.find(*result.id); found != overlaps.end()) result.overlaps = std::move(found->second);
    }
    return others;
}

void ImportDraft::compare(const KnownSessions& known) {
    std::map<MeditationSessionId, const MeditationSession*> existing;
    for (const auto& session : known.existing) existing.emplace(session.id, &session);
    const std::set<MeditationSessionId> deleted(known.deleted.begin(), known.deleted.end());
    for (std::size_t i = 0; i < response.results.size(); ++i) {
        auto& result = response.results[i];
        if (result.outcome != ImportOutcome::exists) continue;
        const schema::Path element{&kSessionsAt, {}, i};
        auto found = existing.find(*result.id);
        if (found != existing.end()) {
            auto differing = differences(request_.sessions[i].value, *found->second, element);
            if (differing.empty()) continue;
            result.outcome = ImportOutcome::conflict;
            result.errors = to_import_faults(std::move(differing));
        } else if (deleted.contains(*result.id)) {
            result.outcome = ImportOutcome::deleted;
        } else {
            result.outcome = ImportOutcome::invalid;
            result.errors = to_import_faults(too_many_on_date(element));
        }
    }
}

}  // namespace mindspace::meditation
