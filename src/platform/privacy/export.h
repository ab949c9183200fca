#pragma once
// The export of an account: one JSON document with all data of the user that the services show. It is written while it
// is read, one page of rows at a time, so that its size costs no memory. Each page is as recent as the moment it is
// read.

#include "platform/http/wire/response.h"
#include "platform/privacy/personal_data.h"

namespace mindspace::postgres {
class Client;
}

namespace mindspace::privacy {

// `tables` must outlive the writing. Returns false if the reader is gone. Fault: Unavailable.
Awaitable<bool> write_export(postgres::Client& database, const PersonalTables& tables, UserId user,
                             Timestamp exported_at, http::BodyWriter& writer);

}  // namespace mindspace::privacy
