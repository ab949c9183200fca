#pragma once
// Cursors of the list of groups: the place of the last group shown, for one filter.

#include "services/meditation/group_store.h"

namespace mindspace::meditation {

std::string group_list_context(const GroupQuery& query);
std::string encode_group_cursor(std::string_view context, const GroupPosition& position);
// Error: malformed `invalid_cursor`.
Result<GroupPosition> decode_group_cursor(std::string_view context, std::string_view cursor);

}  // namespace mindspace::meditation
