#include "platform/json/cursor.h"

#include <gtest/gtest.h>

namespace mindspace {

const ListPosition<UserId> kPosition{.at = Timestamp(Milliseconds(42)), .id = UserId{Uuid::from_name("ada")}};

TEST(Cursor, ComesBackInItsOwnListOnly) {
    auto cursor = encode_cursor("sessions of ada", kPosition);
    auto position = decode_cursor<UserId>("sessions of ada", cursor);
    ASSERT_TRUE(position);
    EXPECT_EQ(position->at, kPosition.at);
    EXPECT_EQ(position->id, kPosition.id);
    auto foreign = decode_cursor("sessions of bob", cursor);
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().reason, "invalid_cursor");
}

TEST(Cursor, EveryDamageIsSeen) {
    auto cursor = encode_cursor("list", kPosition);
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        auto damaged = cursor;
        damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(decode_cursor("list", damaged)) << i;
        EXPECT_FALSE(decode_cursor("list", cursor.substr(0, i))) << i;
    }
    EXPECT_FALSE(decode_cursor("list", "💧"));
}

}  // namespace mindspace
