#include "support/program/person.h"

#include <fmt/format.h>

#include "platform/base/ids.h"
#include "support/base/timeout.h"

#include <cctype>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace mindspace::integration {

using namespace std::chrono_literals;

namespace {

Person logged_in(const Program& program, const Response& response) {
    return {.id = response.text("/user/id"),
            .email = response.text("/user/email"),
            .refresh_token = response.text("/tokens/refreshToken"),
            .auth_session = response.text("/tokens/sessionId"),
            .client = Client(program, response.text("/tokens/accessToken"))};
}

// Sends again after a 503, as clients do: a program that has just been under load, or whose host is slow for a moment,
// refuses logins first.
Response post_until_available(Client client, const char* path, const json::object& request) {
    const auto deadline = std::chrono::steady_clock::now() + scaled(10s);
    for (;;) {
        auto response = client.post(path, request);
        if (response.status != 503 || std::chrono::steady_clock::now() > deadline) return response;
        std::this_thread::sleep_for(100ms);
    }
}

void replace_members(json::object& of, const json::object& by) {
    for (const auto& [name, value] : by) of[name] = value;
}

}  // namespace

std::string new_id() {
    return Uuid::v7(SystemClock{}.now()).to_string();
}

std::string new_email() {
    return new_id() + "@example.org";
}

std::string in_query(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte)) {
            encoded += c;
        } else {
            encoded += '%';
            encoded += kDigits[byte / 16];
            encoded += kDigits[byte % 16];
        }
    }
    return encoded;
}

Person register_person(const Program& program, json::object details) {
    json::object request{{"email", new_email()}, {"password", kPassword}, {"displayName", "Ada"}};
    replace_members(request, details);
    return logged_in(program, post_until_available(Client(program), "/api/v1/auth/register", request));
}

Person log_in_again(const Person& person) {
    const auto& program = person.client.program();
    const json::object request{{"email", person.email}, {"password", kPassword}};
    return logged_in(program, post_until_available(Client(program), kLogin, request));
}

std::string login_request_of(const Person& person) {
    const auto body = json::serialize(json::object{{"email", person.email}, {"password", kPassword}});
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", kLogin,
        body.size(), body);
}

Response refresh(const std::string& token) {
    return Client(Program::shared()).post("/api/v1/auth/refresh", {{"refreshToken", token}});
}

bool is_alive(Person& person) {
    return person.client.get(kMe).status == 200;
}

std::string meditate(Person& person) {
    const json::object start{{"kind", "breathing"}, {"plannedSeconds", 60}};
    const auto id = person.client.post(kSessions, start).text("/id");
    const auto completed = person.client.post("/api/v1/sessions/" + id + "/complete", json::object{});
    if (completed.text("/status") != "completed") throw std::runtime_error(completed.body);
    return id;
}

json::object offline_session(std::string_view started_at, json::object details) {
    json::object session{
        {"id", new_id()}, {"kind", "mindfulness"}, {"startedAt", started_at}, {"durationSeconds", 1800}};
    replace_members(session, details);
    return session;
}

void import_all(Person& person, json::array sessions) {
    const auto response = person.client.post("/api/v1/sessions/import", {{"sessions", std::move(sessions)}});
    for (const auto& result : response.at("/results").as_array())
        if (result.at("outcome") != "created") throw std::runtime_error(response.body);
}

std::vector<json::object> whole_history(Person& person, const std::string& query, int limit) {
    std::vector<json::object> sessions;
    std::string page = "/api/v1/sessions?limit=" + std::to_string(limit) + (query.empty() ? "" : "&" + query);
    for (std::string cursor;;) {
        const auto response = person.client.get(page + cursor);
        for (const auto& session : response.at("/items").as_array()) sessions.push_back(session.as_object());
        if (response.at("/nextCursor").is_null()) return sessions;
        cursor = "&cursor=" + in_query(response.text("/nextCursor"));
    }
}

bool has_counted(Person& person, std::int64_t sessions) {
    return eventually([&] { return person.client.get("/api/v1/users/me/stats").number("/totalSessions") == sessions; });
}

std::string zone_at_noon() {
    const auto now = SystemClock{}.now();
    const auto midnight = std::chrono::floor<std::chrono::days>(now);
    const auto hour = std::chrono::floor<std::chrono::hours>(now - midnight).count();
    const auto behind = hour - 12;  // hours west of Greenwich, which these names count as positive
    return std::string("Etc/GMT") + (behind < 0 ? "-" : "+") + std::to_string(std::abs(behind));
}

}  // namespace mindspace::integration
