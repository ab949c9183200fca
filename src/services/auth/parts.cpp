#include "services/auth/parts.h"

#include <algorithm>

namespace mindspace::auth {

std::vector<AuthSessionId> latecomers(std::vector<AuthSessionId> ids, const std::vector<AuthSessionId>& earlier) {
    std::erase_if(ids, [&](const AuthSessionId& id) { return std::ranges::find(earlier, id) != earlier.end(); });
    return ids;
}

}  // namespace mindspace::auth
