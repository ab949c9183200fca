#pragma once
// The work of an import between its statements: validation, creation and comparison without the database. No loop, no
// I/O; may move between threads.

#include "platform/postgres/values/statement.h"
#include "services/meditation/sessions/store.h"

#include <vector>

namespace mindspace::meditation {

class ImportDraft {
public:
    // Validates the sessions of a request, and builds the queries for SessionStore::import() from the valid ones; no
    // queries if there are none.
    ImportDraft(UserId user, ImportSessions sessions, Timestamp now);

    // Records what the queries have created. Returns the ids of the others.
    std::vector<MeditationSessionId> record_created(const ImportOutcomes& outcomes);
    // Decides the outcome of the others from what is known of their ids.
    void compare(const KnownSessions& known);

    ImportResults response;
    std::vector<postgres::Query> queries;

private:
    ImportSessions request_;
};

}  // namespace mindspace::meditation
