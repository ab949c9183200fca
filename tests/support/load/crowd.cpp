#include "support/load/crowd.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <future>
#include <optional>
#include <string_view>

namespace mindspace::integration {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

constexpr auto kTryAgainIn = 300ms;

}  // namespace

struct Crowd::Seat {
    Seat(asio::io_context& loop, Sitter& its_sitter) : sitter(its_sitter), timer(loop) {}

    Sitter& sitter;
    asio::steady_timer timer;
    std::unique_ptr<websocket::stream<asio::ip::tcp::socket>> socket;
    boost::beast::flat_buffer buffer;
    std::string output;
    std::optional<Clock::time_point> joined_at;
};

Crowd::Crowd(std::vector<Sitter> sitters, std::string group, std::uint16_t port)
    : sitters_(std::move(sitters)), group_(std::move(group)), port_(port) {
    for (auto& sitter : sitters_) seats_.push_back(std::make_shared<Seat>(loop_, sitter));
    for (auto& seat : seats_) come_back(seat, 2s);
    thread_ = std::thread([this] { loop_.run(); });
}

Crowd::~Crowd() {
    stop();
}

const std::vector<Crowd::Sitter>& Crowd::stop() {
    if (!thread_.joinable()) return sitters_;
    asio::post(loop_, [this] {
        is_stopped_ = true;
        for (auto& seat : seats_) {
            seat->timer.cancel();
            error_code ignored;
            if (seat->socket) seat->socket->next_layer().close(ignored);
        }
        work_.reset();
    });
    thread_.join();
    return sitters_;
}

void Crowd::start_the_group() {
    asio::post(loop_, [this] {
        auto& host = *seats_.front();
        host.output = R"({"type":"start"})";
        host.socket->async_write(asio::buffer(host.output), [](error_code, std::size_t) {});
    });
}

void Crowd::go_to(std::uint16_t port, std::chrono::milliseconds within) {
    port_ = port;
    within_ms_ = within.count();
}

void Crowd::let_go(std::size_t count) {
    std::promise<void> done;
    asio::post(loop_, [&] {
        for (std::size_t i = sitters_.size() - count; i < sitters_.size(); ++i) sitters_[i].comes_back = false;
        done.set_value();
    });
    done.get_future().wait();
}

void Crowd::come_back(const std::shared_ptr<Seat>& seat, std::chrono::milliseconds within) {
    if (is_stopped_ || seat->sitter.has_heard_the_end || !seat->sitter.comes_back) return;
    std::uniform_int_distribution<std::int64_t> spread(0, within.count());
    seat->timer.expires_after(std::chrono::milliseconds(spread(random_)));
    seat->timer.async_wait([this, seat](error_code cancelled) {
        if (!cancelled && !is_stopped_) connect(seat);
    });
}

void Crowd::connect(const std::shared_ptr<Seat>& seat) {
    seat->socket = std::make_unique<websocket::stream<asio::ip::tcp::socket>>(loop_);
    seat->buffer.clear();
    const auto port = port_.load();
    const asio::ip::tcp::endpoint node(asio::ip::address_v4::loopback(), port);
    seat->socket->next_layer().async_connect(node, [this, seat, port](error_code failure) {
        if (failure) return lose(seat);
        seat->socket->set_option(
            websocket::stream_base::decorator([token = seat->sitter.access_token](websocket::request_type& request) {
                request.set("Authorization", "Bearer " + token);
            }));
        const auto host = "127.0.0.1:" + std::to_string(port);
        const auto target = "/api/v1/groups/" + group_ + "/live";
        seat->socket->async_handshake(host, target, [this, seat](error_code refused) {
            if (refused) return lose(seat);
            seat->output = R"({"type":"hello"})";
            seat->socket->async_write(asio::buffer(seat->output), [this, seat](error_code broken, std::size_t) {
                broken ? lose(seat) : read(seat);
            });
        });
    });
}

void Crowd::read(const std::shared_ptr<Seat>& seat) {
    seat->socket->async_read(seat->buffer, [this, seat](error_code failure, std::size_t) {
        if (failure) return lose(seat);
        hear(*seat);
        seat->buffer.clear();
        read(seat);
    });
}

void Crowd::hear(Seat& seat) {
    const auto data = seat.buffer.cdata();
    const std::string_view text(static_cast<const char*>(data.data()), data.size());
    const auto is = [&](std::string_view type) { return text.find(type) < 200; };  // behind seq and epoch
    if (!seat.joined_at && is(R"("type":"welcome")")) {
        seat.joined_at = Clock::now();
        ++joined_;
    }
    if (!seat.sitter.has_heard_the_end && is(R"("type":"end")")) {
        seat.sitter.has_heard_the_end = true;
        ++ended_;
    }
}

void Crowd::lose(const std::shared_ptr<Seat>& seat) {
    const bool was_there = seat->joined_at.has_value();
    if (was_there) {
        seat->sitter.presence.emplace_back(*seat->joined_at, Clock::now());
        seat->joined_at.reset();
        --joined_;
    }
    // Who finds nobody tries again.
    come_back(seat, was_there ? std::chrono::milliseconds(within_ms_) : kTryAgainIn);
}

}  // namespace mindspace::integration
