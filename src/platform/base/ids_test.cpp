#include "platform/base/ids.h"

#include <gtest/gtest.h>

#include <set>

namespace mindspace {

TEST(Uuid, VersionSevenSortsByTime) {
    auto early = Uuid::v7(Timestamp(Milliseconds(1'000)));
    auto late = Uuid::v7(Timestamp(Milliseconds(1'001)));
    EXPECT_LT(early, late);
    EXPECT_EQ(early.to_string().substr(0, 15), "00000000-03e8-7");
    EXPECT_NE(std::string("89ab").find(early.to_string()[19]), std::string::npos);
}

TEST(Uuid, IsUnique) {
    std::set<Uuid> seen;
    for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(seen.insert(Uuid::v7(Timestamp(Milliseconds(5)))).second);
}

TEST(Uuid, ParsesItsOwnTextOnly) {
    auto uuid = Uuid::v7(Timestamp(Milliseconds(1'795'408'228'973)));
    EXPECT_EQ(Uuid::parse(uuid.to_string()), uuid);
    for (const auto* bad : {"", "01a206ab-726d-7dd8-b7f3-8fcce843dca", "01A206AB-726d-7dd8-b7f3-8fcce843dca8",
                            "01a206ab0726d-7dd8-b7f3-8fcce843dca8", "01a206ab-726d-7dd8-b7f3-8fcce843dcag",
                            "{1a206ab-726d-7dd8-b7f3-8fcce843dca}", "01a206ab-726d-7dd8-b7f3-8fcce843dca88"})
        EXPECT_FALSE(Uuid::parse(bad)) << bad;
}

TEST(Uuid, FromANameIsAlwaysTheSame) {
    EXPECT_EQ(Uuid::from_name("a"), Uuid::from_name("a"));
    EXPECT_NE(Uuid::from_name("a"), Uuid::from_name("b"));
    EXPECT_EQ(Uuid::from_name("a").to_string()[14], '8');
}

}  // namespace mindspace
