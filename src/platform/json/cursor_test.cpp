#include "platform/json/cursor.h"

#include <gtest/gtest.h>

namespace mindspace {

const ListPosition<UserId> kPosition{.at = Timestamp(Milliseconds(42)), .id = UserId{Uuid::from_name("ada")}};

TEST(Cursor, IsAcceptedInItsOwnListOnly) {
    auto cursor = encode_cursor("sessions of ada", kPosition);
    auto position = decode_cursor<UserId>("sessions of ada", cursor);
    ASSERT_TRUE(position);
    EXPECT_EQ(position->at, kPosition.at);
    EXPECT_EQ(position->id, kPosition.id);
    auto foreign = decode_cursor("sessions of bob", cursor);
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().reason, "invalid_cursor");
}

TEST(Cursor, EveryDamageIsDetected) {
    auto cursor = encode_cursor("list", kPosition);
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        auto damaged = cursor;
        damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(decode_cursor("list", damaged)) << i;
        EXPECT_FALSE(decode_cursor("list", cursor.substr(0, i))) << i;
    }
    EXPECT_FALSE(decode_cursor("list", "💧"));
}

struct UserPage {
    std::vector<int> items;
    std::optional<std::string> next_cursor;
};

TEST(ListPart, NamesItsLastItemIfMoreFollow) {
    auto position = [](const int& item) { return ListPosition<UserId>{.at = Timestamp(Milliseconds(item)), .id = {}}; };
    auto part = take_part<int, UserId>({1, 2, 3}, 2, position);
    EXPECT_EQ(part.items, (std::vector{1, 2}));
    EXPECT_EQ(part.next.value().at, Timestamp(Milliseconds(2)));
    EXPECT_FALSE((take_part<int, UserId>({1, 2}, 2, position).next));
}

TEST(ListPart, BecomesAPageWhoseCursorLeadsOn) {
    ListPart<int, UserId> part{.items = {1}, .next = kPosition};
    auto page = make_page<UserPage>("list", std::move(part));
    EXPECT_EQ(page.items, std::vector{1});
    EXPECT_EQ(page_start("list", page.next_cursor, ListPosition<UserId>{}).value().id, kPosition.id);
    EXPECT_EQ(page_start("list", std::nullopt, kPosition).value().id, kPosition.id);
    EXPECT_FALSE(page_start("another list", page.next_cursor, kPosition));
    EXPECT_FALSE((make_page<UserPage>("list", ListPart<int, UserId>{.items = {1}}).next_cursor));
}

}  // namespace mindspace
