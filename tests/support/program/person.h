#pragma once
// A registered user with a unique address and a logged-in client, and what tests let users do.

#include "support/program/client.h"

namespace mindspace::integration {

inline constexpr std::string_view kPassword = "still waters run deep";
// The most frequent paths.
inline constexpr const char* kLogin = "/api/v1/auth/login";
inline constexpr const char* kMe = "/api/v1/users/me";
inline constexpr const char* kSessions = "/api/v1/sessions";

struct Person {
    std::string id;
    std::string email;
    std::string refresh_token;
    std::string auth_session;
    Client client;  // logged in
};

std::string new_email();
std::string new_id();  // UUIDv7
// `text`, percent-encoded for a query: for cursors and dates.
std::string in_query(std::string_view text);

// `details` override members of the request. Throws unless it succeeds.
Person register_person(const Program& program, json::object details = {});
inline Person register_person(json::object details = {}) {
    return register_person(Program::shared(), std::move(details));
}
// A second login of the same user.
Person log_in_again(const Person& person);
// The complete login request as bytes, for load().
std::string login_request_of(const Person& person);
Response refresh(const std::string& token);
// Whether the program still accepts their access token.
bool is_alive(Person& person);

// Starts a session and completes it at once; returns its id.
std::string meditate(Person& person);
// A session for an import: half an hour of mindfulness, overridden by `details`.
json::object offline_session(std::string_view started_at, json::object details = {});
// Imports all, at most 500. Throws unless each was created.
void import_all(Person& person, json::array sessions);
// The whole history, read page by page. `query` contains further parameters ("kind=sleep").
std::vector<json::object> whole_history(Person& person, const std::string& query = {}, int limit = 100);

// Waits until the statistics include that many completed sessions; false if they do not in time.
bool has_counted(Person& person, std::int64_t sessions);
// A time zone in which it is about noon, so that midnight does not pass during a test about today.
std::string zone_at_noon();

}  // namespace mindspace::integration
