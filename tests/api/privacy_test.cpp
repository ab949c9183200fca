// Checks docs/privacy.md for every table found in the schema. A new table must be described there, and be filled,
// exported and erased here.

#include "app/personal_data.h"
#include "support/live/client.h"
#include "support/postgres/database.h"
#include "support/program/person.h"
#include "support/program/suite_program.h"

#include <gmock/gmock.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace mindspace::integration {
namespace {

using Names = std::set<std::string>;

// A row of the page's first table.
struct Promise {
    bool of_users = false;  // it stores user data
    Names exported;         // members of the export
    std::string reason_not_exported;
    bool stays = false;  // the id remains when the account is deleted, and nothing else
};

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream in(line.substr(1));
    for (std::string cell; std::getline(in, cell, '|');) {
        const auto first = cell.find_first_not_of(' ');
        cells.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
    }
    return cells;
}

Names quoted_in(const std::string& cell) {
    static const std::regex kQuoted("`([^`]+)`");
    Names names;
    for (std::sregex_iterator at(cell.begin(), cell.end(), kQuoted); at != std::sregex_iterator(); ++at)
        names.insert((*at)[1]);
    return names;
}

std::map<std::string, Promise> read_promises() {
    std::istringstream page(read_whole_file(required_variable("MINDSPACE_SOURCE_DIR") + "/docs/privacy.md"));
    std::map<std::string, Promise> promises;
    for (std::string line; std::getline(page, line) && line != "## Elsewhere";) {
        if (!line.starts_with("| `")) continue;
        const auto cells = cells_of(line);
        Promise promise{.of_users = !cells.at(2).starts_with("nothing"),
                        .exported = quoted_in(cells.at(5)),
                        .reason_not_exported = cells.at(5).starts_with("not: ") ? cells.at(5).substr(5) : "",
                        .stays = cells.at(6).starts_with("stays: ")};
        EXPECT_TRUE(promise.stays || cells.at(6) == "erased") << line;
        EXPECT_NE(promise.exported.empty(), promise.reason_not_exported.empty()) << line;
        for (const auto& table : quoted_in(cells.at(0))) promises[table] = promise;
    }
    return promises;
}

// Unique words of one user, which the tests search for in all rows.
struct Marks {
    std::string id;
    Names words;
};

class Privacy : public SuiteProgram<Privacy> {
protected:
    static Names names_by(const std::string& sql) {
        Names names;
        for (auto& row : query(program(), sql)) names.insert(row.at(0));
        return names;
    }
    static Names all_tables() {
        return names_by(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', "
            "'p') AND NOT relispartition");
    }
    // By the names of their columns; tables with other column names are found by their content.
    static Names tables_that_name_users() {
        return names_by(
            "SELECT DISTINCT c.table_name FROM information_schema.columns AS c JOIN pg_class ON relname = c.table_name "
            "AND relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition "
            "WHERE c.table_schema = 'public' AND c.column_name ~ '(^|_)(user|host|owner|member|author)(_id)?$'");
    }
    static std::int64_t rows_with(const std::string& table, const std::string& word) {
        return std::stoll(
            query(program(), "SELECT count(*) FROM " + table + " AS t WHERE t::text ILIKE '%" + word + "%'")
                .at(0)
                .at(0));
    }
    static Names tables_with(const std::string& word) {
        Names tables;
        for (const auto& table : all_tables())
            if (rows_with(table, word) > 0) tables.insert(table);
        return tables;
    }

    // Uses every feature that stores user data. New ones belong here.
    static std::pair<Person, Marks> user_of_every_feature();
};

std::pair<Person, Marks> Privacy::user_of_every_feature() {
    // Requests to reset a password are resolved at once; these are delayed, so that the tests can see them.
    query(program(),
          "CREATE OR REPLACE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.next_attempt_at = "
          "now() + interval ''1 hour''; RETURN NEW; END'");
    query(program(),
          "CREATE OR REPLACE TRIGGER later BEFORE INSERT ON reset_requests FOR EACH ROW EXECUTE FUNCTION "
          "later()");
    const auto tag = new_id().substr(24);
    auto word = [&](const char* what) { return "Trace" + tag + what; };
    auto person = register_person(program(), {{"displayName", word("Name")}});
    Marks marks{.id = person.id, .words = {"trace" + tag, person.email}};

    auto& client = person.client;
    EXPECT_TRUE(is(client.patch(kMe, {{"avatarUrl", "https://example.org/" + word("Picture")}}), 200));
    const json::object wrong{{"email", person.email}, {"password", "not my password"}};
    EXPECT_TRUE(is(Client(program()).post(kLogin, wrong, {{"User-Agent", word("Agent")}}), 401));
    const json::object login{{"email", person.email}, {"password", kPassword}, {"deviceName", word("Device")}};
    EXPECT_TRUE(is(Client(program()).post(kLogin, login, {{"User-Agent", word("Agent")}}), 200));
    EXPECT_TRUE(is(Client(program()).post("/api/v1/auth/password/forgot", {{"email", person.email}},
                                          {{"User-Agent", word("Agent")}}),
                   202));

    const auto past = offline_session("2025-01-01T08:00:00Z", {{"note", word("Note")}, {"moodAfter", 4}});
    import_all(person, {past});
    const auto deleted = meditate(person);
    EXPECT_TRUE(is(client.del("/api/v1/sessions/" + deleted), 204));
    EXPECT_TRUE(is(
        client.post(kSessions, {{"kind", "sleep"}, {"plannedSeconds", 600}}, {{"Idempotency-Key", word("Key")}}), 201));
    marks.words.insert({text_of(past, "id"), deleted});

    const auto group = create_group(person, {{"title", word("Title")}, {"description", word("Text")}});
    auto joined = join(person, group);
    joined.socket.send({{"type", "start"}, {"countdownSeconds", 0}});
    joined.socket.next("start");
    EXPECT_TRUE(eventually([&] { return rows_with("group_attendance", person.id) > 0; }));

    query(program(),
          "INSERT INTO dead_letters (consumer, xid, id, type, user_id, payload, occurred_at, error) VALUES "
          "('test', '1', " +
              std::to_string(std::stoull(tag, nullptr, 16) % 1'000'000'000) + ", 'session.completed', '" + person.id +
              "', '{\"note\":\"" + word("Note") + "\"}', now(), 'none')");
    EXPECT_TRUE(eventually([&] { return rows_with("daily_totals", person.id) > 0; }));
    EXPECT_TRUE(eventually([&] { return rows_with("user_facts", person.id) > 0; }));
    EXPECT_TRUE(eventually([&] {
        const auto audit = audit_of(program(), person.id);
        return std::ranges::find(audit, "login_failed") != audit.end();
    }));
    return {std::move(person), std::move(marks)};
}

// What follows from the declarations, export and deletion, is what the page promises.
TEST(PrivacyDeclarations, AgreeWithThePage) {
    std::map<std::string, privacy::PersonalTable> declared;
    for (const auto& entry : app::personal_data())
        EXPECT_TRUE(declared.emplace(entry.table, entry).second) << entry.table << " is declared twice";
    std::size_t of_users = 0;
    for (const auto& [table, promise] : read_promises()) {
        EXPECT_EQ(declared.contains(table), promise.of_users) << table;
        if (!declared.contains(table)) continue;
        ++of_users;
        const auto& entry = declared.at(table);
        const Names shown = entry.member.empty() ? Names{} : Names{std::string(entry.member)};
        EXPECT_EQ(shown, promise.exported) << table;
        EXPECT_TRUE(promise.stays || entry.erase != nullptr || entry.is_erased_by_event) << table;
    }
    EXPECT_EQ(of_users, declared.size()) << "tables that the page does not name";
}

TEST_F(Privacy, IsDeclaredForEveryTable) {
    Names declared;
    for (const auto& [table, promise] : read_promises()) declared.insert(table);
    EXPECT_EQ(declared, all_tables()) << "docs/privacy.md must describe the user data of each table";
}

TEST_F(Privacy, IsDeclaredForEveryTableWithUserData) {
    auto [person, marks] = user_of_every_feature();
    const auto promises = read_promises();
    Names found = tables_that_name_users();
    marks.words.insert(marks.id);
    for (const auto& word : marks.words) found.merge(tables_with(word));
    for (const auto& table : found) EXPECT_TRUE(promises.contains(table) && promises.at(table).of_users) << table;
    for (const auto& [table, promise] : promises) {
        if (!promise.of_users || table == "mail_counts") continue;
        EXPECT_TRUE(found.contains(table)) << table << " is documented to store user data";
        bool filled = false;
        for (const auto& word : marks.words) filled = filled || rows_with(table, word) > 0;
        EXPECT_TRUE(filled) << table << ": user_of_every_feature() stores nothing there";
    }
}

TEST_F(Privacy, ExportContainsEveryDeclaredTable) {
    auto [person, marks] = user_of_every_feature();
    const auto response = person.client.get("/api/v1/users/me/export");
    ASSERT_TRUE(is(response, 200));
    for (const auto& [table, promise] : read_promises())
        for (const auto& member : promise.exported) {
            const auto* value = response.document.as_object().if_contains(member);
            ASSERT_TRUE(value) << table << ": " << member;
            EXPECT_TRUE(value->is_object() || (value->is_array() && !value->as_array().empty()))
                << table << ": " << member << " is empty";
        }
    const auto& events = response.at("/events").as_array();
    EXPECT_TRUE(
        std::ranges::any_of(events, [](const json::value& event) { return event.at("type") == "user.registered"; }));
    EXPECT_EQ(response.text("/resetRequests/0/email"), person.email);
    EXPECT_EQ(response.at("/deletedSessions").as_array().size(), 1U);
}

TEST_F(Privacy, DataIsErasedWithTheAccount) {
    auto [person, marks] = user_of_every_feature();
    const json::object body{{"password", kPassword}};
    ASSERT_TRUE(is(person.client.send({.method = "DELETE", .path = kMe, .body = json::serialize(body)}), 204));
    // Everything except the data of the analytics service is erased at once.
    EXPECT_EQ(rows_with("reset_requests", person.email), 0);
    EXPECT_EQ(rows_with("idempotency_keys", person.id), 0);
    EXPECT_EQ(rows_with("mails", person.id), 0);
    EXPECT_EQ(rows_with("mail_counts", person.id), 0) << "the hash of an address does not lead to its account";
    const auto promises = read_promises();
    for (const auto& word : marks.words) {
        Names left;
        EXPECT_TRUE(eventually([&] { return (left = tables_with(word)).empty(); }))
            << word << " is left in " << testing::PrintToString(left);
    }
    Names may_stay;
    for (const auto& [table, promise] : promises)
        if (promise.stays) may_stay.insert(table);
    Names left;
    EXPECT_TRUE(eventually([&] {
        left = tables_with(marks.id);
        return std::ranges::includes(may_stay, left);
    })) << "the id is left in "
        << testing::PrintToString(left);
    // Only the documented data remains.
    EXPECT_THAT(query(program(), "SELECT action, ip, user_agent FROM audit_log WHERE user_id = '" + marks.id + "'"),
                testing::ElementsAre(testing::ElementsAre("account_deleted", "", "")));
    EXPECT_TRUE(eventually([&] {
        return names_by("SELECT DISTINCT type FROM outbox WHERE user_id = '" + marks.id + "'") == Names{"user.deleted"};
    }));
    EXPECT_EQ(
        query(program(), "SELECT registered_on, erased, fence FROM user_facts WHERE user_id = '" + marks.id + "'"),
        (std::vector<TextRow>{{"", "t", ""}}));
}

}  // namespace
}  // namespace mindspace::integration
