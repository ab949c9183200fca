#include "app/program.h"

#include "app/backends.h"
#include "app/core.h"
#include "app/embedded/startup_error.h"
#include "app/key_watch.h"
#include "app/operations.h"
#include "app/signals.h"
#include "app/version.h"
#include "platform/http/openapi.h"
#include "platform/telemetry/log.h"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <thread>

namespace mindspace::app {

namespace {

constexpr auto kStopLimit = std::chrono::seconds(5);
constexpr auto kConnectLimit = std::chrono::seconds(5);
constexpr auto kPoll = std::chrono::milliseconds(20);

// The cores of this process with their threads.
class Cores {
public:
    explicit Cores(Shared& shared) : shared_(shared) {
        auto count = shared.config.http.cores != 0 ? shared.config.http.cores : std::thread::hardware_concurrency();
        for (unsigned i = 0; i < std::max(count, 1U); ++i) cores_.push_back(std::make_unique<Core>(shared, i));
    }

    // Makes the services and takes the ports.
    void open(const std::vector<const Role*>& roles);
    // Starts the threads, and listens once every core is connected.
    void start();
    void drain();
    // False when a core did not end in time.
    [[nodiscard]] bool stop();

    [[nodiscard]] Core& first() const { return *cores_.front(); }
    // From now on every core signs with this key.
    void use_key(const auth::SigningKey& key);

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::uint16_t management_port() const { return management_port_; }

private:
    [[nodiscard]] http::ServerOptions public_options() const;
    void add_listener(Core& core, std::uint16_t port, http::Endpoints endpoints);
    void open_management();
    void wait_until_connected();
    // Runs it on every core's own thread, and returns when all have.
    void on_each(const std::function<void(Core&)>& work);
    [[nodiscard]] bool all_of(bool (Core::*question)() const);

    Shared& shared_;
    std::vector<std::unique_ptr<Core>> cores_;
    std::unique_ptr<Listener> management_;
    std::uint16_t port_ = 0;
    std::uint16_t management_port_ = 0;
    std::vector<std::future<void>> running_;
};

http::ServerOptions Cores::public_options() const {
    const auto& http = shared_.config.http;
    http::ServerOptions options{.address = http.address,
                                .port = http.port,
                                .max_connections = http.max_connections / cores_.size() + 1,
                                .header_timeout = http.header_timeout,
                                .idle_timeout = http.idle_timeout,
                                .request_timeout = http.request_timeout};
    options.limits.max_body = http.max_body_bytes;
    return options;
}

void append(http::Endpoints& to, http::Endpoints from) {
    for (auto& row : from) to.push_back(std::move(row));
}

// The port, or the reason why it cannot be had, for a person.
std::uint16_t claim(asio::io_context& loop, const std::string& address, std::uint16_t port, std::string_view setting) {
    try {
        return http::claim_port(loop, address, port);
    } catch (const boost::system::system_error& failure) {
        throw StartupError(EX_CONFIG, "cannot listen on " + address + ":" + std::to_string(port) + ": " +
                                          failure.code().message() + "; set " + std::string(setting) +
                                          " to a free one");
    }
}

void Cores::add_listener(Core& core, std::uint16_t port, http::Endpoints endpoints) {
    append(endpoints, health_endpoints(core));
    auto options = public_options();
    options.port = port;
    auto* access_log = shared_.config.log.access ? &core.access_log : nullptr;
    core.listeners.push_back(
        std::make_unique<Listener>(core.loop, std::move(options), std::move(endpoints), &core.guard, access_log));
    core.listeners.back()->server.bind();
}

// With a gateway everything stands behind its port, called by function; without one each role has its own.
void Cores::open(const std::vector<const Role*>& roles) {
    const auto& address = shared_.config.http.address;
    auto& loop = cores_.front()->loop;
    if (has_gateway(roles)) {
        port_ = claim(loop, address, shared_.config.http.port, "http.port");
        for (auto& core : cores_) {
            http::Endpoints endpoints;
            for (const auto* role : roles) append(endpoints, role->open(*core));
            add_listener(*core, port_, std::move(endpoints));
        }
    } else {
        for (const auto* role : roles) {
            port_ = claim(loop, address, role->port, "http.address");
            for (auto& core : cores_) add_listener(*core, port_, role->open(*core));
        }
    }
    open_management();
    shared_.openapi = http::openapi_document(cores_.front()->listeners.front()->router,
                                             {.title = "Mind Space",
                                              .version = kVersion,
                                              .description = "The backend of meditation apps.",
                                              .server_url = "/"});
}

void Cores::open_management() {
    auto& core = *cores_.front();
    auto endpoints = metrics_endpoints(cores_);
    append(endpoints, health_endpoints(core));
    const auto& [address, port] = shared_.config.management;
    management_port_ = claim(core.loop, address, port, "management.port");
    http::ServerOptions options{.address = address, .port = management_port_};
    management_ = std::make_unique<Listener>(core.loop, std::move(options), std::move(endpoints), nullptr, nullptr);
    management_->server.bind();
}

void Cores::start() {
    for (auto& core : cores_) {
        std::promise<void> ended;
        running_.push_back(ended.get_future());
        std::thread([&core = *core, ended = std::move(ended)]() mutable {
            core.run();
            ended.set_value();
        }).detach();
    }
    wait_until_connected();
    on_each([this](Core& core) {
        core.start();
        if (core.index == 0) management_->server.start();
    });
}

void Cores::on_each(const std::function<void(Core&)>& work) {
    std::vector<std::future<void>> ended;
    for (auto& core : cores_) {
        std::packaged_task<void()> task([&work, &core = *core] { work(core); });
        ended.push_back(task.get_future());
        asio::post(core->loop, std::move(task));
    }
    for (auto& core : ended) core.get();
}

void Cores::use_key(const auth::SigningKey& key) {
    on_each([&key](Core& core) { core.identity->service.use_key(key); });
}

bool Cores::all_of(bool (Core::*question)() const) {
    std::atomic<bool> all = true;
    on_each([&](Core& core) {
        if (!(core.*question)()) all = false;
    });
    return all;
}

// A part that is still away is no reason not to start: its requests answer 503 until it comes.
void Cores::wait_until_connected() {
    auto give_up_at = std::chrono::steady_clock::now() + kConnectLimit;
    while (!all_of(&Core::is_connected) && std::chrono::steady_clock::now() < give_up_at)
        std::this_thread::sleep_for(kPoll);
}

void Cores::drain() {
    shared_.draining = true;
    Milliseconds limit = shared_.config.http.drain;
    on_each([limit](Core& core) { core.drain(limit / 2); });
    auto give_up_at = std::chrono::steady_clock::now() + limit;
    while (!all_of(&Core::is_idle) && std::chrono::steady_clock::now() < give_up_at) std::this_thread::sleep_for(kPoll);
}

bool Cores::stop() {
    for (auto& core : cores_)
        asio::post(core->loop, [this, &core = *core] {
            if (core.index == 0) management_->server.stop();
            core.stop();
        });
    auto give_up_at = std::chrono::steady_clock::now() + kStopLimit;
    for (auto& core : running_)
        if (core.wait_until(give_up_at) != std::future_status::ready) return false;
    return true;
}

}  // namespace

void run_program(Config config, const std::vector<const Role*>& roles) {
    // Threads inherit the mask: signals reach only wait_for_stop() below. Children get a mask of their own.
    StopSignals signals;
    DataDirectory directory(config.data_dir.empty() ? DataDirectory::default_path()
                                                    : std::filesystem::path(config.data_dir));
    BackendServers servers(config, directory);
    Shared shared(config, servers.where());
    bool is_auth = std::ranges::any_of(roles, [](const Role* role) { return role->name == "auth"; });
    if (is_auth) shared.signing_key = auth::SigningKey::load_or_create(signing_key_file(directory.root()));
    shared.mail_directory = directory.mail();
    int applied = prepare_database(servers.where(), config, shared.signing_key);
    if (applied > 0) log::info("schema migrated", {{"mindspace.migrations", applied}});

    auto cores = std::make_unique<Cores>(shared);
    cores->open(roles);
    cores->start();
    log::info("Mind Space is ready at " + config.http.public_url,
              {{"mindspace.port", cores->port()}, {"mindspace.management_port", cores->management_port()}});

    std::optional<KeyWatch> keys;
    if (is_auth)
        keys.emplace(signing_key_file(directory.root()), *shared.signing_key, config.auth.access_token_ttl,
                     cores->first().loop, cores->first().database,
                     [&cores](const auth::SigningKey& key) { cores->use_key(key); });
    while (!signals.wait(std::chrono::milliseconds(200))) {
        servers.poll();
        if (keys) keys->poll(std::chrono::steady_clock::now());
    }

    log::info("stopping");
    cores->drain();
    if (!cores->stop()) {
        log::error("a core did not end in time");
        servers.stop();
        log::shutdown();
        std::_Exit(0);  // what it still holds must not be destroyed under it
    }
    cores.reset();
    servers.stop();
    log::info("stopped");
}

std::filesystem::path signing_key_file(const std::filesystem::path& data_directory) {
    return data_directory / "keys" / "access-token.pem";
}

int run_migrations(const Config& config) {
    return prepare_database(configured_backends(config), config, {});
}

}  // namespace mindspace::app
