#include "platform/http/etag.h"

#include <gtest/gtest.h>

namespace mindspace::http {
namespace {

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

}  // namespace
}  // namespace mindspace::http
