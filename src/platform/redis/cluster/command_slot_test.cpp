#include "platform/redis/cluster/command_slot.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string_view>
#include <vector>

namespace mindspace::redis {
namespace {

std::optional<Slot> slot_of(std::vector<std::string_view> command) {
    return slot_of_command(command);
}

TEST(RedisCommandSlot, IsThatOfTheKey) {
    EXPECT_EQ(slot_of({"GET", "foo"}), 12182);
    EXPECT_EQ(slot_of({"SET", "foo", "bar", "EX", "60"}), 12182);
    EXPECT_EQ(slot_of({"ZADD", "foo", "1", "bar"}), 12182);
    EXPECT_EQ(slot_of({"SPUBLISH", "foo", "bar"}), 12182);
    EXPECT_EQ(slot_of({"MGET", "a{foo}", "b{foo}"}), 12182);
    EXPECT_EQ(slot_of({"MSET", "a{foo}", "1", "b{foo}", "2"}), 12182);
    EXPECT_EQ(slot_of({"EVALSHA", "sha", "2", "a{foo}", "b{foo}", "bar"}), 12182);
}

TEST(RedisCommandSlot, IsNoneWithoutAKey) {
    EXPECT_EQ(slot_of({"PING"}), std::nullopt);
    EXPECT_EQ(slot_of({"PING", "text"}), std::nullopt);
    EXPECT_EQ(slot_of({"SCRIPT", "FLUSH"}), std::nullopt);
    EXPECT_EQ(slot_of({"EVAL", "return 1", "0", "argument"}), std::nullopt);
    EXPECT_EQ(slot_of({"EVAL", "return 1"}), std::nullopt);
    EXPECT_EQ(slot_of({}), std::nullopt);
}

TEST(RedisCommandSlot, RefusesKeysInDifferentSlots) {
    EXPECT_THROW(slot_of({"MGET", "foo", "bar"}), std::logic_error);
    EXPECT_THROW(slot_of({"DEL", "foo", "{foo}2", "bar"}), std::logic_error);
    EXPECT_THROW(slot_of({"MSET", "foo", "1", "bar", "2"}), std::logic_error);
    EXPECT_THROW(slot_of({"EVAL", "script", "2", "foo", "bar"}), std::logic_error);
    EXPECT_NO_THROW(slot_of({"EVAL", "script", "1", "foo", "bar"})) << "bar is an argument";
    EXPECT_NO_THROW(slot_of({"EVAL", "script", "9", "foo"})) << "Redis will say what is wrong";
    std::vector<std::string_view> keys{"foo", "bar"};
    EXPECT_THROW(slot_of_keys(keys), std::logic_error);
}

}  // namespace
}  // namespace mindspace::redis
