#include "platform/redis/connection/url.h"

#include <gtest/gtest.h>

namespace mindspace::redis {
namespace {

TEST(RedisUrl, NamesAServer) {
    auto options = parse_url("redis://cache.example");
    ASSERT_TRUE(options);
    EXPECT_EQ(options->host, "cache.example");
    EXPECT_EQ(options->port, 6379);
    EXPECT_FALSE(options->is_cluster());
    EXPECT_EQ(options->tls, nullptr);
    EXPECT_EQ(parse_url("redis://[::1]:7000")->host, "::1");
    EXPECT_EQ(parse_url("redis://127.0.0.1:7000/")->port, 7000);
}

TEST(RedisUrl, DecodesUserAndPassword) {
    auto options = parse_url("redis://m%40rie:p%2Fss%3A%2C@cache:7000");
    ASSERT_TRUE(options);
    EXPECT_EQ(options->username, "m@rie");
    EXPECT_EQ(options->password, "p/ss:,");
    EXPECT_EQ(parse_url("redis://:secret@cache")->username, "");
    EXPECT_EQ(parse_url("redis://:secret@cache")->password, "secret");
}

TEST(RedisUrl, NamesASocket) {
    EXPECT_EQ(parse_url("/run/redis.sock")->socket_path, "/run/redis.sock");
    auto options = parse_url("unix://marie:p%40ss@/run/my%20redis.sock");
    ASSERT_TRUE(options);
    EXPECT_EQ(options->socket_path, "/run/my redis.sock");
    EXPECT_EQ(options->username, "marie");
    EXPECT_EQ(options->password, "p@ss");
    EXPECT_EQ(parse_url("unix:///run/redis.sock")->socket_path, "/run/redis.sock");
}

TEST(RedisUrl, NamesTheFirstNodesOfACluster) {
    auto options = parse_url("redis+cluster://:p%2Css@a:7000,[::1]:7001,c");
    ASSERT_TRUE(options);
    EXPECT_EQ(options->seeds, (std::vector<Address>{{"a", 7000}, {"::1", 7001}, {"c", 6379}}));
    EXPECT_EQ(options->password, "p,ss");
    EXPECT_TRUE(parse_url("redis+cluster://a")->is_cluster());
}

TEST(RedisUrl, AsksForTls) {
    EXPECT_NE(parse_url("rediss://cache")->tls, nullptr);
    auto options = parse_url("rediss+cluster://a,b?ca=/etc/ssl/certs/ca-certificates.crt");
    ASSERT_TRUE(options);
    EXPECT_NE(options->tls, nullptr);
    EXPECT_EQ(options->seeds.size(), 2U);
    auto missing = parse_url("rediss://cache?ca=/no/such/file");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().detail, "no certificates can be read from /no/such/file");
}

TEST(RedisUrl, RefusesAnythingElseAndNeverQuotesIt) {
    for (const char* url : {"",
                            "cache:6379",
                            "http://secret@cache",
                            "redis:secret",
                            "redis://",
                            "redis://:secret@",
                            "redis://cache:0",
                            "redis://cache:65536",
                            "redis://:secret@cache/1",
                            "redis://cache?ca=/secret",
                            "rediss://cache?verify=none",
                            "rediss://cache?ca=",
                            "redis://cache#secret",
                            "redis://a,b",
                            "redis+cluster://a,,b",
                            "redis+cluster://a,",
                            "redis+cluster://,a",
                            "redis+tls://cache",
                            "redis://:se/cret@cache",
                            "redis://:%zz@secret",
                            "unix://host/x",
                            "unix://",
                            "redisss://cache"}) {
        auto options = parse_url(url);
        ASSERT_FALSE(options) << url;
        EXPECT_EQ(options.error().code, ErrorCode::invalid);
        EXPECT_EQ(options.error().detail.find("secret"), std::string::npos) << url;
    }
}

}  // namespace
}  // namespace mindspace::redis
