#pragma once
// What analytics keeps of accounts: when they were registered, and, once they are erased, nothing but numbers of
// nobody. Called within the projection's transaction, in its turn.

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

// The first one that is told of an account stays; an erased account has none any more.
Awaitable<> keep_registrations(postgres::Session& session, Registrations registrations);

// Takes facts and totals of the users away, and adds what they amounted to to the totals of the erased: for each user
// once, however often it is told. Their events go, too: nobody needs them any more.
Awaitable<> erase_accounts(postgres::Session& session, std::vector<UserId> users);

}  // namespace mindspace::analytics
