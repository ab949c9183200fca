#pragma once
// Cursors of the history: the key of the last session shown, for one user and one set of filters.

#include "services/meditation/session_store.h"

namespace mindspace::meditation {

// Newer than any session.
inline constexpr HistoryPosition kBeforeEverything{
    .started_at = Timestamp{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}}, .id = {}};

std::string history_context(UserId user, const HistoryQuery& query);
std::string encode_history_cursor(std::string_view context, const HistoryPosition& position);
// Error: malformed `invalid_cursor`.
Result<HistoryPosition> decode_history_cursor(std::string_view context, std::string_view cursor);

}  // namespace mindspace::meditation
