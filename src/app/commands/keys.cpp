// mindspace keys rotate: creates a new key to sign access tokens with. The running program notices the new file and
// signs with it once all nodes and clients can have learnt the key (signing_key_watcher.h). The old key stays valid
// until its last token has expired, or with --now is withdrawn at once.

#include "app/commands/command_line.h"
#include "app/commands/connection.h"
#include "app/process/account.h"
#include "app/process/backends.h"
#include "app/program.h"
#include "services/auth/tokens/key_store.h"

#include <unistd.h>
#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace mindspace::app {

namespace {

namespace fs = std::filesystem;

enum class End { with_the_last_token, now };  // when the old key becomes invalid

Awaitable<> publish(postgres::Client& database, auth::SigningKey key, std::optional<std::string> replaces, End end) {
    auth::KeyStore store(database);
    const auto now = SystemClock{}.now();
    if (end == End::now && replaces)
        co_await store.replace_now(std::move(key), std::move(*replaces), now);
    else
        co_await store.publish(std::move(key), std::move(replaces), now);
}

// The new key is published first: a program that is killed at any point never signs with an unpublished key.
int rotate(const CommandLine& line, End end) {
    auto config = load_settings(line);
    config.data_dir = data_root(config);
    const auto file = signing_key_file(config.data_dir);
    if (::geteuid() == 0) switch_account(owner_of(file.parent_path()));  // the program must own the key
    CommandConnection connection(config);
    std::optional<std::string> old_kid;
    if (fs::exists(file)) old_kid = auth::SigningKey::load(file).kid();

    auto draft = file;
    draft += ".new";
    const auto key = auth::SigningKey::create(draft);
    connection.run(publish(connection.database(), key, old_kid, end));
    fs::rename(draft, file);
    std::cout << "new key: " << key.kid() << '\n';
    if (old_kid)
        std::cout << "old key: " << *old_kid
                  << (end == End::now ? " (withdrawn)\n" : " (valid until its last token has expired)\n");
    return 0;
}

}  // namespace

void add_keys_command(CLI::App& cli, CommandLine& line) {
    auto* keys = cli.add_subcommand("keys", "Manage the signing keys of access tokens");
    keys->require_subcommand(1);
    auto* rotate_command =
        add_command(*keys, line, "rotate", "Sign with a new key; the running program notices it automatically");
    auto end = std::make_shared<End>(End::with_the_last_token);
    rotate_command->add_flag_callback(
        "--now", [end] { *end = End::now; },
        "The old key is compromised: reject its tokens at once; clients continue with their refresh tokens");
    rotate_command->callback([&line, end] { line.action = [&line, end] { return rotate(line, *end); }; });
}

}  // namespace mindspace::app
