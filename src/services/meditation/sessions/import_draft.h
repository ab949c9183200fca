#pragma once
// An import between its statements: what is judged, made and compared without the database. No loop, no I/O; may move
// between threads.

#include "platform/postgres/values/statement.h"
#include "services/meditation/sessions/store.h"

#include <vector>

namespace mindspace::meditation {

class ImportDraft {
public:
    // Judges the sessions of a request, and makes the queries for SessionStore::import() of those that can be taken;
    // none when there are none.
    ImportDraft(UserId user, ImportSessions sessions, Timestamp now);

    // What the queries have done. The ids of those that they have not: the others.
    std::vector<MeditationSessionId> note_created(const ImportOutcomes& outcomes);
    // What the others are, by what is known of their ids.
    void compare(const KnownSessions& known);

    ImportResults answer;
    std::vector<postgres::Query> queries;

private:
    ImportSessions request_;
};

}  // namespace mindspace::meditation
