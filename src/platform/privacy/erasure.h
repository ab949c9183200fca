#pragma once
// The end of an account: what the services hold of the user is erased in one transaction and one round trip, then
// copies elsewhere are removed.

#include "platform/privacy/personal_data.h"

#include <vector>

namespace mindspace::postgres {
class Client;
}

namespace mindspace::privacy {

class Erasure {
public:
    // `holdings` must outlive it.
    Erasure(const Holdings& holdings, EndedAccount account) : holdings_(holdings), account_(std::move(account)) {}

    // Erases all of it, or nothing; what is gone already, it leaves. Faults: those of postgres::Client.
    Awaitable<> run(postgres::Client& database);
    // After run(). While Redis is unavailable there is nothing to remove: its copies are not used then.
    Awaitable<> announce(redis::Client& redis);

private:
    struct Announcement {
        const Holding* holding;
        postgres::Rows erased;
    };

    const Holdings& holdings_;
    EndedAccount account_;
    std::vector<Announcement> announcements_;
};

}  // namespace mindspace::privacy
