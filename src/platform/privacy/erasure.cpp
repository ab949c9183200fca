#include "platform/privacy/erasure.h"

#include "platform/postgres/connection/client.h"

#include <iterator>
#include <utility>

namespace mindspace::privacy {

Awaitable<> Erasure::run(postgres::Client& database) {
    Queries queries;
    std::vector<std::pair<const Holding*, std::size_t>> announcing;  // and the index of its first statement
    for (const auto& holding : holdings_) {
        if (holding.erase == nullptr) continue;
        if (holding.announce != nullptr) announcing.emplace_back(&holding, queries.size());
        auto of_holding = holding.erase(account_);
        std::ranges::move(of_holding, std::back_inserter(queries));
    }
    auto results = co_await database.transaction(std::move(queries));
    for (auto [holding, first] : announcing) announcements_.push_back({holding, std::move(results[first])});
}

Awaitable<> Erasure::announce(redis::Client& redis) {
    for (auto& [holding, erased] : announcements_) co_await holding->announce(redis, account_, std::move(erased));
}

}  // namespace mindspace::privacy
