#pragma once
// What analytics stores about accounts: when they were registered, and, once they are erased, only anonymous sums.
// Called within the projection's transaction, under its lock.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/base/time.h"

#include <string>
#include <vector>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::analytics {

struct Registrations {
    std::vector<UserId> users;
    std::vector<Timestamp> at;
    std::vector<std::string> timezones;
};

// The first registration of an account is kept; an erased account no longer has one.
Awaitable<> store_registrations(postgres::Session& session, Registrations registrations);

// Removes facts and totals of the users, and adds their sums to the totals of the erased: once per user, however often
// it is called. Removes their events, too, which are no longer needed.
Awaitable<> erase_accounts(postgres::Session& session, std::vector<UserId> users);

}  // namespace mindspace::analytics
