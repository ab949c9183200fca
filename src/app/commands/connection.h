#pragma once
// Connections to the servers of a running Mind Space, for a command that does its work and exits: the configured
// servers, or those that `mindspace up` has started below the data directory. Single-threaded; all calls block.

#include "app/settings/settings.h"
#include "platform/async/run_on.h"
#include "platform/postgres/connection/client.h"
#include "platform/redis/connection/client.h"

#include <boost/asio/io_context.hpp>

#include <chrono>

namespace mindspace::app {

struct Backends;

class CommandConnection {
public:
    // Returns when PostgreSQL responds. Throws StartupError (EX_UNAVAILABLE) with advice if it does not. Redis may be
    // unavailable.
    explicit CommandConnection(const Config& config);
    ~CommandConnection();
    CommandConnection(const CommandConnection&) = delete;
    CommandConnection& operator=(const CommandConnection&) = delete;

    [[nodiscard]] asio::io_context& loop() { return loop_; }
    [[nodiscard]] postgres::Client& database() { return database_; }
    [[nodiscard]] redis::Client& redis() { return redis_; }

    // Runs the work to its end; returns its value or rethrows its exception.
    template <class T>
    T run(Awaitable<T> work) {
        auto end = run_on(loop_, std::move(work));
        while (end.wait_for(std::chrono::seconds(0)) != std::future_status::ready) loop_.run_one();
        return end.get();
    }

private:
    CommandConnection(const Config& config, const Backends& where);

    asio::io_context loop_{1};
    postgres::Client database_;
    redis::Client redis_;
};

}  // namespace mindspace::app
