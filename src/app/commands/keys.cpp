// mindspace keys rotate: another key to sign access tokens with. The running program notices the new file and signs
// with it once everybody can have learnt of it (key_watch.h); the old key is known until its last token has expired.

#include "app/backends.h"
#include "app/commands/command_line.h"
#include "app/commands/connection.h"
#include "app/embedded/account.h"
#include "app/program.h"
#include "services/auth/key_store.h"

#include <unistd.h>
#include <CLI/CLI.hpp>

#include <iostream>

namespace mindspace::app {

namespace {

namespace fs = std::filesystem;

Awaitable<> publish(postgres::Client& database, auth::SigningKey key, std::optional<std::string> replaces) {
    auth::KeyStore store(database);
    co_await store.publish(std::move(key), std::move(replaces), SystemClock{}.now());
}

// Published first: a program that is killed at any point never signs with a key that nobody knows.
int rotate(const CommandLine& line) {
    auto config = load_settings(line);
    config.data_dir = data_root(config);
    const auto file = signing_key_file(config.data_dir);
    if (::geteuid() == 0) become(owner_of(file.parent_path()));  // the key has to be the program's
    CommandConnection connection(config);
    std::optional<std::string> old_kid;
    if (fs::exists(file)) old_kid = auth::SigningKey::load(file).kid();

    auto draft = file;
    draft += ".new";
    const auto key = auth::SigningKey::create(draft);
    connection.run(publish(connection.database(), key, old_kid));
    fs::rename(draft, file);
    std::cout << "new key: " << key.kid() << '\n';
    if (old_kid) std::cout << "old key: " << *old_kid << " (valid until its last token has expired)\n";
    return 0;
}

}  // namespace

void add_keys_command(CLI::App& cli, CommandLine& line) {
    auto* keys = cli.add_subcommand("keys", "Look after the keys that access tokens are signed with");
    keys->require_subcommand(1);
    add_command(*keys, line, "rotate", "Sign with a new key from now on; the running program notices by itself")
        ->callback([&line] { line.action = [&line] { return rotate(line); }; });
}

}  // namespace mindspace::app
