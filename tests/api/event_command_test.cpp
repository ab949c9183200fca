// mindspace events dead-letters, on a running program.

#include "support/load/workload.h"
#include "support/postgres/database.h"
#include "support/program/suite_program.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class EventCommand : public SuiteProgram<EventCommand> {
protected:
    static ProcessResult dead_letters(std::vector<std::string> words) {
        words.insert(words.begin(), {"events", "dead-letters"});
        return program().run(words);
    }
    static std::string count_of(const std::string& table) {
        return query(program(), "SELECT count(*) FROM " + table).at(0).at(0);
    }
};

TEST_F(EventCommand, ListsDeadLettersWhichBlockedNoOtherEvent) {
    query(program(),
          "INSERT INTO outbox (type, user_id, payload, occurred_at) VALUES "
          "('session.completed', gen_random_uuid(), '{\"id\": \"no uuid\"}', now())");
    auto person = register_person(program());
    meditate(person);
    EXPECT_TRUE(has_counted(person, 1));
    ASSERT_TRUE(eventually([] { return count_of("dead_letters") == "1"; }));
    const auto list = dead_letters({"list"});
    EXPECT_EQ(list.exit_code, 0);
    EXPECT_THAT(list.output, HasSubstr("session.completed"));
    EXPECT_THAT(list.output, HasSubstr("the session's id: not a UUID"));

    // While its cause remains, it becomes a dead letter again, under another id.
    const auto id = query(program(), "SELECT xid || '-' || id FROM dead_letters").at(0).at(0);
    EXPECT_THAT(list.output, HasSubstr(id));
    const auto retried = dead_letters({"retry", id});
    EXPECT_EQ(retried.exit_code, 0) << retried.output;
    EXPECT_THAT(retried.output, HasSubstr("1 event is published again"));
    ASSERT_TRUE(eventually([] { return count_of("dead_letters") == "1"; }));
    EXPECT_THAT(dead_letters({"list"}).output, Not(HasSubstr(id)));
    query(program(), "DELETE FROM dead_letters");
}

TEST_F(EventCommand, RetriesAllOnceTheirCauseIsFixed) {
    auto person = register_person(program());
    meditate(person);
    ASSERT_TRUE(has_counted(person, 1));
    query(program(),
          "INSERT INTO dead_letters (consumer, xid, id, type, user_id, payload, occurred_at, error) "
          "SELECT 'analytics', xid, id, type, user_id, payload, occurred_at, 'of yesterday' FROM outbox "
          "WHERE user_id = '" +
              person.id + "' AND type = 'session.completed'");
    query(program(), "DELETE FROM session_facts WHERE user_id = '" + person.id + "'");
    query(program(), "DELETE FROM daily_totals WHERE user_id = '" + person.id + "'");
    EXPECT_EQ(dead_letters({"retry", "--all"}).exit_code, 0);
    const auto totals = "daily_totals WHERE user_id = '" + person.id + "'";
    EXPECT_TRUE(eventually([&] { return count_of(totals) == "1"; }));
    EXPECT_EQ(count_of("dead_letters"), "0");
}

TEST_F(EventCommand, ReportsWhatItCannotRetry) {
    EXPECT_EQ(dead_letters({"retry", "nonsense"}).exit_code, 64);
    const auto unknown = dead_letters({"retry", "1-1"});
    EXPECT_EQ(unknown.exit_code, 64);
    EXPECT_THAT(unknown.output, HasSubstr("unknown dead letter 1-1"));
    EXPECT_NE(dead_letters({"retry"}).exit_code, 0);
}

TEST_F(EventCommand, EveryChangePublishesItsEvent) {
    auto person = register_person(program());
    auto& client = person.client;
    const auto completed = meditate(person);
    ASSERT_TRUE(is(client.patch("/api/v1/sessions/" + completed, {{"note", "calm"}}), 200));
    ASSERT_TRUE(is(client.del("/api/v1/sessions/" + completed), 204));
    const auto abandoned = new_id();
    ASSERT_TRUE(
        is(client.post("/api/v1/sessions", {{"id", abandoned}, {"kind", "other"}, {"plannedSeconds", 60}}), 201));
    ASSERT_TRUE(is(client.post("/api/v1/sessions/" + abandoned + "/abandon"), 200));
    std::vector<std::string> types;
    for (const auto& row :
         query(program(), "SELECT type FROM outbox WHERE user_id = '" + person.id + "' ORDER BY outbox.xid, id"))
        types.push_back(row.at(0));
    EXPECT_THAT(types, ElementsAre("user.registered", "session.started", "session.completed", "session.changed",
                                   "session.deleted", "session.started", "session.abandoned"));
}

}  // namespace
}  // namespace mindspace::integration
