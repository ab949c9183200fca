#include "support/load/group_clients.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <future>
#include <optional>

namespace mindspace::integration {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

constexpr auto kRetryDelay = 300ms;
constexpr std::uint16_t kGroupOver = 4410;

}  // namespace

struct GroupClients::Connection {
    Connection(asio::io_context& loop, Member& its_member) : member(its_member), timer(loop) {}

    Member& member;
    asio::steady_timer timer;
    std::unique_ptr<websocket::stream<asio::ip::tcp::socket>> socket;
    boost::beast::flat_buffer buffer;
    std::string output;
    std::optional<Clock::time_point> joined_at;
};

GroupClients::GroupClients(std::vector<Member> members, std::string group, std::uint16_t port)
    : members_(std::move(members)), group_(std::move(group)), port_(port) {
    for (auto& member : members_) connections_.push_back(std::make_shared<Connection>(loop_, member));
    for (auto& connection : connections_) reconnect(connection, 2s);
    thread_ = std::thread([this] { loop_.run(); });
}

GroupClients::~GroupClients() {
    stop();
}

const std::vector<GroupClients::Member>& GroupClients::stop() {
    if (!thread_.joinable()) return members_;
    asio::post(loop_, [this] {
        is_stopped_ = true;
        for (auto& connection : connections_) {
            connection->timer.cancel();
            error_code ignored;
            if (connection->socket) connection->socket->next_layer().close(ignored);
        }
        work_.reset();
    });
    thread_.join();
    return members_;
}

void GroupClients::send_as_host(std::string_view message) {
    asio::post(loop_, [this, message = std::string(message)] {
        auto& host = *connections_.front();
        host.output = message;
        host.socket->async_write(asio::buffer(host.output), [](error_code, std::size_t) {});
    });
}

void GroupClients::reconnect_to(std::uint16_t port, std::chrono::milliseconds within) {
    port_ = port;
    within_ms_ = within.count();
}

void GroupClients::stop_reconnecting(std::size_t count) {
    std::promise<void> done;
    asio::post(loop_, [&] {
        for (std::size_t i = members_.size() - count; i < members_.size(); ++i) members_[i].reconnects = false;
        done.set_value();
    });
    done.get_future().wait();
}

void GroupClients::reconnect(const std::shared_ptr<Connection>& connection, std::chrono::milliseconds within) {
    if (is_stopped_ || connection->member.received_end || !connection->member.reconnects) return;
    std::uniform_int_distribution<std::int64_t> spread(0, within.count());
    connection->timer.expires_after(std::chrono::milliseconds(spread(random_)));
    connection->timer.async_wait([this, connection](error_code cancelled) {
        if (!cancelled && !is_stopped_) connect(connection);
    });
}

void GroupClients::connect(const std::shared_ptr<Connection>& connection) {
    connection->socket = std::make_unique<websocket::stream<asio::ip::tcp::socket>>(loop_);
    connection->buffer.clear();
    const auto port = port_.load();
    const asio::ip::tcp::endpoint node(asio::ip::address_v4::loopback(), port);
    connection->socket->next_layer().async_connect(node, [this, connection, port](error_code failure) {
        if (failure) return on_disconnect(connection);
        connection->socket->set_option(websocket::stream_base::decorator(
            [token = connection->member.access_token](websocket::request_type& request) {
                request.set("Authorization", "Bearer " + token);
            }));
        const auto host = "127.0.0.1:" + std::to_string(port);
        const auto target = "/api/v1/groups/" + group_ + "/live";
        connection->socket->async_handshake(host, target, [this, connection](error_code refused) {
            if (refused) return on_disconnect(connection);
            connection->output = R"({"type":"hello"})";
            connection->socket->async_write(asio::buffer(connection->output),
                                            [this, connection](error_code broken, std::size_t) {
                                                broken ? on_disconnect(connection) : read(connection);
                                            });
        });
    });
}

void GroupClients::read(const std::shared_ptr<Connection>& connection) {
    connection->socket->async_read(connection->buffer, [this, connection](error_code failure, std::size_t) {
        if (failure) return on_disconnect(connection);
        handle_frame(*connection);
        connection->buffer.clear();
        read(connection);
    });
}

void GroupClients::handle_frame(Connection& connection) {
    const auto data = connection.buffer.cdata();
    const std::string_view text(static_cast<const char*>(data.data()), data.size());
    const auto is = [&](std::string_view type) { return text.find(type) < 200; };  // after seq and epoch
    if (!connection.joined_at && is(R"("type":"welcome")")) {
        connection.joined_at = Clock::now();
        ++joined_;
    }
    if (is(R"("type":"end")")) end(connection.member);
}

void GroupClients::end(Member& member) {
    if (member.received_end) return;
    member.received_end = true;
    ++ended_;
}

void GroupClients::on_disconnect(const std::shared_ptr<Connection>& connection) {
    const bool was_connected = connection->joined_at.has_value();
    if (was_connected) {
        connection->member.presence.emplace_back(*connection->joined_at, Clock::now());
        connection->joined_at.reset();
        --joined_;
    }
    if (connection->socket->reason().code == kGroupOver) end(connection->member);
    // A client that could not connect retries soon.
    reconnect(connection, was_connected ? std::chrono::milliseconds(within_ms_) : kRetryDelay);
}

}  // namespace mindspace::integration
