// mindspace analytics: recomputes the statistics from the history, or checks whether they agree with it. Both work
// while the program is running.

#include "app/commands/command_line.h"
#include "app/commands/connection.h"
#include "app/process/backends.h"
#include "app/process/startup_error.h"
#include "platform/postgres/connection/session.h"
#include "services/analytics/verification/rebuild.h"
#include "services/analytics/verification/verify.h"
#include "services/user/client.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

namespace mindspace::app {

namespace {

constexpr Milliseconds kTimeout{600'000};       // per statement: a user may have a long history
constexpr Milliseconds kVerifyTimeout{30'000};  // waiting for events in flight

struct AnalyticsArguments {
    std::string user;
    std::int64_t users = 1000;
};

std::optional<UserId> user_of(const AnalyticsArguments& arguments) {
    if (arguments.user.empty()) return std::nullopt;
    auto user = UserId::parse(arguments.user);
    if (!user) throw StartupError(EX_USAGE, "--user must be a user id, as listed by `mindspace user list`");
    return user;
}

Awaitable<analytics::Rebuilt> rebuild_on(postgres::Session& session, std::optional<UserId> user) {
    co_await session.connect();
    co_return co_await analytics::rebuild(session, user);
}

Awaitable<analytics::Verification> verify_on(postgres::Session& session, std::optional<UserId> user,
                                             std::int64_t count) {
    co_await session.connect();
    std::vector<UserId> users;
    if (user)
        users.push_back(*user);
    else
        users = co_await user::sample_users(session, count);
    co_return co_await analytics::verify(session, std::move(users), kVerifyTimeout);
}

int rebuild(const CommandLine& line, const AnalyticsArguments& arguments) {
    auto config = load_settings(line);
    auto user = user_of(arguments);
    CommandConnection connection(config);
    postgres::Session session(connection.loop(),
                              {.conninfo = running_backends(config).database, .query_timeout = kTimeout});
    auto rebuilt = connection.run(rebuild_on(session, user));
    if (user && rebuilt.users == 0) throw StartupError(EX_USAGE, "unknown user");
    fmt::print("rebuilt: {} users; {} facts were wrong\n", rebuilt.users, rebuilt.facts);
    return 0;
}

int verify(const CommandLine& line, const AnalyticsArguments& arguments) {
    auto config = load_settings(line);
    auto user = user_of(arguments);
    CommandConnection connection(config);
    postgres::Session session(connection.loop(),
                              {.conninfo = running_backends(config).database, .query_timeout = kTimeout});
    auto found = connection.run(verify_on(session, user, arguments.users));
    for (auto id : found.diverging) fmt::print("{} differs from the history\n", id.to_string());
    for (auto id : found.undecided) fmt::print("{} has events in flight\n", id.to_string());
    fmt::print("compared: {} users; {} differ, {} undecided\n", found.users, found.diverging.size(),
               found.undecided.size());
    if (!found.diverging.empty()) return EX_DATAERR;
    return found.undecided.empty() ? 0 : EX_TEMPFAIL;
}

}  // namespace

void add_analytics_command(CLI::App& cli, CommandLine& line) {
    auto arguments = std::make_shared<AnalyticsArguments>();
    auto* analytics = cli.add_subcommand("analytics", "Rebuild and verify statistics");
    analytics->require_subcommand(1);
    auto add = [&](const char* name, const char* sentence,
                   int (*action)(const CommandLine&, const AnalyticsArguments&)) {
        auto* command = add_command(*analytics, line, name, sentence);
        command->add_option("--user", arguments->user, "Only this user (id)");
        command->callback([&line, arguments, action] {
            line.action = [&line, arguments, action] { return action(line, *arguments); };
        });
        return command;
    };
    add("rebuild", "Rebuild facts and totals from the history", &rebuild);
    add("verify", "Compare facts and totals with the history", &verify)
        ->add_option("--users", arguments->users, "Approximate number of random users")
        ->check(CLI::Range(1, 1'000'000'000));
}

}  // namespace mindspace::app
