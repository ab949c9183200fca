#pragma once
// What all services hold of users, in one list: what an export shows, in its order, and what the end of an account
// erases. A table with something of a user is declared beside its service, and follows from there.

#include "platform/privacy/personal_data.h"

namespace mindspace::app {

// Of all services, whichever roles run in this process. The user service's comes first: it holds the user's row, which
// others share while they make something for the user.
const privacy::Holdings& personal_data();

}  // namespace mindspace::app
