#include "platform/postgres/connection/listener.h"

#include "platform/async/backoff.h"
#include "platform/async/task_group.h"
#include "platform/base/result.h"

#include <libpq-fe.h>

namespace mindspace::postgres {

namespace {

struct FreeMemory {
    void operator()(void* memory) const { PQfreemem(memory); }
};

std::string listen_command(PGconn* connection, const std::string& channel) {
    std::unique_ptr<char, FreeMemory> quoted(PQescapeIdentifier(connection, channel.data(), channel.size()));
    if (!quoted) throw std::invalid_argument("postgres: not a channel name: " + channel);
    return std::string("listen ") + quoted.get();
}

}  // namespace

// The state that outlives the Listener until its coroutine has ended.
class Listener::Loop : public std::enable_shared_from_this<Loop> {
public:
    Loop(asio::io_context& io, std::string conninfo, std::string channel, OnNotification on_notification,
         OnListening on_listening)
        : io_(io),
          options_{.conninfo = std::move(conninfo)},
          channel_(std::move(channel)),
          on_notification_(std::move(on_notification)),
          on_listening_(std::move(on_listening)),
          tasks_(io) {}

    void start() { tasks_.spawn(run(shared_from_this())); }

    void stop() {
        tasks_.cancel();
        if (connection_) connection_->close();
    }

private:
    static Awaitable<> run(std::shared_ptr<Loop> self) {
        while (!self->tasks_.is_cancelled()) {
            co_await self->listen();
            co_await self->backoff_.pause();
        }
    }

    // Runs until the connection is lost.
    Awaitable<> listen() {
        auto connection = connection_ = std::make_shared<Connection>(io_);
        try {
            co_await connection->connect(options_);
        } catch (const Unavailable&) {  // retried after a pause
            co_return;
        }
        backoff_.reset();
        std::string command = listen_command(connection->native(), channel_);
        bool awaits_reply = PQsendQuery(connection->native(), command.c_str()) == 1;
        while (connection->is_open()) {
            co_await connection->readable();
            if (!connection->is_open()) break;
            if (!connection->consume()) {
                connection->close();
                break;
            }
            if (awaits_reply && PQisBusy(connection->native()) == 0) {
                awaits_reply = false;
                if (!receive_reply(*connection)) break;
            }
            handle_notifications(*connection);
        }
    }

    // Handles the reply to LISTEN itself. If a standby rejects it, another connection may find another server.
    bool receive_reply(Connection& connection) {
        bool is_success = true;
        while (PGresult* result = PQgetResult(connection.native())) {
            is_success = is_success && PQresultStatus(result) == PGRES_COMMAND_OK;
            PQclear(result);
        }
        if (is_success)
            on_listening_();
        else
            connection.close();
        return is_success;
    }

    void handle_notifications(Connection& connection) {
        // A callback may stop the listener.
        while (connection.is_open()) {
            std::unique_ptr<PGnotify, FreeMemory> notification(PQnotifies(connection.native()));
            if (!notification) return;
            on_notification_(notification->extra);
        }
    }

    asio::io_context& io_;
    ConnectionOptions options_;
    std::string channel_;
    OnNotification on_notification_;
    OnListening on_listening_;
    Backoff backoff_;
    std::shared_ptr<Connection> connection_;
    TaskGroup tasks_;
};

Listener::Listener(asio::io_context& io, std::string conninfo, std::string channel, OnNotification on_notification,
                   OnListening on_listening)
    : loop_(std::make_shared<Loop>(io, std::move(conninfo), std::move(channel), std::move(on_notification),
                                   std::move(on_listening))) {}

Listener::~Listener() {
    stop();
}

void Listener::start() {
    loop_->start();
}

void Listener::stop() {
    loop_->stop();
}

}  // namespace mindspace::postgres
