#pragma once
// Cursors of the list of login sessions.

#include "services/auth/store.h"

namespace mindspace::auth {

// In front of every login session.
LoginSessionPosition first_page_of_sessions();
std::string encode_session_cursor(UserId user, const LoginSessionPosition& position);
// Error: malformed `invalid_cursor`.
Result<LoginSessionPosition> decode_session_cursor(UserId user, std::string_view cursor);

}  // namespace mindspace::auth
