#include "platform/redis/connection/resp.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <random>

namespace mindspace::redis {
namespace {

using Kind = Value::Kind;

void feed(Parser& parser, std::string_view bytes) {
    while (!bytes.empty()) {
        std::span<char> room = parser.prepare();
        std::size_t count = std::min(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), count);
        parser.commit(count);
        bytes.remove_prefix(count);
    }
}

// Parses `bytes`, which must be exactly one reply.
Value parse(std::string_view bytes, ParserLimits limits = {}) {
    Parser parser(limits);
    feed(parser, bytes);
    std::optional<Value> value = parser.next();
    if (!value) throw std::runtime_error("unfinished");
    EXPECT_FALSE(parser.next().has_value());
    return std::move(*value);
}

// A text form that distinguishes all values.
std::string show(const Value& value) {
    switch (value.kind()) {
        case Kind::null:
            return "null";
        case Kind::boolean:
            return value.as_bool() ? "true" : "false";
        case Kind::integer:
            return std::to_string(value.as_integer());
        case Kind::real:
            return std::to_string(value.as_double());
        case Kind::string:
            return "'" + value.as_string() + "'";
        case Kind::error:
            return "!" + value.error();
        default:
            break;
    }
    std::string text(1, "[{<>"[static_cast<std::size_t>(value.kind()) - static_cast<std::size_t>(Kind::array)]);
    for (const Value& item : value.items()) text += show(item) + " ";
    return text + ".";
}

TEST(Parser, ReadsEveryKindOfReply) {
    EXPECT_EQ(parse("+OK\r\n").as_string(), "OK");
    EXPECT_EQ(parse("-ERR no\r\n").error(), "ERR no");
    EXPECT_EQ(parse("!5\r\nA\r\nB \r\n").error(), "A\r\nB ");
    EXPECT_EQ(parse(":-9223372036854775808\r\n").as_integer(), INT64_MIN);
    EXPECT_EQ(parse(":+7\r\n").as_integer(), 7);
    EXPECT_EQ(parse("$0\r\n\r\n").as_string(), "");
    EXPECT_EQ(parse("$4\r\na\r\nb\r\n").as_string(), "a\r\nb");
    EXPECT_EQ(parse("=8\r\ntxt:text\r\n").as_string(), "text");
    EXPECT_EQ(parse("(123456789012345678901234567890\r\n").as_string(), "123456789012345678901234567890");
    EXPECT_DOUBLE_EQ(parse(",-1.5e3\r\n").as_double(), -1500);
    EXPECT_TRUE(std::isinf(parse(",-inf\r\n").as_double()));
    EXPECT_TRUE(std::isnan(parse(",nan\r\n").as_double()));
    EXPECT_TRUE(parse("#t\r\n").as_bool());
    EXPECT_FALSE(parse("#f\r\n").as_bool());
    EXPECT_EQ(show(parse("*2\r\n:1\r\n*0\r\n")), "[1 [. .");
    EXPECT_EQ(show(parse("%1\r\n+a\r\n~2\r\n:1\r\n:2\r\n")), "{'a' <1 2 . .");
    EXPECT_EQ(show(parse(">2\r\n+message\r\n$1\r\nx\r\n")), ">'message' 'x' .");
    for (std::string_view null : {"_\r\n", "$-1\r\n", "*-1\r\n"}) EXPECT_TRUE(parse(null).is_null());
}

TEST(Parser, DropsAttributes) {
    EXPECT_EQ(show(parse("|1\r\n+ttl\r\n:3600\r\n*2\r\n|1\r\n+a\r\n*1\r\n:9\r\n:1\r\n|0\r\n:2\r\n")), "[1 2 .");
}

TEST(Parser, ReturnsTheSameRepliesHoweverTheBytesArrive) {
    std::string stream = "*3\r\n:1\r\n$5\r\nhello\r\n%1\r\n+k\r\n_\r\n>1\r\n+p\r\n-ERR x\r\n$300\r\n";
    stream += std::string(300, 'z') + "\r\n,2.5\r\n*-1\r\n~1\r\n#t\r\n";
    std::mt19937 random(7);
    for (int round = 0; round < 500; ++round) {
        Parser parser;
        std::string shown;
        for (std::size_t at = 0; at < stream.size();) {
            std::size_t count = std::min<std::size_t>(1 + random() % 40, stream.size() - at);
            feed(parser, std::string_view(stream).substr(at, count));
            at += count;
            while (auto value = parser.next()) shown += show(*value) + ";";
        }
        ASSERT_EQ(shown,
                  "[1 'hello' {'k' null . .;>'p' .;!ERR x;'" + std::string(300, 'z') + "';2.500000;null;<true .;");
    }
}

TEST(Parser, ReadsStringsFarLargerThanOneRead) {
    std::string text(3'000'000, 'x');
    Parser parser;
    feed(parser, "$3000000\r\n");
    EXPECT_FALSE(parser.next().has_value());
    EXPECT_LT(parser.prepare().size(), 100'000U) << "an announcement alone must not cost memory";
    feed(parser, text + "\r\n:1\r\n");
    EXPECT_EQ(parser.next()->as_string(), text);
    EXPECT_EQ(parser.next()->as_integer(), 1);
    EXPECT_LT(parser.prepare().size(), 100'000U) << "and its memory is given back";
}

TEST(Parser, RefusesOtherProtocols) {
    for (std::string_view bytes : {"\r\n",
                                   "hello\r\n",
                                   "$x\r\n",
                                   "$-2\r\n",
                                   "$3\r\nabcd\r\n",
                                   ":\r\n",
                                   ":1x\r\n",
                                   ":+-1\r\n",
                                   ":99999999999999999999\r\n",
                                   ",\r\n",
                                   ",1.5x\r\n",
                                   "#true\r\n",
                                   "_x\r\n",
                                   "*?\r\n",
                                   "%-1\r\n",
                                   "=3\r\ntxt\r\n",
                                   "=4\r\ntext\r\n",
                                   "+a\rb\r\n",
                                   "*1\r\n>1\r\n:1\r\n",
                                   "!-1\r\n",
                                   "$?\r\n",
                                   "*\r\n"}) {
        EXPECT_THROW(static_cast<void>(parse(bytes)), ProtocolError) << bytes;
    }
}

TEST(Parser, RefusesOneByteTooMany) {
    ParserLimits limits{.bytes = 20};
    EXPECT_EQ(parse("$13\r\n1234567890123\r\n", limits).as_string(), "1234567890123");
    EXPECT_THROW(static_cast<void>(parse("$14\r\n12345678901234\r\n", limits)), ProtocolError);
    EXPECT_EQ(parse("*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n", limits).size(), 4U);
    EXPECT_THROW(static_cast<void>(parse("*4\r\n:1\r\n:2\r\n:3\r\n:44\r\n", limits)), ProtocolError);
    EXPECT_THROW(static_cast<void>(parse("$21\r\n", limits)), ProtocolError) << "before it has come";
}

TEST(Parser, CountsBytesSeparatelyForEveryReply) {
    Parser parser(ParserLimits{.bytes = 10});
    for (int i = 0; i < 100; ++i) {
        feed(parser, "*1\r\n:1\r\n");
        ASSERT_TRUE(parser.next().has_value());
    }
}

TEST(Parser, RefusesOneElementTooMany) {
    ParserLimits limits{.elements = 4};
    EXPECT_EQ(parse("*2\r\n*2\r\n:1\r\n:2\r\n:3\r\n", limits).size(), 2U);
    EXPECT_THROW(static_cast<void>(parse("*2\r\n*3\r\n", limits)), ProtocolError);
    EXPECT_THROW(static_cast<void>(parse("%3\r\n", limits)), ProtocolError);
    EXPECT_THROW(static_cast<void>(parse("*9223372036854775807\r\n")), ProtocolError);
    EXPECT_THROW(static_cast<void>(parse("%9223372036854775807\r\n")), ProtocolError);
}

TEST(Parser, RefusesOneLevelTooMany) {
    ParserLimits limits{.depth = 3};
    EXPECT_EQ(show(parse("*1\r\n*1\r\n*1\r\n:1\r\n", limits)), "[[[1 . . .");
    EXPECT_THROW(static_cast<void>(parse("*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", limits)), ProtocolError);
}

TEST(Parser, RefusesEndlessLines) {
    Parser parser;
    feed(parser, "+" + std::string(70'000, 'x'));
    EXPECT_THROW(static_cast<void>(parser.next()), ProtocolError);
}

TEST(Parser, SurvivesRandomBytes) {
    constexpr std::string_view kAlphabet = "$*%~>|+-:,#_=!(0123456789\r\n\r\n\r\n\r\ntf";
    std::mt19937 random(11);
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes(random() % 60, ' ');
        for (char& c : bytes) c = kAlphabet[random() % kAlphabet.size()];
        Parser parser;
        feed(parser, bytes);
        try {
            while (parser.next()) {
            }
        } catch (const ProtocolError&) {
        }
    }
}

TEST(Value, AccessorsRefuseOtherKinds) {
    Value reply = parse("*2\r\n:1\r\n$1\r\nx\r\n");
    EXPECT_EQ(reply.at(0).as_integer(), 1);
    EXPECT_THROW(static_cast<void>(reply.at(0).as_string()), ProtocolError);
    EXPECT_THROW(static_cast<void>(reply.at(1).as_integer()), ProtocolError);
    EXPECT_THROW(static_cast<void>(reply.at(1).at(0)), ProtocolError);
    EXPECT_THROW(static_cast<void>(reply.at(2)), ProtocolError);
    EXPECT_THROW(static_cast<void>(reply.as_bool()), ProtocolError);
    EXPECT_THROW(static_cast<void>(Value().size()), ProtocolError);
    EXPECT_THROW(static_cast<void>(reply.error()), ProtocolError);
}

TEST(Value, KnowsTheCodeOfAnError) {
    EXPECT_EQ(parse("-NOSCRIPT No matching script.\r\n").error_code(), "NOSCRIPT");
    EXPECT_EQ(parse("-OOPS\r\n").error_code(), "OOPS");
}

TEST(EncodeCommand, WritesAnArrayOfBulkStringsFromAllParts) {
    constexpr std::array<std::string_view, 2> kFirst{"SET", "a b"};
    constexpr std::array<std::string_view, 1> kSecond{"\r\n"};
    std::string output = "+";
    encode_command(output, {kFirst, kSecond, {}});
    EXPECT_EQ(output, "+*3\r\n$3\r\nSET\r\n$3\r\na b\r\n$2\r\n\r\n\r\n");
}

}  // namespace
}  // namespace mindspace::redis
