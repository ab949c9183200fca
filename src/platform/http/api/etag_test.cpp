#include "platform/http/api/etag.h"

#include <gmock/gmock.h>

namespace mindspace::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using ConditionResult = Preconditions::ConditionResult;

RequestHead head_with(std::vector<Header> fields) {
    RequestHead head;
    head.headers = std::move(fields);
    return head;
}

ConditionResult check(std::vector<Header> fields, std::string_view etag) {
    return Preconditions::of(head_with(std::move(fields))).check(etag);
}

std::vector<std::int32_t> versions(std::vector<Header> fields) {
    return TagCondition::of(head_with(std::move(fields)), "if-match")->versions();
}

TEST(Etag, NamesAVersion) {
    EXPECT_THAT(versions({{"If-Match", etag_of_version(7)}}), ElementsAre(7));
    EXPECT_THAT(versions({{"If-Match", "\"7-3\""}}), ElementsAre(7)) << "with what else shows in a representation";
    EXPECT_THAT(versions({{"If-Match", "\"7-br\""}}), ElementsAre(7)) << "of a compressed representation";
    for (const auto* bad : {"", "7", "\"\"", "W/\"7\"", "\"7x\"", "\"07\"", "\"99999999999\"", "\"7"})
        EXPECT_THAT(versions({{"If-Match", bad}}), IsEmpty()) << bad;
}

TEST(Etag, ReadsListsOverSeveralLinesWithEachVersionOnce) {
    EXPECT_THAT(versions({{"If-Match", "\"7\" ,, \"8\", \"x\""}, {"if-match", "W/\"9\",\"7-gzip\",\"10\""}}),
                ElementsAre(7, 8, 10));
}

TEST(Etag, IfNoneMatchComparesWeakly) {
    for (const auto* list : {"*", "\"0\", W/\"1\"", "\"1\"", "W/\"1-br\""})
        EXPECT_EQ(check({{"If-None-Match", list}}, "\"1\""), ConditionResult::not_modified) << list;
    for (const auto* list : {"", "\"11\"", "1", "\"a, \"1\""})
        EXPECT_EQ(check({{"If-None-Match", list}}, "\"1\""), ConditionResult::hold) << list;
    EXPECT_EQ(check({{"If-None-Match", "\"0\""}, {"If-None-Match", "\"1\""}}, "\"1\""), ConditionResult::not_modified);
}

TEST(Etag, IfMatchComparesStronglyAndComesFirst) {
    EXPECT_EQ(check({{"If-Match", "\"0\", \"1\""}}, "\"1\""), ConditionResult::hold);
    EXPECT_EQ(check({{"If-Match", "*"}}, "\"1\""), ConditionResult::hold);
    for (const auto* list : {"", "W/\"1\"", "\"2\""})
        EXPECT_EQ(check({{"If-Match", list}}, "\"1\""), ConditionResult::failed) << list;
    EXPECT_EQ(check({{"If-Match", "\"2\""}, {"If-None-Match", "\"1\""}}, "\"1\""), ConditionResult::failed);
}

}  // namespace
}  // namespace mindspace::http
