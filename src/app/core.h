#pragma once
// One core: its loop, its connections to the servers, and its guard. Used by its own thread only, except for the
// metrics, which the metrics page reads. The modules that run on it are in modules.cpp.

#include "platform/limits/rate_limiter.h"
#include "platform/module/core_resources.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/replicas/replicas.h"
#include "platform/redis/connection/client.h"
#include "platform/redis/pubsub/subscriber.h"
#include "services/auth/caller_access.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <string>

namespace mindspace::app {

struct Backends;
struct Config;

class Core {
public:
    // `signatures` are those of all cores; `tracer` may be null.
    Core(unsigned index, const Config& config, const Backends& backends, auth::KnownSignatures& signatures,
         const telemetry::Tracer* tracer);
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    [[nodiscard]] const CoreResources& resources() const { return resources_; }
    [[nodiscard]] auth::CallerAccess& access() { return access_; }

    // Runs the loop until stop(). Called by the thread of this core.
    void run();

    // Called on that thread. Starts connecting.
    void connect();
    [[nodiscard]] bool is_connected() const { return database_.is_up() && redis_.is_up(); }
    // Closes the connections, which ends the loop.
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
    auth::CallerAccess access_;
    const CoreResources resources_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
};

}  // namespace mindspace::app
