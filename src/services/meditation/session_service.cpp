#include "services/meditation/session_service.h"

#include <algorithm>
#include <map>
#include <set>

namespace mindspace::meditation {

namespace {

constexpr Timestamp kEarliestImport{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}};

Error no_such_session() {
    return {ErrorCode::not_found, "not_found", "There is no such session.", {}};
}

Error conflict(std::string_view reason, std::string_view detail) {
    return {ErrorCode::conflict, std::string(reason), std::string(detail), {}};
}

Error session_not_active() {
    return conflict("session_not_active", "This session has ended already.");
}

Error above_elapsed(Seconds elapsed) {
    schema::Faults faults;
    const schema::Path document;
    faults.add(schema::Path{&document, "durationSeconds"}, "exceeds_elapsed",
               "must be at most the " + std::to_string(elapsed.count()) + " seconds since the start");
    return schema::validation_failed(std::move(faults));
}

bool is_same_start(const MeditationSession& session, const StartSession& request) {
    return session.source == SessionSource::live && session.kind == request.kind &&
           session.planned_seconds == request.planned_seconds && session.mood_before == request.mood_before &&
           (!request.timezone || session.timezone == *request.timezone);
}

// Also when the duration was cut to the time elapsed.
bool is_same_completion(const MeditationSession& session, const CompleteSession& request) {
    if (!request.duration_seconds || session.duration_seconds == request.duration_seconds) return true;
    if (session.source != SessionSource::live || session.lapsed_at) return false;
    auto elapsed = std::chrono::floor<Seconds>(*session.ended_at - session.started_at);
    return Seconds(*session.duration_seconds) == elapsed && Seconds(*request.duration_seconds) > elapsed &&
           Seconds(*request.duration_seconds) <= elapsed + kElapsedTolerance;
}

std::vector<ImportFault> faults_of(schema::Faults faults) {
    std::vector<ImportFault> errors;
    for (auto& fault : faults.take())
        errors.push_back({std::move(fault.pointer), std::move(fault.code), std::move(fault.message)});
    return errors;
}

// What stands in the way of taking the session at all.
schema::Faults check_time(const ImportedSession& session, const schema::Path& at, Timestamp now) {
    schema::Faults faults;
    if (session.started_at < kEarliestImport || session.started_at > now)
        faults.add(schema::Path{&at, "startedAt"}, "out_of_range", "must be from 2000 to now");
    else if (session.started_at + Seconds(session.duration_seconds) > now)
        faults.add(schema::Path{&at, "durationSeconds"}, "ends_in_future", "must end the session by now");
    return faults;
}

schema::Faults no_room(const schema::Path& at) {
    schema::Faults faults;
    faults.add(schema::Path{&at, "startedAt"}, "too_many",
               "lies on a local date that has " + std::to_string(kImportedOnADate) + " sessions already");
    return faults;
}

// What the request says otherwise than the session that is there; what it leaves out it does not say.
schema::Faults compare(const ImportedSession& request, const MeditationSession& session, const schema::Path& at) {
    schema::Faults faults;
    auto expect = [&](bool same, std::string_view member) {
        if (!same) faults.add(schema::Path{&at, member}, "differs", "is not what is known under this id");
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
    return faults;
}

ImportResult invalid_result(std::optional<MeditationSessionId> id, const std::vector<FieldFault>& faults) {
    ImportResult result{.id = id, .outcome = ImportOutcome::invalid, .overlaps = {}, .errors = {}};
    auto& errors = result.errors.emplace();
    for (const auto& fault : faults) errors.push_back({fault.pointer, fault.code, fault.message});
    return result;
}

}  // namespace

Awaitable<Result<MeditationSession>> SessionService::start(UserId user, StartSession request) {
    auto now = clock_.now();
    auto id = request.id.value_or(MeditationSessionId::make(now));
    auto inserted = co_await store_.insert_active(user, id, request, now);
    if (inserted) co_return std::move(*inserted);
    auto existing = co_await store_.find(user, id);
    if (!existing) {
        bool is_gone = co_await store_.was_deleted(user, id);
        if (is_gone) co_return conflict("gone", "The session of this id was deleted; use a new id.");
        co_return conflict("session_active", "Another session is active; complete or abandon it first.");
    }
    if (!is_same_start(*existing, request)) co_return conflict("conflict", "This id is another session's.");
    co_return std::move(*existing);
}

Awaitable<Result<MeditationSession>> SessionService::complete(UserId user, MeditationSessionId id,
                                                              CompleteSession request) {
    auto now = clock_.now();
    auto completed = co_await store_.complete(user, id, request, now);
    if (completed) co_return std::move(*completed);
    auto existing = co_await store_.find(user, id);
    if (!existing) co_return no_such_session();
    switch (existing->status) {
        case SessionStatus::active:
            co_return above_elapsed(std::chrono::floor<Seconds>(std::max(now - existing->started_at, Milliseconds(0))));
        case SessionStatus::abandoned:
            co_return co_await complete_lapsed(user, std::move(*existing), std::move(request), now);
        case SessionStatus::completed:
            break;
    }
    if (!is_same_completion(*existing, request))
        co_return conflict("conflict", "This session was completed with another duration.");
    co_return std::move(*existing);
}

Awaitable<Result<MeditationSession>> SessionService::complete_lapsed(UserId user, MeditationSession session,
                                                                     CompleteSession request, Timestamp now) {
    if (!session.lapsed_at || *session.lapsed_at < now - kLapsedPatience) co_return session_not_active();
    if (!request.duration_seconds) {
        schema::Faults faults;
        const schema::Path document;
        faults.add(schema::Path{&document, "durationSeconds"}, "required",
                   "must say how long, as nobody ended it then");
        co_return schema::validation_failed(std::move(faults));
    }
    Timestamp ended_at = session.started_at + Seconds(*request.duration_seconds);
    auto completed = co_await store_.complete_lapsed(user, session.id, request, ended_at, now);
    if (completed) co_return std::move(*completed);
    // Another device was faster, or has deleted it.
    auto existing = co_await store_.find(user, session.id);
    if (!existing) co_return no_such_session();
    if (existing->status != SessionStatus::completed) co_return session_not_active();
    if (!is_same_completion(*existing, request))
        co_return conflict("conflict", "This session was completed with another duration.");
    co_return std::move(*existing);
}

Awaitable<Result<MeditationSession>> SessionService::abandon(UserId user, MeditationSessionId id) {
    auto abandoned = co_await store_.abandon(user, id, clock_.now());
    if (abandoned) co_return std::move(*abandoned);
    auto existing = co_await store_.find(user, id);
    if (!existing) co_return no_such_session();
    if (existing->status != SessionStatus::abandoned) co_return session_not_active();
    co_return std::move(*existing);
}

Awaitable<Result<MeditationSession>> SessionService::find(UserId user, MeditationSessionId id) {
    auto session = co_await store_.find(user, id);
    if (!session) co_return no_such_session();
    co_return std::move(*session);
}

Awaitable<Result<MeditationSession>> SessionService::update(UserId user, MeditationSessionId id, SessionPatch patch,
                                                            std::optional<std::int32_t> expected_version) {
    auto updated = co_await store_.update(user, id, std::move(patch), expected_version, clock_.now());
    if (updated) co_return std::move(*updated);
    auto existing = co_await store_.find(user, id);
    if (!existing) co_return no_such_session();
    if (expected_version && existing->version != *expected_version) co_return precondition_failed();
    co_return std::move(*existing);  // it was like that already
}

Awaitable<Result<>> SessionService::erase(UserId user, MeditationSessionId id,
                                          std::optional<std::int32_t> expected_version) {
    bool erased = co_await store_.erase(user, id, expected_version, clock_.now());
    if (erased) co_return Result<>{};
    auto existing = co_await store_.find(user, id);
    co_return existing ? precondition_failed() : no_such_session();
}

Awaitable<HistoryPart> SessionService::list(UserId user, HistoryQuery query, HistoryPosition after) {
    auto limit = static_cast<std::size_t>(query.limit);
    // One more than asked for tells whether there is a next page.
    auto sessions = co_await store_.list(user, std::move(query), after, static_cast<std::int32_t>(limit) + 1);
    HistoryPart part;
    if (sessions.size() > limit) {
        sessions.resize(limit);
        part.next = HistoryPosition{sessions.back().started_at, sessions.back().id};
    }
    part.items = std::move(sessions);
    co_return part;
}

Awaitable<Result<ImportResults>> SessionService::import(UserId user, ImportSessions request) {
    auto now = clock_.now();
    ImportResults answer;
    std::vector<ImportedSession> valid;
    const schema::Path document;
    const schema::Path list{&document, "sessions"};
    for (std::size_t i = 0; i < request.sessions.size(); ++i) {
        auto& [session, faults] = request.sessions[i];
        if (faults.empty()) faults = check_time(session, schema::Path{&list, {}, i}, now).take();
        std::optional<MeditationSessionId> id;
        if (faults.empty() || session.id != MeditationSessionId{}) id = session.id;
        if (faults.empty()) {
            answer.results.push_back({.id = id, .outcome = ImportOutcome::exists, .overlaps = {}, .errors = {}});
            valid.push_back(session);
        } else {
            answer.results.push_back(invalid_result(id, faults));
        }
    }
    if (valid.empty()) co_return answer;

    auto outcomes = co_await store_.import(user, std::move(valid), now);
    std::set<MeditationSessionId> created(outcomes.created.begin(), outcomes.created.end());
    std::map<MeditationSessionId, std::vector<MeditationSessionId>> overlaps;
    for (const auto& [imported, other] : outcomes.overlaps) overlaps[imported].push_back(other);
    std::vector<MeditationSessionId> others;
    for (auto& result : answer.results) {
        if (result.outcome == ImportOutcome::invalid) continue;
        // An id that stands in the list twice is created once; erase() leaves its second mention to the others.
        if (created.erase(*result.id) == 0) {
            others.push_back(*result.id);
            continue;
        }
        result.outcome = ImportOutcome::created;
        if (auto found = overlaps.find(*result.id); found != overlaps.end()) result.overlaps = std::move(found->second);
    }
    if (others.empty()) co_return answer;

    auto known = co_await store_.find_known(user, std::move(others));
    std::map<MeditationSessionId, const MeditationSession*> there;
    for (const auto& session : known.there) there.emplace(session.id, &session);
    const std::set<MeditationSessionId> deleted(known.deleted.begin(), known.deleted.end());
    for (std::size_t i = 0; i < answer.results.size(); ++i) {
        auto& result = answer.results[i];
        if (result.outcome != ImportOutcome::exists) continue;
        const schema::Path element{&list, {}, i};
        auto found = there.find(*result.id);
        if (found != there.end()) {
            auto differences = compare(request.sessions[i].value, *found->second, element);
            if (differences.empty()) continue;
            result.outcome = ImportOutcome::conflict;
            result.errors = faults_of(std::move(differences));
        } else if (deleted.contains(*result.id)) {
            result.outcome = ImportOutcome::deleted;
        } else {
            result.outcome = ImportOutcome::invalid;
            result.errors = faults_of(no_room(element));
        }
    }
    co_return answer;
}

}  // namespace mindspace::meditation
