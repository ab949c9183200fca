#include "app/program.h"

#include "app/cores.h"
#include "app/jobs/key_watch.h"
#include "app/process/backends.h"
#include "app/process/gateway_secret.h"
#include "app/process/handover.h"
#include "app/process/signals.h"
#include "app/process/startup_error.h"
#include "platform/telemetry/log/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace mindspace::app {

namespace {

constexpr auto kSignalPoll = std::chrono::milliseconds(200);

bool has_auth(const std::vector<const Role*>& roles) {
    return std::ranges::any_of(roles, [](const Role* role) { return role->name == "auth"; });
}

// For the embedded servers and the key that signs.
bool needs_directory(const Config& config, const std::vector<const Role*>& roles) {
    return config.database.url.empty() || config.redis.url.empty() || has_auth(roles);
}

// Its user may be another than the one that will read the files again.
void require_readable(std::string_view setting, const std::string& file) {
    if (::access(file.c_str(), R_OK) != 0)
        throw StartupError(EX_CONFIG, fmt::format("{}: {} cannot be read by {}: {}", setting, file,
                                                  user_name(::geteuid()), std::strerror(errno)));
}

// Of the keyed hashes that several processes compare: those of kept responses and of addresses. A process with all
// roles has one in its data directory unless told otherwise; where the roles run apart, or several nodes of them, they
// must be given the same.
std::optional<Secret> configured_secret(const Config& config, const std::vector<const Role*>& roles) {
    auto keeps_hashes = [](const Role* role) { return role->name == "auth" || role->name == "meditation"; };
    if (config.auth.secret_file.empty()) {
        if (has_all(roles) || std::ranges::none_of(roles, keeps_hashes)) return std::nullopt;
        throw StartupError(EX_CONFIG,
                           "auth.secret_file must be set where the roles auth and meditation run apart: the same file "
                           "for every process of them");
    }
    try {
        return Secret::load_or_create(config.auth.secret_file);
    } catch (const std::runtime_error& fault) {
        throw StartupError(EX_CONFIG, std::string("auth.secret_file: ") + fault.what());
    }
}

void read_certificates(Shared& shared) {
    require_readable("tls.certificate", shared.config.tls.certificate);
    require_readable("tls.key", shared.config.tls.key);
    try {
        shared.tls.emplace(shared.config.tls.certificate, shared.config.tls.key);
    } catch (const std::runtime_error& fault) {
        throw StartupError(EX_CONFIG, std::string("tls.certificate, tls.key: ") + fault.what());
    }
}

// The old ones stay when the new ones are no good.
void reload_certificates(Shared& shared) {
    if (!shared.tls) return;
    try {
        shared.tls->reload();
        log::info("certificates read again");
    } catch (const std::runtime_error& fault) {
        log::error("certificates not read again", {{"error.message", fault.what()}});
    }
}

// Root makes what the account of the program could not, and becomes it.
void give_up_root(const Config& config, const std::optional<std::filesystem::path>& data) {
    const auto account = program_account(config.process.user);
    if (data) hand_over_data(*data, account);
    hand_over_logs(config.log.options.directory, account);
    become(account);
}

void start_log(const log::LogOptions& options) {
    try {
        log::start(options);
    } catch (const std::exception& fault) {
        throw StartupError(EX_CONFIG, fmt::format("log.directory: {}", fault.what()));
    }
}

}  // namespace

void run_program(Config config, const std::vector<const Role*>& roles) {
    // Threads inherit the mask, and those of the log are the first: signals reach only wait() below. Children get a
    // mask of their own.
    const Signals signals;
    // What may take root comes first: ports, secrets, and what becomes the account's.
    Ports ports(config, roles);
    auto gateway_keys = load_gateway_keys(config, roles);
    auto secret = configured_secret(config, roles);
    // Roles without anything to keep may share a machine without a directory each.
    std::optional<std::filesystem::path> data;
    if (needs_directory(config, roles)) data = data_root(config);
    const bool is_root = ::geteuid() == 0;
    give_up_root(config, data);

    start_log(config.log.options);
    if (is_root) log::info("gave up root", {{"user.name", user_name(::geteuid())}});
    std::optional<DataDirectory> directory;
    if (data) directory.emplace(*data);
    if (!secret && has_all(roles)) secret = Secret::load_or_create(directory->keys() / "secret");
    BackendServers servers(config, directory);
    Shared shared(config, servers.where(), ports);
    shared.gateway_keys = std::move(gateway_keys);
    shared.secret = std::move(secret);
    if (has_auth(roles)) {
        shared.signing_key = auth::SigningKey::load_or_create(signing_key_file(directory->root()));
        shared.mail_directory = directory->mail();
    }
    if (config.tls.is_on() && has_gateway(roles)) read_certificates(shared);
    int applied = prepare_database(servers.where().direct_database, config, shared.signing_key);
    if (applied > 0) log::info("schema migrated", {{"mindspace.migrations", applied}});

    auto cores = std::make_unique<Cores>(shared);
    cores->open(roles);
    cores->start();
    for (const auto& [role, port] : cores->ports())
        log::info("Mind Space is ready at " + config.http.public_url,
                  {{"mindspace.role", role},
                   {"mindspace.port", port},
                   {"mindspace.management_port", cores->management_port()}});

    std::optional<KeyWatch> keys;
    if (has_auth(roles))
        keys.emplace(signing_key_file(directory->root()), *shared.signing_key, config.auth.access_token_ttl,
                     cores->first().loop, cores->first().database,
                     [&cores](const auth::SigningKey& key) { cores->use_key(key); });
    for (auto signal = Signal::none; signal != Signal::stop; signal = signals.wait(kSignalPoll)) {
        if (signal == Signal::reload) reload_certificates(shared);
        servers.poll();
        if (keys) keys->poll(std::chrono::steady_clock::now());
    }

    log::info("stopping");
    cores->drain();
    if (!cores->stop()) {
        log::error("a core did not end in time");
        servers.stop();
        log::shutdown();
        std::_Exit(EX_SOFTWARE);  // what it still holds must not be destroyed under it
    }
    cores.reset();
    servers.stop();
    log::info("stopped");
}

std::filesystem::path signing_key_file(const std::filesystem::path& data_directory) {
    return data_directory / "keys" / "access-token.pem";
}

int run_migrations(const Config& config) {
    give_up_root(config, {});
    start_log(config.log.options);
    return prepare_database(configured_database(config), config, {});
}

}  // namespace mindspace::app
