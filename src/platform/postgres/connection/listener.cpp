#include "platform/postgres/connection/listener.h"

#include "platform/async/backoff.h"
#include "platform/async/sleep.h"
#include "platform/async/task_group.h"
#include "platform/base/result.h"

#include <libpq-fe.h>

#include <optional>
#include <utility>

namespace mindspace::postgres {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kBeatInterval{150};
constexpr std::chrono::seconds kMaxSilence{5};

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
         OnListening on_listening, OnHeard on_heard)
        : io_(io),
          options_{.conninfo = std::move(conninfo)},
          channel_(std::move(channel)),
          on_notification_(std::move(on_notification)),
          on_listening_(std::move(on_listening)),
          on_heard_(std::move(on_heard)),
          tasks_(io) {}

    void start() {
        tasks_.spawn(run(shared_from_this()));
        tasks_.spawn(beat(shared_from_this()));
    }

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
        is_listening_ = false;
        sent_at_.reset();
        auto connection = connection_ = std::make_shared<Connection>(io_);
        try {
            co_await connection->connect(options_);
        } catch (const Unavailable&) {  // retried after a pause
            co_return;
        }
        backoff_.reset();
        send_listen(*connection);
        while (connection->is_open()) {
            co_await connection->readable();
            if (!connection->is_open()) break;
            if (!connection->consume()) {
                connection->close();
                break;
            }
            const bool has_reply = receive_reply(*connection);
            handle_notifications(*connection);
            if (has_reply && connection->is_open()) handle_reply();
        }
    }

    // Sends LISTEN again and again: the server replies after all earlier notifications.
    static Awaitable<> beat(std::shared_ptr<Loop> self) {
        while (true) {
            co_await sleep_for(kBeatInterval);
            auto& connection = self->connection_;
            if (!connection || !connection->is_open()) continue;
            if (self->is_listening_ && !self->sent_at_)
                self->send_listen(*connection);
            else if (self->sent_at_ && steady_clock::now() - *self->sent_at_ > kMaxSilence)
                connection->close();
        }
    }

    void send_listen(Connection& connection) {
        const auto command = listen_command(connection.native(), channel_);
        if (PQsendQuery(connection.native(), command.c_str()) == 1)
            sent_at_ = steady_clock::now();
        else
            connection.close();
    }

    // Whether the reply is complete. If a standby rejects LISTEN, another connection may find another server.
    bool receive_reply(Connection& connection) {
        if (!sent_at_) return false;
        while (PQisBusy(connection.native()) == 0) {
            PGresult* result = PQgetResult(connection.native());
            if (result == nullptr) return true;
            const auto status = PQresultStatus(result);
            PQclear(result);
            if (status == PGRES_COMMAND_OK) continue;
            connection.close();
            return false;
        }
        return false;
    }

    void handle_reply() {
        const auto sent_at = *std::exchange(sent_at_, std::nullopt);
        if (!std::exchange(is_listening_, true)) return on_listening_();
        if (on_heard_) on_heard_(sent_at);
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
    OnHeard on_heard_;
    bool is_listening_ = false;                        // LISTEN has taken effect
    std::optional<steady_clock::time_point> sent_at_;  // of a LISTEN without a reply
    Backoff backoff_;
    std::shared_ptr<Connection> connection_;
    TaskGroup tasks_;
};

Listener::Listener(asio::io_context& io, std::string conninfo, std::string channel, OnNotification on_notification,
                   OnListening on_listening, OnHeard on_heard)
    : loop_(std::make_shared<Loop>(io, std::move(conninfo), std::move(channel), std::move(on_notification),
                                   std::move(on_listening), std::move(on_heard))) {}

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
