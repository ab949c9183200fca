// Registration and login.

#include "support/program/person.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <thread>

namespace mindspace::integration {
namespace {

using testing::UnorderedElementsAre;

json::object registration(json::object more = {}) {
    json::object request{{"email", new_email()}, {"password", kPassword}, {"displayName", "Ada"}};
    for (const auto& [name, value] : more) request[name] = value;
    return request;
}

Response register_with(const json::object& request) {
    return Client(Program::shared()).post("/api/v1/auth/register", request);
}

Response log_in_with(std::string_view email, std::string_view password) {
    return Client(Program::shared()).post("/api/v1/auth/login", {{"email", email}, {"password", password}});
}

TEST(Registration, ReturnsTheUserAndWorkingTokens) {
    const auto request = registration({{"timezone", "Europe/Berlin"}, {"locale", "de"}});
    const auto response = register_with(request);
    ASSERT_TRUE(is(response, 201));
    EXPECT_EQ(response.at("/user/email"), request.at("email"));
    EXPECT_EQ(response.at("/user/emailVerified"), false);
    EXPECT_EQ(response.at("/user/displayName"), "Ada");
    EXPECT_EQ(response.at("/user/timezone"), "Europe/Berlin");
    EXPECT_EQ(response.at("/user/locale"), "de");
    EXPECT_TRUE(response.at("/user/avatarUrl").is_null());
    EXPECT_EQ(response.at("/user/dayStartHour"), 0);
    EXPECT_EQ(response.at("/user/role"), "user");
    EXPECT_EQ(response.at("/tokens/tokenType"), "Bearer");
    EXPECT_EQ(response.at("/tokens/expiresIn"), 900);
    EXPECT_EQ(response.at("/tokens/refreshExpiresIn"), 604800);

    const auto me = Client(Program::shared(), response.text("/tokens/accessToken")).get("/api/v1/users/me");
    ASSERT_TRUE(is(me, 200));
    EXPECT_EQ(me.document, response.at("/user"));
}

TEST(Registration, DefaultsToUtcAndEnglish) {
    const auto response = register_with(registration());
    ASSERT_TRUE(is(response, 201));
    EXPECT_EQ(response.at("/user/timezone"), "UTC");
    EXPECT_EQ(response.at("/user/locale"), "en");
}

TEST(Registration, RefusesATakenAddressIgnoringCase) {
    const auto person = register_person();
    auto upper_case = person.email;
    std::ranges::transform(upper_case, upper_case.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    ASSERT_NE(upper_case, person.email);
    EXPECT_TRUE(is_problem(register_with(registration({{"email", person.email}})), 409, "email_taken"));
    EXPECT_TRUE(is_problem(register_with(registration({{"email", upper_case}})), 409, "email_taken"));
}

TEST(Registration, RefusesACommonPassword) {
    const auto response = register_with(registration({{"password", "password123"}}));
    EXPECT_TRUE(is_problem(response, 422, "password_breached"));
    EXPECT_THAT(faults_of(response), UnorderedElementsAre("/password password_breached"));
}

TEST(Registration, CountsPasswordLengthInCharactersNotBytes) {
    EXPECT_TRUE(is(register_with(registration({{"password", "ÿÿÿÿÿÿÿ"}})), 422));    // 7 characters, 14 bytes
    EXPECT_TRUE(is(register_with(registration({{"password", "ÿêœ🙂ßñøž"}})), 201));  // 8
    std::string longest;
    for (int i = 0; i < 128; ++i) longest += "ż";
    EXPECT_TRUE(is(register_with(registration({{"password", longest}})), 201));
    EXPECT_TRUE(is(register_with(registration({{"password", longest + "ż"}})), 422));
}

TEST(Registration, CountsPasswordLengthAfterNormalisation) {
    std::string decomposed;
    for (int i = 0; i < 128; ++i) decomposed += "z\u0307";
    EXPECT_TRUE(is(register_with(registration({{"password", decomposed}})), 201));
    const auto brief = register_with(registration({{"password", "e\u0301e\u0301e\u0301e\u0301"}}));
    EXPECT_TRUE(is_problem(brief, 422, "validation_failed"));
    EXPECT_THAT(faults_of(brief), UnorderedElementsAre("/password too_short"));
}

TEST(Registration, TreatsSpellingsOfADomainAsOneAddress) {
    const auto name = new_email();
    const auto local = name.substr(0, name.find('@') + 1);
    const auto response = register_with(registration({{"email", " " + local + "bücher.example\n"}}));
    ASSERT_TRUE(is(response, 201));
    EXPECT_EQ(response.text("/user/email"), local + "bücher.example");
    EXPECT_TRUE(
        is_problem(register_with(registration({{"email", local + "xn--bcher-kva.example"}})), 409, "email_taken"));
    EXPECT_TRUE(is(log_in_with("\t" + local + "XN--BCHER-KVA.example ", kPassword), 200));
    EXPECT_TRUE(is(register_with(registration({{"email", "n2" + name}})), 201));
    EXPECT_TRUE(is(register_with(registration({{"email", "n²" + name}})), 201));
}

TEST(Registration, ReportsAllFaultsTogether) {
    const auto response = register_with({{"email", "nobody"},
                                         {"password", "short"},
                                         {"timezone", "Mars/Olympus_Mons"},
                                         {"locale", 7},
                                         {"isAdmin", true}});
    ASSERT_TRUE(is_problem(response, 422, "validation_failed"));
    EXPECT_THAT(faults_of(response),
                UnorderedElementsAre("/email invalid_format", "/password too_short", "/displayName required",
                                     "/timezone invalid_format", "/locale wrong_type", "/isAdmin unknown_field"));
}

TEST(Registration, SucceedsOnceUnderConcurrentRequestsForOneAddress) {
    const auto request = registration();
    std::atomic<int> created = 0;
    std::atomic<int> taken = 0;
    {
        std::vector<std::jthread> clients;
        for (int i = 0; i < 4; ++i)
            clients.emplace_back([&] {
                const auto response = register_with(request);
                if (response.status == 201) ++created;
                if (is_problem(response, 409, "email_taken")) ++taken;
            });
    }
    EXPECT_EQ(created, 1);
    EXPECT_EQ(taken, 3);
}

TEST(Login, OpensASeparateLoginSession) {
    const auto person = register_person();
    const auto again = log_in_again(person);
    EXPECT_EQ(again.id, person.id);
    EXPECT_NE(again.auth_session, person.auth_session);
    EXPECT_NE(again.refresh_token, person.refresh_token);
}

TEST(Login, IgnoresTheCaseOfTheAddress) {
    const auto person = register_person();
    auto upper_case = person.email;
    std::ranges::transform(upper_case, upper_case.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto response = log_in_with(upper_case, kPassword);
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.text("/user/id"), person.id);
}

TEST(Login, UnknownAddressAndWrongPasswordLookTheSame) {
    const auto person = register_person();
    auto wrong = log_in_with(person.email, "quite another one");
    auto unknown = log_in_with(new_email(), kPassword);
    EXPECT_TRUE(is_problem(wrong, 401, "invalid_credentials"));
    EXPECT_TRUE(is_problem(unknown, 401, "invalid_credentials"));
    for (auto* response : {&wrong, &unknown}) response->document.as_object()["requestId"] = "";
    EXPECT_EQ(wrong.document, unknown.document);
}

TEST(Login, WithAnUnknownAddressTakesAsLongAsAPasswordHash) {
    const auto person = register_person();
    const auto time_of = [](std::string_view email) -> std::chrono::nanoseconds {
        const auto began = std::chrono::steady_clock::now();
        EXPECT_TRUE(is(log_in_with(email, "quite another one"), 401));
        return std::chrono::steady_clock::now() - began;
    };
    // Measured alternately, taking the minimum until both were fast once, because the machine may be busy. In builds
    // with cheap hashes, everything else takes as long as the hash.
    auto known = std::chrono::nanoseconds::max();
    auto unknown = known;
    int times = 0;
    EXPECT_TRUE(eventually([&] {
        known = std::min(known, time_of(person.email));
        unknown = std::min(unknown, time_of(new_email()));
        return ++times >= 5 && known < 2 * unknown + scaled(1ms) && unknown < 2 * known + scaled(1ms);
    })) << known.count()
        << " ns, and of an unknown address " << unknown.count();
}

TEST(Login, RefusesUnknownFields) {
    const auto person = register_person();
    const auto response =
        Client(Program::shared())
            .post("/api/v1/auth/login", {{"email", person.email}, {"password", kPassword}, {"a~b/c", 1}});
    ASSERT_TRUE(is_problem(response, 422, "validation_failed"));
    EXPECT_THAT(faults_of(response), UnorderedElementsAre("/a~0b~1c unknown_field"));
}

}  // namespace
}  // namespace mindspace::integration
