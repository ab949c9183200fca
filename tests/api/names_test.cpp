// Names and texts: how they are normalised, and what is refused.

#include "support/live/client.h"
#include "support/postgres/database.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

using testing::ElementsAre;

constexpr const char* kUnseen[] = {"   ", "\u200B", "\u2800", "\u3164", "\u0301", "\U000E0041"};
constexpr const char* kMisleading[] = {"Ada\u202E", "\u2067Ada", "Ada\nLovelace", "Ada\x1B[2J"};

Response register_as(std::string_view name) {
    const json::object body{
        {"email", new_email()}, {"password", kPassword}, {"displayName", json::string_view(name.data(), name.size())}};
    return Client(Program::shared()).post("/api/v1/auth/register", body);
}

TEST(Names, AreNormalisedAndTrimmed) {
    auto person = register_person({{"displayName", " Zoe\u0308 \u3000"}});
    EXPECT_EQ(person.client.get(kMe).at("/displayName"), "Zo\u00EB");
    const auto tag = person.client.get(kMe).header("etag");
    const auto same = person.client.patch(kMe, {{"displayName", "\tZo\u00EB"}});
    EXPECT_TRUE(is(same, 200));
    EXPECT_EQ(same.header("etag"), tag) << "nothing has changed";
    const auto group = create_group(person, {{"title", "\u00A0Cafe\u0301\n"}});
    EXPECT_EQ(person.client.get(group_path(group)).at("/title"), "Caf\u00E9");
    const auto changed = person.client.patch(group_path(group), {{"title", "  The\u0301 "}});
    EXPECT_EQ(changed.at("/title"), "Th\u00E9");
}

TEST(Names, OfEveryScriptAreAccepted) {
    for (const char* name : {"\u0645\u0631\u064A\u0645", "\u05E9\u05B8\u05C1\u05E8\u05B8\u05D4", "\u0D28\u0D4D\u200D",
                             "\u0645\u06CC\u200C\u062E\u0648\u0627", "\U0001F9D8\u200D\u2640\uFE0F", "\u200F\u05D0"}) {
        auto person = register_person({{"displayName", name}});
        EXPECT_EQ(person.client.get(kMe).at("/displayName"), name);
        create_group(person, {{"title", name}});
    }
}

TEST(Names, ThatAreInvisibleAreRefused) {
    auto person = register_person();
    const auto group = create_group(person);
    for (const char* name : kUnseen) {
        EXPECT_THAT(faults_of(register_as(name)), ElementsAre("/displayName not_visible")) << name;
        EXPECT_THAT(faults_of(person.client.patch(kMe, {{"displayName", name}})),
                    ElementsAre("/displayName not_visible"));
        EXPECT_THAT(faults_of(person.client.post("/api/v1/groups",
                                                 {{"title", name}, {"kind", "sleep"}, {"plannedSeconds", 600}})),
                    ElementsAre("/title not_visible"));
        EXPECT_THAT(faults_of(person.client.patch(group_path(group), {{"title", name}})),
                    ElementsAre("/title not_visible"));
    }
}

TEST(Names, WithMisleadingCharactersAreRefused) {
    auto person = register_person();
    const auto group = create_group(person);
    for (const char* name : kMisleading) {
        EXPECT_THAT(faults_of(register_as(name)), ElementsAre("/displayName bad_character")) << name;
        EXPECT_THAT(faults_of(person.client.patch(kMe, {{"displayName", name}})),
                    ElementsAre("/displayName bad_character"));
        EXPECT_THAT(faults_of(person.client.patch(group_path(group), {{"title", name}})),
                    ElementsAre("/title bad_character"));
        const json::object login{{"email", person.email}, {"password", kPassword}, {"deviceName", name}};
        EXPECT_THAT(faults_of(Client(Program::shared()).post(kLogin, login)), ElementsAre("/deviceName bad_character"));
    }
}

TEST(Names, OfDevicesMayBeBlank) {
    auto person = register_person();
    const auto shown = [&](const json::value& name) {
        const json::object login{{"email", person.email}, {"password", kPassword}, {"deviceName", name}};
        const auto in = Client(Program::shared()).post(kLogin, login);
        EXPECT_TRUE(is(in, 200));
        return person.client.get("/api/v1/auth/sessions").at("/items/0/deviceName");
    };
    EXPECT_TRUE(shown(" \u3000 ").is_null());
    EXPECT_EQ(shown(" Zoe\u0308's phone "), "Zo\u00EB's phone");
}

TEST(Notes, KeepTheirLinesAndAreNormalised) {
    auto person = register_person();
    const auto id = meditate(person);
    const auto path = std::string(kSessions) + "/" + id;
    EXPECT_EQ(person.client.patch(path, {{"note", " Cafe\u0301\r\n\tcalm\r"}}).at("/note"), " Caf\u00E9\n\tcalm\n");
    const json::string nul("a\0b", 3);
    for (const json::value& bad : {json::value("a\x1B"), json::value("a\u0085"), json::value(nul)})
        EXPECT_THAT(faults_of(person.client.patch(path, {{"note", bad}})), ElementsAre("/note bad_character"));
    EXPECT_THAT(
        faults_of(person.client.post(
            "/api/v1/groups", {{"title", "Calm"}, {"description", nul}, {"kind", "sleep"}, {"plannedSeconds", 600}})),
        ElementsAre("/description bad_character"));
    const auto imported = offline_session("2025-01-01T08:00:00Z", {{"note", "a\x1B"}});
    const auto response = person.client.post("/api/v1/sessions/import", {{"sessions", json::array{imported}}});
    EXPECT_EQ(response.at("/results/0/errors/0/code"), "bad_character");
}

// A retry is compared in normalised form, also with values stored before normalisation was introduced.
TEST(Notes, SentAgainAreUnchanged) {
    auto person = register_person();
    const auto session = offline_session("2025-01-01T08:00:00Z", {{"note", "Cafe\u0301\r\ncalm"}});
    import_all(person, {session});
    const auto outcome = [&] {
        return person.client.post("/api/v1/sessions/import", {{"sessions", json::array{session}}})
            .at("/results/0/outcome");
    };
    EXPECT_EQ(outcome(), "exists");
    query(person.client.program(),
          "UPDATE meditation_sessions SET note = E'Cafe\u0301\\r\\ncalm' WHERE user_id = '" + person.id + "'");
    EXPECT_EQ(outcome(), "exists");

    const json::object group{{"id", new_id()},
                             {"title", " Cafe\u0301"},
                             {"description", "calm\r\n"},
                             {"kind", "sleep"},
                             {"plannedSeconds", 600}};
    const auto made = person.client.post("/api/v1/groups", group);
    ASSERT_TRUE(is(made, 201));
    const auto again = person.client.post("/api/v1/groups", group);
    EXPECT_TRUE(is(again, 201));
    EXPECT_EQ(again.document, made.document);
    query(person.client.program(),
          "UPDATE groups SET title = ' Cafe\u0301', description = E'calm\\r\\n' WHERE group_id = '" +
              text_of(group, "id") + "'");
    EXPECT_TRUE(is(person.client.post("/api/v1/groups", group), 201));
}

}  // namespace
}  // namespace mindspace::integration
