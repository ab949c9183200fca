#include "platform/http/websocket/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <vector>

namespace mindspace::http {

namespace {

constexpr int kLevel = 5;
constexpr int kRawWindow = -MAX_WBITS;  // zlib's value for deflate without a wrapper
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Removes and returns the text before the next `separator`. No valid value is a quoted string that contains one.
std::string_view take_trimmed(std::string_view& text, char separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto part = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

// "name", "name=value" or "name="value"".
struct Parameter {
    std::string_view name;
    std::string_view value;
    bool has_value;
};

Parameter parse_parameter(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return {.name = text, .value = {}, .has_value = false};
    auto value = trimmed(text.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return {.name = trimmed(text.substr(0, equals)), .value = value, .has_value = true};
}

bool is_window(std::string_view value) {
    constexpr std::array<std::string_view, 8> kWindows{"8", "9", "10", "11", "12", "13", "14", "15"};
    return std::ranges::find(kWindows, value) != kWindows.end();
}

// RFC 7692 section 7.1: an offer with an unknown, duplicate or invalid parameter must be declined.
bool can_meet(std::string_view offer) {
    if (!equals_ignoring_case(take_trimmed(offer, ';'), "permessage-deflate")) return false;
    std::vector<std::string_view> seen;
    while (!offer.empty()) {
        const auto [name, value, has_value] = parse_parameter(take_trimmed(offer, ';'));
        if (std::ranges::find(seen, name) != seen.end()) return false;
        seen.push_back(name);
        if (name == "server_no_context_takeover" || name == "client_no_context_takeover") {
            if (has_value) return false;
        } else if (name == "client_max_window_bits") {
            if (has_value && !is_window(value)) return false;
        } else if (name == "server_max_window_bits") {
            if (value != "15") return false;  // frames are shared, so all sockets have the same window
        } else {
            return false;
        }
    }
    return true;
}

class Deflater {
public:
    Deflater() {
        if (deflateInit2(&stream_, kLevel, Z_DEFLATED, kRawWindow, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    ~Deflater() { deflateEnd(&stream_); }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    std::string run(std::string_view message) {
        deflateReset(&stream_);
        std::string compressed(deflateBound(&stream_, message.size()) + kTail.size(), '\0');
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));  // zlib's interface has no const
        stream_.avail_in = static_cast<uInt>(message.size());
        stream_.next_out = reinterpret_cast<Bytef*>(compressed.data());
        stream_.avail_out = static_cast<uInt>(compressed.size());
        deflate(&stream_, Z_SYNC_FLUSH);
        compressed.resize(stream_.total_out - kTail.size());
        return compressed;
    }

private:
    z_stream stream_{};
};

class Inflater {
public:
    Inflater() {
        if (inflateInit2(&stream_, kRawWindow) != Z_OK) throw std::bad_alloc();
    }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    std::expected<std::string, CloseCode> run(std::string_view payload, std::size_t max_size) {
        inflateReset(&stream_);
        std::string message;
        for (const auto bytes : {payload, kTail})
            if (const auto fault = take(bytes, message, max_size)) return std::unexpected(*fault);
        return message;
    }

private:
    std::optional<CloseCode> take(std::string_view bytes, std::string& message, std::size_t max_size) {
        std::array<char, 4096> piece;
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
            stream_.avail_out = static_cast<uInt>(piece.size());
            const int state = inflate(&stream_, Z_SYNC_FLUSH);
            if (state == Z_MEM_ERROR) throw std::bad_alloc();
            if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) return CloseCode::invalid_payload;
            message.append(piece.data(), piece.size() - stream_.avail_out);
            if (message.size() > max_size) return CloseCode::message_too_big;
            if (state == Z_STREAM_END) inflateReset(&stream_);  // a final block; others may follow
        } while (stream_.avail_in > 0 || stream_.avail_out == 0);
        return std::nullopt;
    }

    z_stream stream_{};
};

}  // namespace

bool offers_deflate(const RequestHead& head) {
    for (const auto& header : head.headers) {
        if (!equals_ignoring_case(header.name, "sec-websocket-extensions")) continue;
        auto offers = header.value;
        while (!offers.empty())
            if (can_meet(take_trimmed(offers, ','))) return true;
    }
    return false;
}

std::string deflate_message(std::string_view message) {
    thread_local Deflater deflater;
    return deflater.run(message);
}

std::expected<std::string, CloseCode> inflate_message(std::string_view payload, std::size_t max_size) {
    thread_local Inflater inflater;
    return inflater.run(payload, max_size);
}

}  // namespace mindspace::http
