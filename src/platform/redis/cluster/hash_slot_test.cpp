#include "platform/redis/cluster/hash_slot.h"

#include <gtest/gtest.h>

namespace mindspace::redis {
namespace {

TEST(RedisHashSlot, IsThatOfTheSpecification) {
    EXPECT_EQ(hash_slot("123456789"), 0x31C3) << "the check value of CRC16/XMODEM";
    EXPECT_EQ(hash_slot(""), 0);
    EXPECT_EQ(hash_slot("foo"), 12182);
    EXPECT_EQ(hash_slot("bar"), 5061);
    EXPECT_EQ(hash_slot("\xff\xfe"), hash_slot(std::string_view("\xff\xfe", 2)));
}

TEST(RedisHashSlot, HashesTheTagAlone) {
    EXPECT_EQ(hash_slot("{user1000}.following"), hash_slot("user1000"));
    EXPECT_EQ(hash_slot("{user1000}.following"), hash_slot("{user1000}.followers"));
    EXPECT_EQ(hash_slot("foo{{bar}}zap"), hash_slot("{bar"));
    EXPECT_EQ(hash_slot("foo{bar}{zap}"), hash_slot("bar"));
}

TEST(RedisHashSlot, HashesTheEntireKeyWithoutATag) {
    EXPECT_NE(hash_slot("foo{}{bar}"), hash_slot("bar")) << "an empty tag is none, and a second one does not count";
    EXPECT_NE(hash_slot("foo{bar"), hash_slot("bar"));
    EXPECT_NE(hash_slot("foo}bar{"), hash_slot("bar"));
}

}  // namespace
}  // namespace mindspace::redis
