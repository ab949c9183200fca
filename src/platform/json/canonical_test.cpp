#include "platform/json/canonical.h"

#include <gtest/gtest.h>

namespace mindspace {
namespace {

TEST(CanonicalJson, IsTheSameForTheSameValue) {
    const auto canonical = canonical_json(R"({"a":1,"b":{"c":[true,null,"x"],"d":-0.5}})");
    for (const auto* same : {R"( { "b" : {"d":-5e-1,"c":[ true,null,"\u0078" ]}, "\u0061":1.0 } )",
                             "{\n\t\"a\": 1e0, \"b\": {\"c\":[true,null,\"x\"],\"d\":-0.50}}"})
        EXPECT_EQ(canonical_json(same), canonical) << same;
}

TEST(CanonicalJson, DiffersForOtherValues) {
    constexpr std::pair<const char*, const char*> kPairs[] = {{"1", "\"1\""},
                                                              {"[1,2]", "[2,1]"},
                                                              {"{}", "[]"},
                                                              {"{\"a\":null}", "{}"},
                                                              {"1.5", "1"},
                                                              {"[[],1]", "[[1]]"},
                                                              {"9007199254740993", "9007199254740992"},
                                                              {"{\"a\":1}", "{\"A\":1}"}};
    for (const auto& [left, right] : kPairs) EXPECT_NE(canonical_json(left), canonical_json(right)) << left;
}

TEST(CanonicalJson, LeavesInvalidJsonUnchanged) {
    for (const auto* text : {"", "{", "{\"a\":1,\"a\":2}"}) EXPECT_EQ(canonical_json(text), text);
}

}  // namespace
}  // namespace mindspace
