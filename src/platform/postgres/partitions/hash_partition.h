#pragma once
// Tables that are hash-partitioned by a UUID into kHashPartitions parts, named TABLE_0, TABLE_1, …. A statement that
// names its part is planned and locked like one on a plain table. For a statement on the parent, the server would open
// all parts at every execution of a prepared statement: measured at twice the cost of a read and of a write.

#include "platform/base/ids.h"
#include "platform/postgres/values/statement.h"

#include <array>
#include <string>
#include <string_view>

namespace mindspace::postgres {

inline constexpr std::uint32_t kHashPartitions = 16;

// The part in which PostgreSQL stores the rows with this key: its hash function for UUIDs (lookup3 by Bob Jenkins) with
// its partition seed. PostgreSQL can change neither without breaking every existing table.
std::uint32_t hash_partition(const Uuid& key);

// A statement for each part of its tables; its SQL names them as TABLE_N. Must have static storage, like a Statement.
class PartitionedStatement {
public:
    PartitionedStatement(const char* name, std::string_view sql);

    template <class Tag>
    [[nodiscard]] const Statement& of(const Id<Tag>& key) const {
        return statements_[hash_partition(key.value)];
    }

private:
    std::array<std::string, kHashPartitions> names_;
    std::array<std::string, kHashPartitions> texts_;
    std::array<Statement, kHashPartitions> statements_{};
};

}  // namespace mindspace::postgres
