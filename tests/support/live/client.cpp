#include "support/live/client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <deque>
#include <stdexcept>

namespace mindspace::integration {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

// One read is always pending; the loop runs while a test waits.
class LiveClient::Connection {
public:
    Connection(std::uint16_t port, const std::string& target, const Headers& headers) {
        stream_.next_layer().connect({asio::ip::address_v4::loopback(), port});
        stream_.set_option(websocket::stream_base::decorator([&headers](websocket::request_type& request) {
            for (const auto& [name, value] : headers) request.set(name, value);
        }));
        websocket::permessage_deflate deflate;
        deflate.client_enable = true;
        deflate.msg_size_threshold = 0;
        stream_.set_option(deflate);
        std::optional<error_code> done;
        websocket::response_type response;
        const auto host = "127.0.0.1:" + std::to_string(port);
        stream_.async_handshake(response, host, target, [&](error_code failure) { done = failure; });
        if (!run_until([&] { return done.has_value(); }, kTimeout)) throw std::runtime_error("no handshake");
        if (*done && *done != websocket::error::upgrade_declined) throw boost::system::system_error(*done);
        status_ = static_cast<int>(response.result_int());
        ended_ = status_ != 101;
        is_compressed_ = response["Sec-WebSocket-Extensions"].starts_with("permessage-deflate");
        if (!ended_) read();
    }

    [[nodiscard]] int status() const { return status_; }
    [[nodiscard]] bool is_compressed() const { return is_compressed_; }
    [[nodiscard]] bool has_ended() const { return ended_; }
    [[nodiscard]] std::uint16_t close_code() const { return stream_.reason().code; }

    void write(std::string_view bytes, bool binary) {
        std::optional<error_code> done;
        stream_.binary(binary);
        stream_.async_write(asio::buffer(bytes), [&](error_code failure, std::size_t) { done = failure; });
        if (!run_until([&] { return done.has_value(); }, kTimeout)) throw std::runtime_error("cannot send");
    }

    std::optional<std::string> take_frame(std::chrono::milliseconds timeout) {
        run_until([this] { return !frames_.empty() || ended_; }, timeout);
        if (frames_.empty()) return std::nullopt;
        auto frame = std::move(frames_.front());
        frames_.pop_front();
        return frame;
    }

    void disconnect() {
        error_code ignored;
        stream_.next_layer().close(ignored);
        run_until([this] { return ended_; }, kTimeout);
    }

private:
    void read() {
        stream_.async_read(buffer_, [this](error_code failure, std::size_t) {
            if (failure) {
                ended_ = true;
                return;
            }
            frames_.push_back(beast::buffers_to_string(buffer_.data()));
            buffer_.clear();
            read();
        });
    }

    template <class Condition>
    bool run_until(Condition condition, std::chrono::milliseconds timeout) {
        const auto deadline = std::chrono::steady_clock::now() + timeout;
        while (!condition()) {
            loop_.restart();
            if (loop_.run_one_until(deadline) == 0) return condition();
        }
        return true;
    }

    asio::io_context loop_;
    websocket::stream<asio::ip::tcp::socket> stream_{loop_};
    beast::flat_buffer buffer_;
    std::deque<std::string> frames_;
    int status_ = 0;
    bool ended_ = false;
    bool is_compressed_ = false;
};

LiveClient::LiveClient(std::uint16_t port, const std::string& target, const Headers& headers)
    : connection_(std::make_unique<Connection>(port, target, headers)) {}

LiveClient::~LiveClient() = default;
LiveClient::LiveClient(LiveClient&&) noexcept = default;
LiveClient& LiveClient::operator=(LiveClient&&) noexcept = default;

int LiveClient::status() const {
    return connection_->status();
}
bool LiveClient::is_compressed() const {
    return connection_->is_compressed();
}
void LiveClient::send(const json::object& message) {
    send_text(json::serialize(message));
}
void LiveClient::send_text(std::string_view text) {
    connection_->write(text, false);
}
void LiveClient::send_binary(std::string_view bytes) {
    connection_->write(bytes, true);
}
void LiveClient::disconnect() {
    connection_->disconnect();
}

std::string LiveClient::next_text(std::chrono::milliseconds timeout) {
    auto frame = connection_->take_frame(timeout);
    if (frame) return std::move(*frame);
    if (!connection_->has_ended()) throw std::runtime_error("no frame arrived in time");
    throw std::runtime_error("the socket has ended with " + std::to_string(connection_->close_code()));
}

json::object LiveClient::next(std::chrono::milliseconds timeout) {
    return json::parse(next_text(timeout)).as_object();
}

json::object LiveClient::next(std::string_view type, std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (true) {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        auto frame = next(left);
        if (text_of(frame, "type") == type) return frame;
    }
}

json::object LiveClient::next_event(std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (true) {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        auto frame = next(left);
        if (frame.contains("seq") && text_of(frame, "type") != "welcome") return frame;
    }
}

std::uint16_t LiveClient::close_code(std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (!connection_->has_ended()) {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (!connection_->take_frame(left) && !connection_->has_ended())
            throw std::runtime_error("the socket does not end");
    }
    return connection_->close_code();
}

LiveClient open_socket(const Person& person, const std::string& group) {
    return {person.client.program(),
            group_path(group, "/live"),
            {{"Authorization", "Bearer " + person.client.access_token()}}};
}

Joined join(Person& person, const std::string& group, std::optional<json::object> resume) {
    return join_through(person.client.program().port(), person, group, std::move(resume));
}

Joined join_through(std::uint16_t port, Person& person, const std::string& group, std::optional<json::object> resume) {
    const auto ticket = person.client.post(group_path(group, "/ticket")).text("/ticket");
    LiveClient socket(port, group_path(group, "/live?ticket=" + in_query(ticket)));
    if (socket.status() != 101) throw std::runtime_error("no upgrade: " + std::to_string(socket.status()));
    json::object hello{{"type", "hello"}};
    if (resume) hello["resume"] = *resume;
    socket.send(hello);
    auto welcome = socket.next("welcome");
    return {.socket = std::move(socket), .welcome = std::move(welcome)};
}

std::int64_t number_of(const json::object& object, std::string_view member) {
    return object.at({member.data(), member.size()}).to_number<std::int64_t>();
}

std::string create_group(Person& host, json::object details) {
    json::object request{{"title", "Morning calm"}, {"kind", "breathing"}, {"plannedSeconds", 600}};
    for (const auto& [name, value] : details) request[name] = value;
    return host.client.post("/api/v1/groups", request).text("/id");
}

std::string group_path(const std::string& id, std::string_view below) {
    return "/api/v1/groups/" + id + std::string(below);
}

}  // namespace mindspace::integration
