#pragma once
// Somebody who uses the program: registered with an address that nobody else has.

#include "support/program/client.h"

namespace mindspace::integration {

inline constexpr std::string_view kPassword = "still waters run deep";
// What is asked for most.
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
// `text` with no octet that a query would change: for cursors and dates.
std::string in_query(std::string_view text);

// `details` replace members of the request. Throws unless it succeeds.
Person register_person(const Program& program, json::object details = {});
inline Person register_person(json::object details = {}) {
    return register_person(Program::shared(), std::move(details));
}
// Another login of the same person.
Person log_in_again(const Person& person);
// Its request, whole, for load().
std::string login_request_of(const Person& person);
Answer refresh(const std::string& token);
// Whether the program still takes their access token.
bool is_alive(Person& person);

// Starts and completes a session on the spot; returns its id.
std::string meditate(Person& person);
// One session for an import: half an hour of mindfulness unless `details` say otherwise.
json::object offline_session(std::string_view started_at, json::object details = {});
// Imports all, at most 500. Throws unless each was created.
void import_all(Person& person, json::array sessions);
// The whole history, page by page. `query` are further parameters ("kind=sleep").
std::vector<json::object> whole_history(Person& person, const std::string& query = {}, int limit = 100);

// Waits until the statistics have taken in so many completed sessions; false when they do not.
bool has_counted(Person& person, std::int64_t sessions);
// The zone in which it is about noon: no test that speaks of today must see midnight pass.
std::string zone_at_noon();

}  // namespace mindspace::integration
