#include "platform/privacy/erasure.h"

#include "platform/postgres/connection/client.h"

#include <iterator>
#include <utility>

namespace mindspace::privacy {

Awaitable<> Erasure::run(postgres::Client& database) {
    Queries queries;
    std::vector<std::pair<const PersonalTable*, std::size_t>> announcing;  // and the index of its first statement
    for (const auto& table : tables_) {
        if (table.erase == nullptr) continue;
        if (table.announce != nullptr) announcing.emplace_back(&table, queries.size());
        auto statements = table.erase(account_);
        std::ranges::move(statements, std::back_inserter(queries));
    }
    auto results = co_await database.transaction(std::move(queries));
    for (auto [table, first] : announcing) announcements_.push_back({table, std::move(results[first])});
}

Awaitable<> Erasure::announce(redis::Client& redis) {
    for (auto& [table, erased] : announcements_) co_await table->announce(redis, account_, std::move(erased));
}

}  // namespace mindspace::privacy
