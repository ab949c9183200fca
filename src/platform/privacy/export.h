#pragma once
// The export of an account: one JSON document with all that the services show of the user, written while it is read, a
// page of rows at a time, so that its size costs no memory. Each page is as new as the moment it is read in.

#include "platform/http/wire/response.h"
#include "platform/privacy/personal_data.h"

namespace mindspace::postgres {
class Client;
}

namespace mindspace::privacy {

// `holdings` must outlive the writing. False when nobody reads any more. Fault: Unavailable.
Awaitable<bool> write_export(postgres::Client& database, const Holdings& holdings, UserId user, Timestamp exported_at,
                             http::BodyWriter& writer);

}  // namespace mindspace::privacy
