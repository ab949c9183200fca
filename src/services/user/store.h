#pragma once
// The table of the user service: users. No rules here.

#include "services/user/types.h"

namespace mindspace::user {

class UserStore {
public:
    explicit UserStore(postgres::Client& database) : database_(database) {}

    Awaitable<std::optional<User>> find(UserId id) { return find_user(database_, id); }
    // Nothing (nullopt) if the user is gone, or does not have the expected version (if one is given). `follow` runs
    // after the change, in its transaction.
    Awaitable<std::optional<User>> update(UserId id, UserPatch patch, std::optional<std::int32_t> expected_version,
                                          Timestamp now, std::optional<postgres::Query> follow);
    [[nodiscard]] postgres::Client& database() const { return database_; }

private:
    postgres::Client& database_;
};

}  // namespace mindspace::user
