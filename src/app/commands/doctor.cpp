// mindspace doctor: examines a Mind Space from where the command runs and reports what is wrong or risky: the settings,
// the servers and their clocks, and how the program identifies client addresses.

#include "app/commands/command_line.h"
#include "app/commands/connection.h"
#include "app/commands/http_probe.h"
#include "app/process/startup_error.h"
#include "platform/json/schema.h"
#include "platform/redis/connection/eviction.h"
#include "services/gateway/pages.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cmath>
#include <iostream>
#include <memory>

namespace mindspace::app {

namespace {

constexpr auto kClockTolerance = std::chrono::seconds(2);

// Prints one line per finding, and remembers whether anything is broken.
class Report {
public:
    void ok(std::string_view text) { print("ok  ", text); }
    void risky(std::string_view text) { print("warn", text); }
    void broken(std::string_view text) {
        print("FAIL", text);
        is_broken_ = true;
    }
    void clock(std::string_view whose, std::chrono::duration<double> ahead) {
        auto text = fmt::format("the clock of {} differs by {:+.3f} s from this machine's", whose, ahead.count());
        std::chrono::abs(ahead) < kClockTolerance
            ? ok(text)
            : broken(text + "; tokens and streaks need synchronised clocks (NTP)");
    }
    [[nodiscard]] bool is_broken() const { return is_broken_; }

private:
    static void print(std::string_view mark, std::string_view text) { fmt::print("{}  {}\n", mark, text); }
    bool is_broken_ = false;
};

void check_settings(const Config& config, Report& report) {
    report.ok("the settings are valid");
    if (config.http.public_url.starts_with("http://localhost"))
        report.risky("http.public_url is " + config.http.public_url +
                     ": links in mails do not work for other machines");
    else if (!config.http.public_url.starts_with("https://"))
        report.risky("http.public_url is not https: passwords and tokens are sent unencrypted");
    if (config.rate_limit.scale > 10) report.risky("rate_limit.scale is above 10: rate limits have little effect");
    if (config.auth.hashing.memory_kib < 19'456 || config.auth.hashing.passes < 2)
        report.risky("passwords are hashed at lower cost than OWASP recommends (19456 KiB, 2 passes)");
    if (std::ranges::find(config.cors.origins, "*") != config.cors.origins.end())
        report.risky("cors.origins allows every origin");
    for (const auto& network : config.http.trusted_proxies)
        if (network.ends_with("/0"))
            report.risky("http.trusted_proxies trusts every address: clients can forge addresses");
    if (config.management.address == "0.0.0.0")
        report.risky("management.address accepts connections from every network");
}

Awaitable<> check_postgres(postgres::Client& database, Report& report) {
    static constexpr postgres::Statement kAbout{
        "doctor_about", "SELECT current_setting('server_version'), clock_timestamp(), current_setting('fsync')"};
    auto rows = co_await database.query(kAbout);
    const auto row = rows[0];
    report.ok("PostgreSQL " + row.get<std::string>(0) + " responds");
    report.clock("PostgreSQL", row.get<Timestamp>(1) - SystemClock{}.now());
    if (row.get<std::string>(2) != "on")
        report.broken("PostgreSQL runs with fsync off: acknowledged changes may be lost");
}

Awaitable<> check_redis(redis::Client& redis, Report& report) {
    try {
        auto time = co_await redis.command({"TIME"});
        report.ok("Redis responds");
        auto seconds = std::stod(time.at(0).as_string()) + std::stod(time.at(1).as_string()) / 1e6;
        std::chrono::duration<double> here = SystemClock{}.now().time_since_epoch();
        report.clock("Redis", std::chrono::duration<double>(seconds) - here);
        auto info = co_await redis.command({"INFO", "memory"});
        if (auto policy = redis::evicting_policy(info.as_string()))
            report.broken(
                fmt::format("Redis evicts keys when it is full ({}): set maxmemory-policy noeviction", *policy));
    } catch (const Unavailable& fault) {
        report.broken(fmt::format("Redis is unavailable: {}", fault.what()));
    }
}

void check_servers(const Config& config, Report& report) {
    try {
        CommandConnection connection(config);
        auto work = [](CommandConnection& servers, Report& to) -> Awaitable<bool> {
            co_await check_postgres(servers.database(), to);
            co_await check_redis(servers.redis(), to);
            co_return true;
        };
        connection.run(work(connection, report));
    } catch (const std::exception& fault) {
        report.broken(fault.what());
    }
}

void check_program(const std::string& url, Report& report) {
    auto ready = http_get(url + "/readyz");
    if (ready.status == 0) return report.broken(fmt::format("{} does not respond: {}", url, ready.failure));
    if (ready.status != 200) return report.broken(fmt::format("{} is not ready: {}", url, ready.body));
    report.ok(url + " is ready");
    auto seen = http_get(url + "/whoami");
    auto caller = schema::from_json<gateway::ObservedCaller>(seen.body);
    if (seen.status != 200 || !caller)
        return report.broken(url + "/whoami does not return the caller: is it another program?");
    report.ok(
        fmt::format("{} sees this machine as {}; behind proxies that must be its own address, not a proxy's "
                    "(http.trusted_proxies)",
                    url, caller->address));
    report.clock(url, caller->time - SystemClock{}.now());
}

// The running program has read http.public_url when it started. Its rooms accept sockets of browsers from there, and a
// refusal is the only way in which it tells: so ask as a browser would, under a Host that is not allowed by itself.
void check_public_url(const std::string& url, const std::string& public_url, Report& report) {
    const auto origin = public_url.substr(0, public_url.find('/', public_url.find("://") + 3));
    auto refused = http_get(url + "/api/v1/groups/00000000-0000-7000-8000-000000000000/live",
                            {"Origin: " + origin, "Host: doctor.invalid", "Connection: Upgrade", "Upgrade: websocket",
                             "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="});
    if (refused.body.find("\"origin_not_allowed\"") != std::string::npos)
        report.broken(
            fmt::format("{} was started with another http.public_url than {}: restart it (systemctl restart "
                        "mindspace), or correct the setting",
                        url, public_url));
}

int run_checks(const CommandLine& line, const std::string& url) {
    Report report;
    auto config = load_settings(line);
    check_settings(config, report);
    check_servers(config, report);
    const auto& program = url.empty() ? config.http.public_url : url;
    check_program(program, report);
    check_public_url(program, config.http.public_url, report);
    std::cout.flush();
    return report.is_broken() ? EX_UNAVAILABLE : 0;
}

}  // namespace

void add_doctor_command(CLI::App& cli, CommandLine& line) {
    auto url = std::make_shared<std::string>();
    auto* command = add_command(cli, line, "doctor", "Check settings, servers, clocks and proxies for problems");
    command->add_option("--url", *url, "URL of the program; default: http.public_url");
    command->callback([&line, url] { line.action = [&line, url] { return run_checks(line, *url); }; });
}

}  // namespace mindspace::app
