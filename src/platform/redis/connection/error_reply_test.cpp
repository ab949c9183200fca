#include "platform/redis/connection/error_reply.h"

#include "platform/base/result.h"

#include <gtest/gtest.h>

namespace mindspace::redis {
namespace {

Value error(std::string text) {
    return {Value::Kind::error, std::move(text)};
}

TEST(RedisErrorReply, RedirectsToANode) {
    auto moved = parse_redirection(error("MOVED 3999 127.0.0.1:6381"));
    ASSERT_TRUE(moved);
    EXPECT_EQ(moved->kind, Redirection::Kind::moved);
    EXPECT_EQ(moved->slot, 3999);
    EXPECT_EQ(moved->node, (Address{"127.0.0.1", 6381}));
    auto ask = parse_redirection(error("ASK 16383 redis-3.example:7000"));
    ASSERT_TRUE(ask);
    EXPECT_EQ(ask->kind, Redirection::Kind::ask);
    EXPECT_EQ(ask->slot, 16383);
    EXPECT_EQ(ask->node, (Address{"redis-3.example", 7000}));
}

TEST(RedisErrorReply, RedirectsToAnIpv6AddressAndToAnUnnamedHost) {
    EXPECT_EQ(parse_redirection(error("MOVED 1 ::1:6381"))->node, (Address{"::1", 6381}));
    EXPECT_EQ(parse_redirection(error("MOVED 1 :6381"))->node, (Address{"", 6381}));
}

TEST(RedisErrorReply, RecognizesNoOtherReplyAsARedirection) {
    for (const char* text :
         {"MOVED", "MOVED ", "MOVED 1", "MOVED 1 host", "MOVED 1 host:", "MOVED 1 host:0", "MOVED 1 host:65536",
          "MOVED 16384 host:1", "MOVED -1 host:1", "MOVED x host:1", "MOVEDX 1 host:1", "ERR MOVED 1 host:1", ""})
        EXPECT_FALSE(parse_redirection(error(text))) << text;
    EXPECT_FALSE(parse_redirection(Value(Value::Kind::string, "MOVED 1 host:1")));
}

TEST(RedisErrorReply, DistinguishesTemporaryErrorsFromUnavailable) {
    EXPECT_TRUE(is_temporary(error("TRYAGAIN Multiple keys request during rehashing of slot")));
    EXPECT_TRUE(is_temporary(error("CLUSTERDOWN The cluster is down")));
    EXPECT_FALSE(is_temporary(error("READONLY You can't write against a read only replica.")));
    EXPECT_FALSE(is_temporary(Value(Value::Kind::string, "TRYAGAIN")));
    EXPECT_THROW(checked(error("LOADING Redis is loading the dataset in memory")), Unavailable);
    EXPECT_THROW(checked(error("READONLY You can't write")), Unavailable);
    EXPECT_THROW(checked(error("ERR Script attempted to access a non local key in a cluster node script: 5f")),
                 Unavailable);
    EXPECT_THROW(checked(error("OOM command not allowed when used memory > 'maxmemory'.")), MemoryFull);
    EXPECT_THROW(checked(error("WRONGTYPE Operation")), CommandError);
    EXPECT_EQ(checked(Value(std::int64_t{1})).as_integer(), 1);
}

}  // namespace
}  // namespace mindspace::redis
