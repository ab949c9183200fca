// mindspace events dead-letters: lists the events that consumers could not handle, and retries them.

#include "app/commands/command_line.h"
#include "app/commands/connection.h"
#include "app/commands/table.h"
#include "app/process/startup_error.h"
#include "platform/events/cloud_event.h"
#include "platform/events/dead_letters.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <optional>

namespace mindspace::app {

namespace {

constexpr std::int64_t kMaxShown = 1000;

int list(const CommandLine& line) {
    const auto config = load_settings(line);
    CommandConnection connection(config);
    std::vector<TableRow> rows{{"ID", "TYPE", "USER", "OCCURRED", "MOVED", "CONSUMER", "ERROR"}};
    for (auto& letter : connection.run(events::list_dead_letters(connection.database(), kMaxShown)))
        rows.push_back({std::move(letter.id), std::move(letter.type), letter.user.to_string(),
                        format_timestamp(letter.occurred_at), format_timestamp(letter.failed_at),
                        std::move(letter.consumer), std::move(letter.error)});
    write_table(std::cout, std::move(rows));
    return 0;
}

// Without an id: all of them.
int retry(const CommandLine& line, const std::optional<std::string>& id) {
    std::optional<events::Position> which;
    if (id) {
        which = events::parse_event_id(*id);
        if (!which) throw StartupError(EX_USAGE, "invalid event id: " + *id);
    }
    const auto config = load_settings(line);
    CommandConnection connection(config);
    const auto count = connection.run(events::retry_dead_letters(connection.database(), std::move(which)));
    std::cout << count << (count == 1 ? " event is" : " events are") << " published again\n";
    if (id && count == 0) throw StartupError(EX_USAGE, "unknown dead letter " + *id);
    return 0;
}

}  // namespace

void add_events_command(CLI::App& cli, CommandLine& line) {
    auto* events = cli.add_subcommand("events", "Manage events that could not be handled");
    events->require_subcommand(1);
    auto* letters = events->add_subcommand("dead-letters", "Events that could not be handled");
    letters->require_subcommand(1);
    add_command(*letters, line, "list", "List them, oldest first, with the reason")->callback([&line] {
        line.action = [&line] { return list(line); };
    });

    struct Choice {
        std::string id;
        bool all = false;
    };
    auto choice = std::make_shared<Choice>();
    auto* command = add_command(*letters, line, "retry", "Publish one, or --all, again");
    auto* one = command->add_option("ID", choice->id, "Id as in the list");
    command->add_flag("--all", choice->all, "All dead letters")->excludes(one);
    command->callback([&line, choice] {
        if (choice->id.empty() && !choice->all) throw CLI::RequiredError("an ID or --all");
        line.action = [&line, choice] { return retry(line, choice->all ? std::nullopt : std::optional(choice->id)); };
    });
}

}  // namespace mindspace::app
