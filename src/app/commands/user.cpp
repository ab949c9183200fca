// mindspace user: administers accounts.

#include "app/commands/command_line.h"
#include "app/commands/connection.h"
#include "app/commands/password_input.h"
#include "app/commands/table.h"
#include "app/process/startup_error.h"
#include "services/auth/admin/service.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace mindspace::app {

namespace {

struct UserArguments {
    std::string email_or_id;  // an email address or an id
    std::string name;
    std::string timezone = "UTC";
    std::string locale = "en";
    std::string role = "user";
    bool verified = false;
    std::int32_t limit = 100;
    bool json = false;
};

// The service with its dependencies, connected to the running Mind Space.
class Administration {
public:
    explicit Administration(const CommandLine& line)
        : config_(load_settings(line)),
          connection_(config_),
          hashing_("hashing", 1, 1),
          hasher_(hashing_, {.memory_kib = config_.auth.hashing.memory_kib, .passes = config_.auth.hashing.passes}),
          background_(connection_.loop()),
          limiter_(connection_.redis()),
          attempt_limiter_(limiter_, config_.auth.limit_scale),
          networks_(1),
          service_({.database = connection_.database(),
                    .redis = connection_.redis(),
                    .hasher = hasher_,
                    .background = background_,
                    .attempt_limiter = attempt_limiter_,
                    .networks = networks_,
                    .settings = config_.auth}) {}

    [[nodiscard]] auth::AdminService& service() { return service_; }
    template <class T>
    T run(Awaitable<T> work) {
        return connection_.run(std::move(work));
    }
    // Finds the user by address or id. Throws StartupError if there is none.
    UserId find(const std::string& email_or_id) { return value_of(run(service_.find(email_or_id))); }

    // Returns the value, or throws StartupError with all faults if the outcome is an error.
    template <class T>
    static T value_of(Result<T> outcome) {
        if (outcome) return std::move(*outcome);
        std::string sentence = outcome.error().detail;
        for (const auto& fault : outcome.error().faults)
            sentence += fmt::format("; {}: {}", fault.pointer, fault.message);
        throw StartupError(EX_DATAERR, sentence);
    }

private:
    Config config_;
    CommandConnection connection_;
    WorkerPool hashing_;
    auth::PasswordHasher hasher_;
    TaskGroup background_;
    limits::RateLimiter limiter_;
    auth::PasswordAttemptLimiter attempt_limiter_;
    auth::KnownNetworks networks_;
    auth::AdminService service_;
};

std::string yes_or_no(bool flag) {
    return flag ? "yes" : "";
}

template <class T>
void write_json(const std::vector<T>& items) {
    std::cout << schema::to_json(items) << '\n';
}

http::Role role_of(const std::string& name) {
    return schema::enum_value<http::Role>(name).value();  // the command line accepts no other
}

int create(const CommandLine& line, const UserArguments& arguments) {
    auth::Register typed{.id = {},
                         .email = arguments.email_or_id,
                         .password = read_password(),
                         .display_name = arguments.name,
                         .timezone = arguments.timezone,
                         .locale = arguments.locale};
    // Applies the rules of a registration.
    auto request = Administration::value_of(schema::from_json<auth::Register>(schema::to_json(typed)));
    Administration administration(line);
    auth::AccountByOperator account{
        .request = std::move(request), .role = role_of(arguments.role), .verified = arguments.verified};
    auto id = administration.value_of(administration.run(administration.service().create(std::move(account))));
    std::cout << id.to_string() << '\n';
    return 0;
}

int list(const CommandLine& line, const UserArguments& arguments) {
    Administration administration(line);
    std::optional<UserId> user;
    if (!arguments.email_or_id.empty()) user = administration.find(arguments.email_or_id);
    const auto accounts = administration.run(administration.service().list(user, arguments.limit));
    if (arguments.json) {
        write_json(accounts);
        return 0;
    }
    std::vector<TableRow> rows{{"ID", "EMAIL", "VERIFIED", "NAME", "ROLE", "DISABLED", "CREATED"}};
    for (const auto& account : accounts)
        rows.push_back({account.id.to_string(), account.email, yes_or_no(account.email_verified), account.display_name,
                        std::string(schema::enum_name(account.role)), yes_or_no(account.disabled),
                        format_timestamp(account.created_at)});
    write_table(std::cout, std::move(rows));
    return 0;
}

int list_sessions(const CommandLine& line, const UserArguments& arguments) {
    Administration administration(line);
    const auto user = administration.find(arguments.email_or_id);
    const auto sessions = administration.run(administration.service().list_sessions(user));
    if (arguments.json) {
        write_json(sessions);
        return 0;
    }
    std::vector<TableRow> rows{{"ID", "DEVICE", "IP", "CREATED", "LAST USED", "USER AGENT"}};
    for (const auto& session : sessions)
        rows.push_back({session.id.to_string(), session.device_name.value_or(""), session.ip,
                        format_timestamp(session.created_at), format_timestamp(session.last_used_at),
                        session.user_agent});
    write_table(std::cout, std::move(rows));
    return 0;
}

int set_role(const CommandLine& line, const UserArguments& arguments) {
    Administration administration(line);
    administration.run(
        administration.service().set_role(administration.find(arguments.email_or_id), role_of(arguments.role)));
    return 0;
}

int disable(const CommandLine& line, const UserArguments& arguments) {
    Administration administration(line);
    administration.run(administration.service().disable(administration.find(arguments.email_or_id)));
    return 0;
}

int enable(const CommandLine& line, const UserArguments& arguments) {
    Administration administration(line);
    administration.run(administration.service().enable(administration.find(arguments.email_or_id)));
    return 0;
}

}  // namespace

void add_user_command(CLI::App& cli, CommandLine& line) {
    auto arguments = std::make_shared<UserArguments>();
    auto* user = cli.add_subcommand("user", "Manage accounts");
    user->require_subcommand(1);
    auto add = [&](const char* name, const char* sentence, int (*action)(const CommandLine&, const UserArguments&)) {
        auto* command = add_command(*user, line, name, sentence);
        command->callback([&line, arguments, action] {
            line.action = [&line, arguments, action] { return action(line, *arguments); };
        });
        return command;
    };
    auto add_user_option = [&](CLI::App* command) {
        return command->add_option("USER", arguments->email_or_id, "Email address or id");
    };
    const auto roles = CLI::IsMember(std::vector<std::string>{"user", "admin"});

    auto* create_command = add("create", "Create an account; the password is read from standard input", &create);
    create_command->add_option("EMAIL", arguments->email_or_id, "Email address")->required();
    create_command->add_option("--name", arguments->name, "Display name")->required();
    create_command->add_option("--role", arguments->role, "user or admin")->check(roles);
    create_command->add_option("--timezone", arguments->timezone, "IANA name");
    create_command->add_option("--locale", arguments->locale, "BCP 47 language tag");
    create_command->add_flag("--verified", arguments->verified, "Mark the address as verified: no verification mail");

    auto* list_command = add("list", "List accounts, newest first", &list);
    add_user_option(list_command);
    list_command->add_option("--limit", arguments->limit, "Maximum number")->check(CLI::Range(1, 1'000'000));
    list_command->add_flag("--json", arguments->json, "As JSON");

    auto* role_command = add("role", "Set the role of a user", &set_role);
    add_user_option(role_command)->required();
    role_command->add_option("ROLE", arguments->role, "user or admin")->required()->check(roles);

    add_user_option(add("disable", "Disable an account and end its login sessions", &disable))->required();
    add_user_option(add("enable", "Enable an account", &enable))->required();

    auto* sessions_command = add("sessions", "List a user's login sessions", &list_sessions);
    add_user_option(sessions_command)->required();
    sessions_command->add_flag("--json", arguments->json, "As JSON");
}

}  // namespace mindspace::app
