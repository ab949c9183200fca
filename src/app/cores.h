#pragma once
// The cores of this process with their threads: what one core is (core.h), times the number of processors.

#include "app/core.h"
#include "app/roles.h"

#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace mindspace::app {

// A port that clients may call, and the role that it belongs to.
struct PublicPort {
    std::string_view role;
    std::uint16_t port;
};

class Cores {
public:
    explicit Cores(Shared& shared);
    // After a fault they may still run: then they are stopped, and what does not end is left as it is.
    ~Cores();
    Cores(const Cores&) = delete;
    Cores& operator=(const Cores&) = delete;

    // Makes the services behind the ports. With a gateway everything stands behind its port: what runs in this
    // process is called by function, the other roles by HTTP. Without one each role has its own. StartupError.
    void open(const std::vector<const Role*>& roles);
    // Starts the threads, and listens once every core is connected.
    void start();
    // Until nothing is under way, for http.drain at most.
    void drain();
    // False when a core did not end in time: its thread runs on then, and uses what it was given.
    [[nodiscard]] bool stop();

    [[nodiscard]] Core& first() const { return *cores_.front(); }
    // From now on every core signs with this key. Throws Unavailable when a core hangs.
    void use_key(const auth::SigningKey& key);

    [[nodiscard]] const std::vector<PublicPort>& ports() const { return ports_; }
    [[nodiscard]] std::uint16_t management_port() const { return management_port_; }

private:
    struct Running {
        std::thread thread;
        std::future<void> ended;
    };

    void open_gateway(const std::vector<const Role*>& roles);
    void open_role(const Role& role);
    void add_upstream(const Role& role);
    [[nodiscard]] http::Middleware inner_middleware(Core& core) const;
    void add_listener(Core& core, const Role& role, const http::ServerOptions& options, http::Endpoints endpoints,
                      const http::Middleware& middleware) const;
    void open_management();
    void open_revocations();
    void wait_until_connected();
    // Runs it on every core's own thread, and returns when all have. Throws Unavailable when a core does not come to it
    // in time; it may do so later.
    void on_each(std::function<void(Core&)> work, Milliseconds limit);
    [[nodiscard]] bool all_of(bool (Core::*question)() const, Milliseconds limit);

    Shared& shared_;
    std::vector<std::unique_ptr<Core>> cores_;
    std::unique_ptr<Listener> management_;
    std::vector<PublicPort> ports_;
    std::uint16_t management_port_ = 0;
    std::vector<Running> running_;
};

}  // namespace mindspace::app
