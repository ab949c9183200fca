#include "platform/leases/lease_table.h"

#include <gtest/gtest.h>

#include <string>

namespace mindspace::leases {
namespace {

constexpr TimePoint kStart{std::chrono::hours(1)};

TEST(LeaseTable, HoldsAnAnswerForALimitedTime) {
    LeaseTable<int, std::string> table(10);
    table.store(table.begin(kStart), 1, "answer");
    ASSERT_NE(table.find(1, kStart + Seconds(1)), nullptr);
    EXPECT_EQ(*table.find(1, kStart), "answer");
    EXPECT_EQ(table.find(1, kStart + table.kMaxAge), nullptr);
}

TEST(LeaseTable, DoesNotStoreAnAnswerThatAnEndHasOvertaken) {
    LeaseTable<int, std::string> table(10);
    const auto request = table.begin(kStart);
    table.end(1);
    table.store(request, 1, "old");
    EXPECT_EQ(table.find(1, kStart), nullptr);
}

TEST(LeaseTable, EndsOneOrAll) {
    LeaseTable<int, std::string> table(10);
    for (int subject : {1, 2, 3}) table.store(table.begin(kStart), subject, "answer");
    table.end(2);
    EXPECT_EQ(table.find(2, kStart), nullptr);
    EXPECT_EQ(table.size(), 2U);
    table.end_all();
    EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace mindspace::leases
