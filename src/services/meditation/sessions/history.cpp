#include "services/meditation/sessions/history.h"

#include "platform/base/bytes.h"
#include "platform/base/hex.h"

#include <algorithm>
#include <span>
#include <utility>

namespace mindspace::meditation {

namespace {

constexpr std::size_t kTagBytes = 16;

// Everything that determines the list.
std::string context_of(UserId user, const HistoryQuery& query) {
    std::string context = "sessions " + user.to_string();
    context += " from=" + (query.from ? format_date(*query.from) : "");
    context += " to=" + (query.to ? format_date(*query.to) : "");
    context += " kind=";
    if (query.kind) context += schema::enum_name(*query.kind);
    context += " status=";
    if (query.status) context += schema::enum_name(*query.status);
    return context;
}

std::string key_of(const std::string& context, const HistoryQuery& query) {
    return context + " limit=" + std::to_string(query.limit) + " cursor=" + query.cursor.value_or("");
}

bool is_filtered(const HistoryQuery& query) {
    return query.from || query.to || query.kind || query.status;
}

HistoryPosition position_of_session(const MeditationSession& session) {
    return {.at = session.started_at, .id = session.id};
}

// Each change of a session has a new version, and no id is used twice.
std::string tag_of(const std::vector<SessionVersion>& versions) {
    Bytes bytes;
    bytes.reserve(versions.size() * (sizeof(Uuid) + sizeof(std::int32_t)));
    for (const auto& [id, version] : versions) {
        bytes.insert(bytes.end(), id.value.bytes.begin(), id.value.bytes.end());
        for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(version >> shift));
    }
    const auto digest = sha256(bytes);
    std::string tag;
    for (const auto byte : std::span(digest).first<kTagBytes>()) {
        tag += kHexDigits[byte >> 4];
        tag += kHexDigits[byte & 15];
    }
    return tag;
}

}  // namespace

Awaitable<Result<HistoryPage>> SessionHistory::find(UserId user, HistoryQuery query, http::Preconditions conditions) {
    auto context = context_of(user, query);
    const auto after = page_start(context, query.cursor, kListStart<MeditationSessionId>);
    if (!after) co_return after.error();
    const auto key = key_of(context, query);
    const bool may_be_unchanged = conditions.if_none_match || pages_.find(key) != nullptr;
    if (may_be_unchanged && !is_filtered(query)) {
        const auto versions = co_await store_.list_versions(user, *after, query.limit + 1);
        HistoryPage current{.tag = tag_of(versions), .json = nullptr};
        const auto* stored = pages_.find(key);
        const bool is_stored = stored != nullptr && stored->tag == current.tag;
        if (is_stored) current.json = stored->json;
        const bool client_has_it =
            conditions.check(current.etag()) == http::Preconditions::ConditionResult::not_modified;
        if (is_stored || client_has_it) {
            stats_.count(true);
            co_return current;
        }
    }
    stats_.count(false);
    auto page = co_await read(std::move(context), user, std::move(query), *after);
    if (page.json->size() <= kMaxPageSize) {
        pages_.insert(key, page);
        stats_.entries.set(static_cast<std::int64_t>(pages_.size()));
    }
    co_return page;
}

Awaitable<HistoryPage> SessionHistory::read(std::string context, UserId user, HistoryQuery query,
                                            HistoryPosition after) {
    const auto limit = query.limit;
    auto sessions = co_await store_.list(user, std::move(query), after, limit + 1);
    std::vector<SessionVersion> versions;
    versions.reserve(sessions.size());
    for (const auto& session : sessions) versions.push_back({.id = session.id, .version = session.version});
    auto part = take_part(std::move(sessions), static_cast<std::size_t>(limit), &position_of_session);
    const auto page = make_page<SessionPage>(context, std::move(part));
    co_return HistoryPage{.tag = tag_of(versions), .json = std::make_shared<const std::string>(schema::to_json(page))};
}

}  // namespace mindspace::meditation
