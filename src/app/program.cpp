#include "app/program.h"

#include "app/backup/jobs/schedule.h"
#include "app/backup/jobs/setup.h"
#include "app/modules.h"
#include "app/process/backends.h"
#include "app/process/gateway_secret.h"
#include "app/process/handover.h"
#include "app/process/notify.h"
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
constexpr auto kMaxStartTime = std::chrono::minutes(15);  // a migration of large tables

std::string names_of(const Roles& roles) {
    std::string names;
    for (const auto* role : roles) names += (names.empty() ? "" : ", ") + std::string(role->name);
    return names;
}

// A directory is needed for the embedded servers and the roles' files.
bool needs_directory(const Config& config, const Roles& roles) {
    return config.database.url.empty() || config.redis.url.empty() || std::ranges::any_of(roles, &Role::stores_files);
}

// The user of this process may differ from the user that reads the files again later.
void require_readable(std::string_view setting, const std::string& file) {
    if (::access(file.c_str(), R_OK) == 0) return;
    const int reason = errno;  // user_name() changes it
    throw StartupError(EX_CONFIG, fmt::format("{}: {} cannot be read by {}: {}", setting, file, user_name(::geteuid()),
                                              std::strerror(reason)));
}

// The secret for keyed hashes that several processes compare: those of stored responses and of addresses. A process
// with all roles has one in its data directory unless configured otherwise; separate roles or several nodes must be
// given the same secret.
std::optional<Secret> configured_secret(const Config& config, const Roles& roles) {
    if (config.secret_file.empty()) {
        if (has_all(roles) || std::ranges::none_of(roles, &Role::shares_secret)) return std::nullopt;
        throw StartupError(EX_CONFIG,
                           fmt::format("auth.secret_file must be set where the roles {} run apart: the same file for "
                                       "every process of them",
                                       role_names(" and ", &Role::shares_secret)));
    }
    try {
        return Secret::load_or_create(config.secret_file);
    } catch (const std::runtime_error& fault) {
        throw StartupError(EX_CONFIG, std::string("auth.secret_file: ") + fault.what());
    }
}

void read_certificates(const TlsSettings& tls, std::optional<http::TlsCertificates>& certificates) {
    require_readable("tls.certificate", tls.certificate);
    require_readable("tls.key", tls.key);
    try {
        certificates.emplace(tls.certificate, tls.key);
    } catch (const std::runtime_error& fault) {
        throw StartupError(EX_CONFIG, std::string("tls.certificate, tls.key: ") + fault.what());
    }
}

// The old certificates stay in use if the new ones are invalid.
void reload_certificates(std::optional<http::TlsCertificates>& certificates) {
    if (!certificates) return;
    try {
        certificates->reload();
        log::info("certificates reloaded");
    } catch (const std::runtime_error& fault) {
        log::error("certificates not reloaded", {{"error.message", fault.what()}});
    }
}

// As root, creates what the program's account could not, then switches to that account.
void drop_root(const Config& config, const std::optional<std::filesystem::path>& data) {
    const auto account = program_account(config.process.user);
    if (data) hand_over_data(*data, account);
    if (config.database.url.empty()) hand_over_backups(config.backup.directory, account);
    hand_over_logs(config.log.options.directory, account);
    switch_account(account);
}

void start_log(log::LogOptions options, const Roles& roles) {
    for (const auto* role : roles) options.roles.emplace_back(role->name);
    try {
        log::start(options);
    } catch (const std::exception& fault) {
        throw StartupError(EX_CONFIG, fmt::format("log.directory: {}", fault.what()));
    }
}

// From the configured level to debug, and back.
void toggle_debug(log::Level configured) {
    const auto level = log::level() == log::Level::debug ? configured : log::Level::debug;
    log::set_level(log::Level::debug);  // for this line, whatever the levels are
    log::info("log level changed", {{"mindspace.log_level", log::names_of(level)[static_cast<std::size_t>(level)]}});
    log::set_level(level);
}

}  // namespace

void run_program(Config config, const Roles& roles) {
    // Threads inherit the signal mask, and the first threads are those of the log: only wait() below receives signals.
    // Child processes get their own mask.
    const Signals signals;
    ServiceManager manager;
    // Work that may require root comes first: ports, secrets, and files that are handed over to the account.
    Ports ports(config, roles);
    auto gateway_keys = load_gateway_keys(config, roles);
    auto secret = configured_secret(config, roles);
    // Roles without files may share a machine without a directory for each.
    std::optional<std::filesystem::path> data;
    if (needs_directory(config, roles)) {
        data = data_root(config);
        config.data_dir = data->native();  // the default is another one without root
    }
    const bool is_root = ::geteuid() == 0;
    drop_root(config, data);

    start_log(config.log.options, roles);
    if (is_root) log::info("dropped root privileges", {{"user.name", user_name(::geteuid())}});
    std::optional<DataDirectory> directory;
    if (data) directory.emplace(*data);
    if (!secret && has_all(roles)) secret = Secret::load_or_create(directory->keys() / "secret");
    const auto backups = backup::set_up(config);
    BackendServers servers(config, directory, backups ? backups->archive_command : "");
    ProcessResources process(config, roles, ports);
    if (backups) process.backup_status = backups->layout.status();
    if (config.traces.is_on()) process.tracing = std::make_unique<Tracing>(config.traces, roles);
    process.gateway_keys = std::move(gateway_keys);
    process.secret = std::move(secret);
    if (directory) process.files = {.signing_key = signing_key_file(directory->root()), .mail = directory->mail()};
    if (config.tls.is_on() && has_gateway(roles)) read_certificates(config.tls, process.tls);

    auto cores =
        std::make_unique<Cores>(config, servers.where(), process.tracing ? &process.tracing->tracer() : nullptr);
    add_modules(*cores, process);
    const auto prepare = [&cores](postgres::Session& session) { return cores->prepare(session); };
    manager.starting("waiting for PostgreSQL and migrating", kMaxStartTime);
    int applied = prepare_database(servers.where().direct_database, config, prepare);
    if (applied > 0) log::info("schema migrated", {{"mindspace.migrations", applied}});
    cores->start();
    for (const auto& [role, port] : ports.of_roles())
        log::info("Mind Space is ready at " + config.http.public_url,
                  {{"mindspace.role", role},
                   {"mindspace.port", port.number()},
                   {"mindspace.management_port", ports.management().number()}});

    std::optional<backup::Schedule> backup_schedule;
    if (backups) backup_schedule.emplace(config, backups->layout);
    const auto status = "serving " + names_of(roles);
    manager.ready(status);
    for (auto signal = Signal::none; signal != Signal::stop; signal = signals.wait(kSignalPoll)) {
        const auto now = std::chrono::steady_clock::now();
        if (signal == Signal::reload) {
            manager.reloading();
            reload_certificates(process.tls);
            manager.ready(status);
        }
        if (signal == Signal::reopen_log) log::reopen();
        if (signal == Signal::toggle_debug) toggle_debug(config.log.options.level);
        log::tick();
        servers.poll();
        if (backup_schedule) backup_schedule->poll(now);
        if (manager.is_keep_alive_due(now) && cores->respond(manager.watchdog_interval())) manager.keep_alive(now);
    }

    log::info("stopping");
    backup_schedule.reset();
    manager.stopping("draining");
    cores->drain(config.http.drain);
    if (!cores->stop()) {
        log::error("a core did not stop in time");
        servers.stop();
        log::shutdown();
        std::_Exit(EX_SOFTWARE);  // the thread still uses these objects: they must not be destroyed
    }
    cores.reset();
    servers.stop();
    log::info("stopped");
}

std::filesystem::path signing_key_file(const std::filesystem::path& data_directory) {
    return data_directory / "keys" / "access-token.pem";
}

int run_migrations(const Config& config) {
    drop_root(config, {});
    start_log(config.log.options, {});
    return prepare_database(configured_database(config), config, {});
}

}  // namespace mindspace::app
