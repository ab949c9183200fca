#include "platform/http/cursor.h"
#include "platform/http/etag.h"

#include <gtest/gtest.h>

namespace mindspace::http {

const Position<UserId> kPosition{.at = Timestamp(Milliseconds(42)), .id = UserId{Uuid::from_name("ada")}};

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

TEST(Etag, NamesAVersion) {
    EXPECT_EQ(version_of_etag(etag_of_version(7)), 7);
    for (const auto* bad : {"", "7", "\"\"", "W/\"7\"", "\"7x\"", "\"99999999999\"", "\"7\", \"8\""})
        EXPECT_FALSE(version_of_etag(bad)) << bad;
}

TEST(Etag, ListsAreComparedWeakly) {
    EXPECT_TRUE(etag_list_contains("*", "\"1\""));
    EXPECT_TRUE(etag_list_contains("\"0\", W/\"1\"", "\"1\""));
    EXPECT_FALSE(etag_list_contains("\"11\"", "\"1\""));
    EXPECT_FALSE(etag_list_contains("", "\"1\""));
}

}  // namespace mindspace::http
