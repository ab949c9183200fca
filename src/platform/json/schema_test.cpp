#include "platform/json/schema.h"

#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>

#include <memory>

namespace mindspace::schema {

namespace {

enum class Colour { red, green };
constexpr auto names_of(Colour) {
    return std::array<std::string_view, 2>{"red", "green"};
}

struct Part {
    std::string name;
    std::int32_t count = 0;

    static constexpr std::string_view kName = "Part";
    static constexpr auto fields() {
        return std::tuple{field("name", &Part::name, {.min = 1, .max = 3}), field("count", &Part::count, {.max = 9})};
    }
};

struct Sample {
    Colour colour = Colour::red;
    std::optional<Timestamp> at;
    std::vector<Part> parts;
    Patch<std::string> note;
    std::string language = "en";

    static constexpr std::string_view kName = "Sample";
    static constexpr auto fields() {
        return std::tuple{field("colour", &Sample::colour), field("at", &Sample::at, {.omit_absent = true}),
                          field("parts", &Sample::parts, {.min = 1, .max = 2}), field("note", &Sample::note),
                          field("language", &Sample::language, {.format = &kLanguageTag, .optional = true})};
    }
};

struct Answer {
    std::optional<std::int32_t> shown;
    std::optional<std::int32_t> omitted;
    std::map<std::string, std::int64_t> seconds;

    static constexpr std::string_view kName = "Answer";
    static constexpr auto fields() {
        return std::tuple{field("shown", &Answer::shown), field("omitted", &Answer::omitted, {.omit_absent = true}),
                          field("seconds", &Answer::seconds)};
    }
};

struct Letter {
    std::string from;
    std::optional<std::string> nickname;
    Patch<std::string> text;
    std::string secret;

    static constexpr std::string_view kName = "Letter";
    static constexpr auto fields() {
        return std::tuple{field("from", &Letter::from, {.min = 1, .max = 3, .text = Text::name, .optional = true}),
                          field("nickname", &Letter::nickname, {.text = Text::name}),
                          field("text", &Letter::text, {.max = 4, .text = Text::prose}),
                          field("secret", &Letter::secret, {.max = 4, .text = Text::exact, .optional = true})};
    }
};

struct Letters {
    std::vector<Checked<Letter>> letters;
    std::optional<std::int32_t> count;

    static constexpr std::string_view kName = "Letters";
    static constexpr auto fields() {
        return std::tuple{field("letters", &Letters::letters), field("count", &Letters::count)};
    }
};

static_assert(declares_texts<Letter>() && declares_texts<Letters>());
static_assert(!declares_texts<Part>() && !declares_texts<Sample>() && !declares_texts<std::optional<std::string>>());

std::vector<std::string> pointers_and_codes(const Error& error) {
    std::vector<std::string> list;
    for (const auto& fault : error.faults) list.push_back(fault.pointer + fault.parameter + " " + fault.code);
    return list;
}

}  // namespace

TEST(Schema, ReadsAWholeDocument) {
    auto sample =
        from_json<Sample>(R"({"colour":"green","at":"2026-11-23T06:00:00Z","parts":[{"name":"ä€😀","count":3}]})");
    ASSERT_TRUE(sample) << sample.error().detail;
    EXPECT_EQ(sample->colour, Colour::green);
    EXPECT_EQ(format_timestamp(sample->at.value()), "2026-11-23T06:00:00.000Z");
    EXPECT_EQ(sample->parts.at(0).count, 3);
    EXPECT_EQ(sample->language, "en");
    EXPECT_FALSE(sample->note.present);
}

TEST(Schema, ReportsAllFaultsTogetherWithTheirPointers) {
    auto sample = from_json<Sample>(
        R"({"colour":"blue","at":5,"parts":[{"name":"long","count":10},{"count":"1"}],"x/y~":1,"language":"e"})");
    ASSERT_FALSE(sample);
    EXPECT_EQ(sample.error().code, ErrorCode::invalid);
    EXPECT_EQ(
        pointers_and_codes(sample.error()),
        (std::vector<std::string>{"/colour not_allowed", "/at wrong_type", "/parts/0/name too_long",
                                  "/parts/0/count too_large", "/parts/1/name required", "/parts/1/count wrong_type",
                                  "/language invalid_format", "/x~1y~0 unknown_field"}));
}

TEST(Schema, NullAndAbsentDifferOnlyInAPatch) {
    auto sample = from_json<Sample>(R"({"colour":"red","at":null,"parts":[{"name":"a","count":1}],"note":null})");
    ASSERT_TRUE(sample);
    EXPECT_FALSE(sample->at);
    EXPECT_TRUE(sample->note.present);
    EXPECT_FALSE(sample->note.value);
}

TEST(Schema, BoundsTheNumberOfItems) {
    auto none = from_json<Sample>(R"({"colour":"red","parts":[]})");
    ASSERT_FALSE(none);
    EXPECT_EQ(pointers_and_codes(none.error()), std::vector<std::string>{"/parts too_few"});
}

TEST(Schema, RefusesOtherThanIntegers) {
    EXPECT_FALSE(from_json<Part>(R"({"name":"a","count":1.5})"));
    EXPECT_FALSE(from_json<Part>(R"({"name":"a","count":1e300})"));
    EXPECT_FALSE(from_json<Part>(R"({"name":"a","count":-99999999999})"));
    EXPECT_FALSE(from_json<Part>(R"({"name":"a","count":0e999999999})")) << "not a number for Boost.JSON";
    EXPECT_TRUE(from_json<Part>(R"({"name":"a","count":2.0})"));
}

TEST(Schema, RefusesOtherThanFiniteNumbers) {
    for (const auto* text : {"0e999999999", "1e999999999", "\"1\"", "null"}) {
        double number = 0;
        Faults faults;
        EXPECT_FALSE(Type<double>::read(*parse_json(text), number, Rules{}, Path{}, faults)) << text;
        EXPECT_FALSE(faults.empty()) << text;
    }
}

TEST(Schema, RefusesTheCharacterThatTheDatabaseCannotStore) {
    auto part = from_json<Part>(R"({"name":"a\u0000","count":1})");
    ASSERT_FALSE(part);
    EXPECT_EQ(pointers_and_codes(part.error()), std::vector<std::string>{"/name bad_character"});
}

TEST(Schema, PreparesTextsByTheirKind) {
    const auto letter = from_json<Letter>(json::serialize(json::object{
        {"from", " Zoe\u0308\n"}, {"nickname", " \u3000"}, {"text", " e\u0301\r\n\t"}, {"secret", " e\u0301\n"}}));
    ASSERT_TRUE(letter) << letter.error().detail;
    EXPECT_EQ(letter->from, "Zo\u00EB") << "three characters, once it is composed and trimmed";
    EXPECT_EQ(letter->nickname, "") << "nothing, where nothing is enough";
    EXPECT_EQ(letter->text.value, " \u00E9\n\t");
    EXPECT_EQ(letter->secret, " e\u0301\n") << "byte for byte";
}

TEST(Schema, RefusesCharactersByTheKindOfText) {
    const auto codes = [](const json::object& letter) {
        const auto read = from_json<Letter>(json::serialize(letter));
        return read ? std::vector<std::string>() : pointers_and_codes(read.error());
    };
    using Codes = std::vector<std::string>;
    EXPECT_EQ(codes({{"from", ""}}), Codes{"/from too_short"});
    for (const char* unseen : {" \n", "\u200B", "\u2800", "\u0301", "\u3164\uFE0F"}) {
        EXPECT_EQ(codes({{"from", unseen}}), Codes{"/from not_visible"}) << unseen;
    }
    EXPECT_EQ(codes({{"nickname", "\u200B"}}), Codes{"/nickname not_visible"});
    for (const char* bad : {"a\tb", "a\x1B", "\u202Ea", "\u2067a"})
        EXPECT_EQ(codes({{"from", bad}, {"nickname", bad}}), (Codes{"/from bad_character", "/nickname bad_character"}));
    EXPECT_EQ(codes({{"text", "\u202E\u200B"}}), Codes{});
    for (const char* bad : {"\x1B", "\u0085", "\x7F"}) EXPECT_EQ(codes({{"text", bad}}), Codes{"/text bad_character"});
    EXPECT_EQ(codes({{"secret", "\x1B\u202E"}}), Codes{});
    EXPECT_EQ(codes({{"text", "\u00E9\u00E9\u00E9\u00E9e\u0301"}}), Codes{"/text too_long"});
    EXPECT_EQ(codes({{"text", "e\u0301e\u0301e\u0301e\u0301"}}), Codes{}) << "four characters, eight code points";
    EXPECT_EQ(codes({{"text", std::string(5000, 'e')}}), Codes{"/text too_long"});
}

TEST(Schema, DescribesWhichCharactersATextMayHave) {
    std::string text;
    JsonWriter out(text);
    Type<std::string>::describe(out, {.min = 1, .max = 3, .text = Text::name}, *std::make_unique<Components>());
    const auto schema = parse_json(text)->as_object();
    EXPECT_EQ(schema.at("pattern"), R"(^[^\u0000-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u206F]*$)");
    EXPECT_NE(schema.at("description").as_string().find("visible"), json::string::npos);
}

TEST(Schema, ReportsInvalidJsonAsMalformed) {
    for (const auto* text : {"", "{", "{\"a\":}", "[1,]", "nul", "{} x", "\"\xff\""}) {
        auto part = from_json<Part>(text);
        ASSERT_FALSE(part) << text;
        EXPECT_EQ(part.error().code, ErrorCode::malformed) << text;
    }
    EXPECT_FALSE(parse_json(std::string(100'000, '[')));
}

TEST(Schema, ReportsEachElementsFaultsOnce) {
    std::vector<Checked<Part>> parts;
    Faults faults;
    auto document = parse_json(R"([{"name":"a","count":1},{"name":"a"}])");
    EXPECT_TRUE(Type<std::vector<Checked<Part>>>::read(*document, parts, Rules{}, Path{}, faults));
    EXPECT_TRUE(faults.empty());
    EXPECT_TRUE(parts.at(0).faults.empty());
    ASSERT_EQ(parts.at(1).faults.size(), 1U);
    EXPECT_EQ(parts.at(1).faults[0].pointer, "/1/count");
}

TEST(Schema, WritesNullOrNothingForWhatIsAbsent) {
    EXPECT_EQ(to_json(Answer{.shown = {}, .omitted = {}, .seconds = {{"a", 1}, {"b", 2}}}),
              R"({"shown":null,"seconds":{"a":1,"b":2}})");
    EXPECT_EQ(to_json(Answer{.shown = 1, .omitted = 2, .seconds = {}}), R"({"shown":1,"omitted":2,"seconds":{}})");
}

TEST(Schema, ReadsAQueryAndReportsItsFaultsByName) {
    auto good = from_query<Part>({{"name", "a"}, {"count", "9"}});
    ASSERT_TRUE(good);
    EXPECT_EQ(good->count, 9);
    auto bad = from_query<Part>({{"count", "x"}, {"nme", "a"}, {"count", "1"}});
    ASSERT_FALSE(bad);
    EXPECT_EQ(pointers_and_codes(bad.error()), (std::vector<std::string>{"count wrong_type", "nme unknown_parameter",
                                                                         "count repeated", "name required"}));
}

TEST(Schema, DescribesNestedObjectsOnce) {
    std::string text;
    JsonWriter out(text);
    Components components;
    Type<Sample>::describe(out, Rules{}, components);
    EXPECT_EQ(text, R"({"$ref":"#/components/schemas/Sample"})");
    ASSERT_TRUE(components.schemas().contains("Part"));
    EXPECT_EQ(
        components.schemas().find("Part")->second,
        R"({"type":"object","additionalProperties":false,"properties":{"name":{"type":"string","minLength":1,)"
        R"("maxLength":3},"count":{"type":"integer","format":"int32","minimum":-2147483648,"maximum":9}},"required":["name","count"]})");
}

TEST(Formats, Email) {
    for (const auto* good : {"a@b.c", " a@b.c\n", "a.b+c@d-e.example", "ü@ü.example", "o'neil@x.example"})
        EXPECT_TRUE(kEmail.accepts(good)) << good;
    for (const auto* bad : {"", "a", "a@", "@b.c", "a@b", "a@b..c", "a b@c.d", "a@@b.c", "<a@b.c>", "a@.b.c"})
        EXPECT_FALSE(kEmail.accepts(bad)) << bad;
}

TEST(Formats, HttpsUrl) {
    EXPECT_TRUE(kHttpsUrl.accepts("https://a.example/x.png?y=1"));
    for (const auto* bad :
         {"http://a.example/", "https://", "//a", "javascript:alert(1)", "https://u:p@a.example/", "x"})
        EXPECT_FALSE(kHttpsUrl.accepts(bad)) << bad;
}

TEST(Formats, LanguageTag) {
    for (const auto* good : {"en", "de-CH", "zh-Hant-TW", "sl-rozaj-biske"}) EXPECT_TRUE(kLanguageTag.accepts(good));
    for (const auto* bad : {"", "e", "en_US", "1a", "en-", "abcdefghi"}) EXPECT_FALSE(kLanguageTag.accepts(bad)) << bad;
}

}  // namespace mindspace::schema
