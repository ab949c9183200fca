#include "support/network/silencing_proxy.h"

#include "platform/async/as_tuple.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <atomic>
#include <string_view>
#include <thread>
#include <utility>

namespace mindspace::integration {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

struct Line {
    tcp::socket client;
    tcp::socket server;
    bool is_marked = false;
};

}  // namespace

class SilencingProxy::Loop {
public:
    Loop(std::uint16_t server, std::string marker)
        : server_(asio::ip::address_v4::loopback(), server),
          marker_(std::move(marker)),
          acceptor_(loop_, {asio::ip::address_v4::loopback(), 0}) {
        asio::co_spawn(loop_, accept(), asio::detached);
        thread_ = std::jthread([this] { loop_.run(); });
    }
    ~Loop() { loop_.stop(); }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    void set_silent(bool is_silent) { is_silent_ = is_silent; }

private:
    asio::awaitable<void> accept() {
        while (true) {
            auto [failure, socket] = co_await acceptor_.async_accept(kTuple);
            if (failure) co_return;
            auto line = std::make_shared<Line>(std::move(socket), tcp::socket(loop_));
            asio::co_spawn(loop_, connect(std::move(line)), asio::detached);
        }
    }
    asio::awaitable<void> connect(std::shared_ptr<Line> line) {
        auto [failure] = co_await line->server.async_connect(server_, kTuple);
        if (failure) co_return;
        for (auto* socket : {&line->client, &line->server}) socket->set_option(tcp::no_delay(true));
        asio::co_spawn(loop_, forward(line, line->client, line->server), asio::detached);
        asio::co_spawn(loop_, forward(line, line->server, line->client), asio::detached);
    }
    asio::awaitable<void> forward(std::shared_ptr<Line> line, tcp::socket& from, tcp::socket& to) {
        std::array<char, 4096> buffer{};
        while (true) {
            auto [failure, size] = co_await from.async_read_some(asio::buffer(buffer), kTuple);
            if (failure) break;
            const std::string_view text(buffer.data(), size);
            if (&from == &line->client && text.contains(marker_)) line->is_marked = true;
            if (line->is_marked && is_silent_) continue;
            auto [unsent, sent] = co_await asio::async_write(to, asio::buffer(text), kTuple);
            if (unsent) break;
        }
        boost::system::error_code ignored;
        to.shutdown(tcp::socket::shutdown_send, ignored);
    }

    const tcp::endpoint server_;
    const std::string marker_;
    std::atomic<bool> is_silent_ = false;
    asio::io_context loop_;
    tcp::acceptor acceptor_;
    std::jthread thread_;
};

SilencingProxy::SilencingProxy(std::uint16_t server, std::string marker)
    : loop_(std::make_unique<Loop>(server, std::move(marker))) {}
SilencingProxy::~SilencingProxy() = default;

std::uint16_t SilencingProxy::port() const {
    return loop_->port();
}

void SilencingProxy::silence() {
    loop_->set_silent(true);
}

void SilencingProxy::restore() {
    loop_->set_silent(false);
}

}  // namespace mindspace::integration
