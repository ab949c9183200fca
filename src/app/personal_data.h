#pragma once
// The data that all services store of users, in one list: it determines the content and order of an export, and what
// the end of an account erases. A table with a user's data is declared in its service's folder.

#include "platform/privacy/personal_data.h"

namespace mindspace::app {

// The entries of all services, regardless of the roles in this process. The user service's come first: it has the
// user's row, on which the others take shared locks while they create a user's rows.
const privacy::PersonalTables& personal_data();

}  // namespace mindspace::app
