#pragma once
// Pages of a user's history as the text of responses. A page that this core has sent before is sent again while its
// sessions have the same versions: then PostgreSQL sends only ids and versions, and nothing is formatted. The same
// versions make the page's entity tag, so that a client that has the page costs no more. Called by the endpoint.

#include "platform/base/lru_cache.h"
#include "platform/http/api/etag.h"
#include "platform/telemetry/metrics/cache_stats.h"
#include "services/meditation/sessions/store.h"

#include <memory>
#include <string>

namespace mindspace::meditation {

// A SessionPage, written.
struct HistoryPage {
    std::string tag;                          // of the ids and versions of its sessions
    std::shared_ptr<const std::string> json;  // null: the client has it

    [[nodiscard]] std::string etag() const { return '"' + tag + '"'; }
};

class SessionHistory {
public:
    explicit SessionHistory(SessionStore store) : store_(store), pages_(kPages) {}

    // Error: malformed `invalid_cursor`.
    Awaitable<Result<HistoryPage>> find(UserId user, HistoryQuery query, http::Preconditions conditions);

    [[nodiscard]] const telemetry::CacheStats& stats() const { return stats_; }

    static constexpr std::size_t kPages = 1024;
    static constexpr std::size_t kMaxPageSize = 16384;  // bytes; larger pages are not stored

private:
    Awaitable<HistoryPage> read(std::string context, UserId user, HistoryQuery query, HistoryPosition after);

    SessionStore store_;
    LruCache<std::string, HistoryPage> pages_;  // by all that selects them
    telemetry::CacheStats stats_;
};

}  // namespace mindspace::meditation

template <>
struct mindspace::schema::Type<mindspace::meditation::HistoryPage> {
    static void write(JsonWriter& out, const meditation::HistoryPage& page) {
        if (page.json) out.raw(*page.json);
    }
    static void describe(JsonWriter& out, const Rules& rules, Components& all) {
        Type<meditation::SessionPage>::describe(out, rules, all);
    }
};
