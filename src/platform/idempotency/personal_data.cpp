#include "platform/idempotency/personal_data.h"

namespace mindspace::idempotency {

using postgres::Statement;

namespace {

constexpr Statement kList{"idempotency_export", R"(
    SELECT key, json_build_object('key', key, 'usedAt', json_time(claimed_at))::text
    FROM idempotency_keys WHERE user_id = $1 AND key > $2 ORDER BY key LIMIT $3)"};

privacy::Queries erase(const privacy::EndedAccount& account) {
    static constexpr Statement kErase{"idempotency_forget", "DELETE FROM idempotency_keys WHERE user_id = $1"};
    // The stored response of a registration has no user id; it is found by the user that it created.
    static constexpr Statement kEraseRegistration{
        "idempotency_forget_registration", "DELETE FROM idempotency_keys WHERE user_id = $2 AND creation_id = $1"};
    privacy::Queries queries;
    queries.push_back(postgres::bind(kErase, account.user));
    queries.push_back(postgres::bind(kEraseRegistration, account.user, UserId{}));
    return queries;
}

}  // namespace

privacy::PersonalTables personal_data() {
    return {{.table = "idempotency_keys", .member = "idempotencyKeys", .page = &kList, .erase = &erase}};
}

}  // namespace mindspace::idempotency
