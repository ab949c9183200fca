#include "platform/json/writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace mindspace {

TEST(JsonWriter, PutsCommasBetweenValuesOnly) {
    std::string text;
    JsonWriter out(text);
    out.begin_object();
    out.key("a");
    out.begin_array();
    out.integer(1);
    out.boolean(true);
    out.begin_object();
    out.end_object();
    out.null();
    out.end_array();
    out.key("b");
    out.raw("{}");
    out.end_object();
    EXPECT_EQ(text, R"({"a":[1,true,{},null],"b":{}})");
}

TEST(JsonWriter, WritesComputedKeysLikeOthers) {
    static constexpr JsonWriter::Key<1> kA("a");
    static constexpr JsonWriter::Key<0> kEmpty("");
    std::string text;
    JsonWriter out(text);
    out.begin_object();
    out.key(kA);
    out.integer(1);
    out.key(kEmpty);
    out.null();
    out.end_object();
    EXPECT_EQ(text, R"({"a":1,"":null})");
}

TEST(JsonWriter, EscapesAsRfc8259Requires) {
    std::string text;
    JsonWriter out(text);
    out.string(std::string_view("\"\\/\b\f\n\r\t\x01\x1f\x7f\0é", 14));
    EXPECT_EQ(text, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000é\"");
}

TEST(JsonWriter, WritesNumbersThatParseToTheSameValue) {
    std::string text;
    JsonWriter out(text);
    out.begin_array();
    out.integer(std::numeric_limits<std::int64_t>::min());
    out.number(0.1);
    out.number(3);
    out.number(std::numeric_limits<double>::quiet_NaN());
    out.end_array();
    EXPECT_EQ(text, "[-9223372036854775808,0.1,3,null]");
}

}  // namespace mindspace
