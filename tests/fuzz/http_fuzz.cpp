// libFuzzer: the bytes of a connection through the request parser, and complete requests through an endpoint: query,
// body, schema, response. For any input, the parser's result does not depend on how the bytes are split, and a response
// is complete JSON with a status of the API.

#include "platform/http/api/endpoint.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <cstdlib>
#include <iostream>
#include <map>

namespace {

using namespace mindspace;
using http::RequestParser;
using Progress = RequestParser::Progress;

enum class Colour { red, green };
constexpr auto names_of(Colour) {
    return std::array<std::string_view, 2>{"red", "green"};
}

// A member of every kind that occurs in requests.
struct Inner {
    std::string text;
    std::optional<double> number;

    static constexpr std::string_view kName = "Inner";
    static constexpr auto fields() {
        return std::tuple{schema::field("text", &Inner::text, {.min = 1, .max = 8, .text = schema::Text::name}),
                          schema::field("number", &Inner::number)};
    }
};

struct Everything {
    std::optional<UserId> id;
    std::optional<std::string> email;
    std::int32_t small = 0;
    std::int64_t large = 0;
    bool flag = false;
    Colour colour = Colour::red;
    std::optional<Timestamp> at;
    std::optional<LocalDate> date;
    std::vector<Inner> items;

    static constexpr std::string_view kName = "Everything";
    static constexpr auto fields() {
        using E = Everything;
        return std::tuple{schema::field("id", &E::id),
                          schema::field("email", &E::email, {.max = 254, .format = &schema::kEmail}),
                          schema::field("small", &E::small, {.min = -5, .max = 5, .optional = true}),
                          schema::field("large", &E::large, {.optional = true}),
                          schema::field("flag", &E::flag, {.optional = true}),
                          schema::field("colour", &E::colour, {.optional = true}),
                          schema::field("at", &E::at),
                          schema::field("date", &E::date),
                          schema::field("items", &E::items, {.max = 16, .optional = true})};
    }
};

struct Search {
    std::optional<std::string> text;
    std::int32_t limit = 20;

    static constexpr std::string_view kName = "Search";
    static constexpr auto fields() {
        return std::tuple{schema::field("text", &Search::text, {.max = 16, .text = schema::Text::prose}),
                          schema::field("limit", &Search::limit, {.min = 1, .max = 100, .optional = true})};
    }
};

Awaitable<Result<Everything>> echo(Everything body) {
    co_return body;
}

[[noreturn]] void fail(std::string_view what) {
    std::cerr << "property broken: " << what << '\n';
    std::abort();
}

// The parser's final result, with a buffer that grows by `step` bytes at a time.
struct Reading {
    explicit Reading(std::string_view bytes, std::size_t step) : buffer(bytes) {
        for (std::size_t size = std::min(step, buffer.size());; size = std::min(size + step, buffer.size())) {
            do last = parser.feed({buffer.data(), size});
            while (last == Progress::head_complete && size == buffer.size());
            if (last == Progress::complete || last == Progress::failed || size == buffer.size()) return;
        }
    }
    std::string buffer;
    RequestParser parser{{.max_target = 256, .max_head_bytes = 2048, .max_headers = 16, .max_body = 4096}};
    Progress last = Progress::need_more;
};

void handle(const Reading& reading) {
    static auto row = http::endpoint({.method = http::Method::post, .path = "/", .summary = ""},
                                     [](http::Call<Everything, Search> call) { return echo(std::move(call.body)); });
    asio::io_context loop;
    http::Exchange exchange{.head = reading.parser.head(), .body = reading.parser.body(), .request_id = "fuzz"};
    std::optional<http::Response> response;
    asio::co_spawn(loop, row.handle(exchange), [&](std::exception_ptr fault, http::Response answer) {
        if (fault) std::rethrow_exception(fault);
        response = std::move(answer);
    });
    loop.run();
    if (!response) fail("no answer");
    const std::map<int, bool> known_status{{200, true}, {400, true}, {412, true}, {415, true}, {422, true}};
    if (!known_status.contains(response->status)) fail("a status that the program does not use");
    boost::json::parse(response->body);  // throws unless it is JSON
    if (response->status == 200 && !schema::from_json<Everything>(response->body)) fail("an answer that is no request");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    Reading at_once(bytes, bytes.size() + 1);
    Reading pieces(bytes, 1 + data[0] % 16);
    if (at_once.last != pieces.last) fail("the outcome depends on how the bytes are split");
    if (at_once.last == Progress::failed && at_once.parser.failure().status != pieces.parser.failure().status)
        fail("the refusal depends on how the bytes are split");
    if (at_once.last != Progress::complete) return 0;
    if (at_once.parser.body() != pieces.parser.body() || at_once.parser.consumed() != pieces.parser.consumed())
        fail("the content depends on how the bytes are split");
    handle(at_once);
    return 0;
}
