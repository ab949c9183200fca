#pragma once
// One core: its loop, its connections to the servers, and its guard. Nothing of it is touched by another thread, except
// figures that are read for the metrics page. What runs on it are the modules (modules.cpp).

#include "platform/limits/rate_limiter.h"
#include "platform/module/core_resources.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/replicas/replicas.h"
#include "platform/redis/connection/client.h"
#include "platform/redis/pubsub/subscriber.h"
#include "services/auth/guard.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <string>

namespace mindspace::app {

struct Backends;
struct Config;

class Core {
public:
    Core(unsigned index, const Config& config, const Backends& backends);
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    [[nodiscard]] const CoreResources& resources() const { return resources_; }
    [[nodiscard]] auth::CoreGuard& guard() { return guard_; }

    // Runs the loop until stop(); the thread of this core.
    void run();

    // On that thread. Begins to connect.
    void connect();
    [[nodiscard]] bool is_connected() const { return database_.is_up() && redis_.is_up(); }
    // Ends the connections, and with them the loop.
    void stop();

private:
    asio::io_context loop_{1};
    const postgres::ClientOptions database_options_;
    const std::string direct_database_;
    postgres::Client database_;
    postgres::Replicas replicas_;
    redis::Client redis_;
    redis::Subscriber subscriber_;
    limits::RateLimiter limiter_;
    auth::CoreGuard guard_;
    const CoreResources resources_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
};

}  // namespace mindspace::app
