#include "platform/redis/cluster/slot_map.h"

#include <gtest/gtest.h>

namespace mindspace::redis {
namespace {

Value list(std::vector<Value> items) {
    return {Value::Kind::array, std::move(items)};
}

Value text(std::string content) {
    return {Value::Kind::string, std::move(content)};
}

Value number(std::int64_t value) {
    return Value(value);
}

Value node(Value host, std::int64_t port) {
    return list({std::move(host), number(port), text("id"), list({})});
}

Value range(std::int64_t first, std::int64_t last, Value master) {
    return list({number(first), number(last), std::move(master), node(text("replica"), 9)});
}

TEST(RedisSlotMap, KnowsTheOwnerOfEachSlot) {
    Value reply = list({range(0, 99, node(text("a"), 1)), range(100, 16'382, node(text("b"), 2)),
                        range(16'383, 16'383, node(text("a"), 1))});
    SlotMap map = SlotMap::parse(reply, "asked");
    EXPECT_TRUE(map.is_complete());
    EXPECT_EQ(map.masters(), (std::vector<Address>{{"a", 1}, {"b", 2}}));
    EXPECT_EQ(*map.find_owner(99), (Address{"a", 1}));
    EXPECT_EQ(*map.find_owner(100), (Address{"b", 2}));
    EXPECT_EQ(*map.find_owner(16'383), (Address{"a", 1}));
}

TEST(RedisSlotMap, FindsNoOwnerOfUnassignedSlots) {
    EXPECT_EQ(SlotMap().find_owner(0), nullptr);
    EXPECT_FALSE(SlotMap().is_complete());
    SlotMap map = SlotMap::parse(list({range(1, 16'383, node(text("a"), 1))}), "asked");
    EXPECT_EQ(map.find_owner(0), nullptr);
    EXPECT_FALSE(map.is_complete());
}

TEST(RedisSlotMap, UsesTheQueriedHostForANodeWithoutAnAddress) {
    for (const Value& host : {Value(), text(""), text("?")}) {
        SlotMap map = SlotMap::parse(list({range(0, 0, node(host, 7))}), "asked");
        EXPECT_EQ(*map.find_owner(0), (Address{"asked", 7}));
    }
}

TEST(RedisSlotMap, MovesSlotsToUnknownNodesToo) {
    SlotMap map = SlotMap::parse(list({range(0, 16'383, node(text("a"), 1))}), "asked");
    map.move(5, {"c", 3});
    map.move(6, {"c", 3});
    EXPECT_EQ(*map.find_owner(4), (Address{"a", 1}));
    EXPECT_EQ(*map.find_owner(5), (Address{"c", 3}));
    EXPECT_EQ(*map.find_owner(6), (Address{"c", 3}));
    EXPECT_EQ(map.masters().size(), 2U);
}

TEST(RedisSlotMap, RefusesInvalidReplies) {
    EXPECT_THROW(SlotMap::parse(text("OK"), ""), ProtocolError);
    EXPECT_THROW(SlotMap::parse(list({list({number(0)})}), ""), ProtocolError);
    EXPECT_THROW(SlotMap::parse(list({range(0, 16'384, node(text("a"), 1))}), ""), ProtocolError);
    EXPECT_THROW(SlotMap::parse(list({range(2, 1, node(text("a"), 1))}), ""), ProtocolError);
    EXPECT_THROW(SlotMap::parse(list({range(-1, 1, node(text("a"), 1))}), ""), ProtocolError);
    EXPECT_THROW(SlotMap::parse(list({range(0, 1, node(text("a"), 0))}), ""), ProtocolError);
}

}  // namespace
}  // namespace mindspace::redis
