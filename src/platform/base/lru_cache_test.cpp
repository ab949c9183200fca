#include "platform/base/lru_cache.h"

#include <gtest/gtest.h>

namespace mindspace {

TEST(LruCache, EvictsTheLeastRecentlyUsed) {
    LruCache<int, int> cache(2);
    cache.insert(1, 10);
    cache.insert(2, 20);
    ASSERT_NE(cache.find(1), nullptr);
    cache.insert(3, 30);
    EXPECT_EQ(cache.find(2), nullptr);
    EXPECT_EQ(*cache.find(1), 10);
    EXPECT_EQ(*cache.find(3), 30);
    EXPECT_EQ(cache.size(), 2U);
}

TEST(LruCache, ReplacesAndErases) {
    LruCache<std::string, int> cache(2);
    cache.insert("a", 1);
    cache.insert("a", 2);
    EXPECT_EQ(*cache.find(std::string_view("a")), 2);
    EXPECT_EQ(cache.size(), 1U);
    cache.erase("a");
    cache.erase("a");
    EXPECT_EQ(cache.find(std::string_view("a")), nullptr);
}

}  // namespace mindspace
