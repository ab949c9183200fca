#pragma once
// The end of an account: the services' data of the user is erased in one transaction and one round trip, then copies
// elsewhere are removed.

#include "platform/privacy/personal_data.h"

#include <vector>

namespace mindspace::postgres {
class Client;
}

namespace mindspace::privacy {

class Erasure {
public:
    // `tables` must outlive this object.
    Erasure(const PersonalTables& tables, EndedAccount account) : tables_(tables), account_(std::move(account)) {}

    // Erases all data or nothing; data that is already gone is skipped. Faults: those of postgres::Client.
    Awaitable<> run(postgres::Client& database);
    // Called after run(). While Redis is unavailable nothing has to be removed: its copies are not used then.
    Awaitable<> announce(redis::Client& redis);

private:
    struct Announcement {
        const PersonalTable* table;
        postgres::Rows erased;
    };

    const PersonalTables& tables_;
    EndedAccount account_;
    std::vector<Announcement> announcements_;
};

}  // namespace mindspace::privacy
