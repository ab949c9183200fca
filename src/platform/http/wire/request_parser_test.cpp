#include "platform/http/wire/request_parser.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace mindspace::http {
namespace {

using Progress = RequestParser::Progress;
using namespace std::string_literals;

// The worst case of a connection's buffer: exactly as large as its content, so that a sanitizer detects any read past
// its end, and at a different address after each append.
class MovingBuffer {
public:
    std::span<char> append(std::string_view arrived) {
        auto moved = std::make_unique<char[]>(size_ + arrived.size());
        std::copy_n(bytes_.get(), size_, moved.get());
        std::ranges::copy(arrived, moved.get() + size_);
        bytes_ = std::move(moved);
        size_ += arrived.size();
        return {bytes_.get(), size_};
    }

private:
    std::unique_ptr<char[]> bytes_ = std::make_unique<char[]>(0);
    std::size_t size_ = 0;
};

// The complete result of a parser as one readable string, for comparison.
std::string describe(const RequestParser& parser, Progress progress) {
    if (progress == Progress::failed)
        return std::to_string(parser.failure().status) + ' ' + std::string(parser.failure().reason);
    if (progress != Progress::complete) return "more";
    const RequestHead& head = parser.head();
    std::string text(method_name(head.method));
    text += ' ';
    text += head.target;
    text += " path=" + std::string(head.path) + " query=" + std::string(head.query) + " host=" + std::string(head.host);
    text += " 1." + std::to_string(head.version_minor) + (head.keep_alive ? " keep-alive" : " close");
    text += head.expect_continue ? " expect" : "";
    text += head.upgrade ? " upgrade" : "";
    for (const auto& [name, value] : head.headers) text += " [" + std::string(name) + "=" + std::string(value) + "]";
    text += " body=" + std::string(parser.body()) + " consumed=" + std::to_string(parser.consumed());
    return text;
}

// Feeds the input in two pieces, split at `cut`.
std::string parse_cut(std::string_view input, std::size_t cut, ParseLimits limits) {
    MovingBuffer buffer;
    RequestParser parser(limits);
    static_cast<void>(parser.feed(buffer.append(input.substr(0, cut))));
    const Progress progress = parser.feed(buffer.append(input.substr(cut)));
    return describe(parser, progress);
}

std::string parse_singly(std::string_view input, ParseLimits limits) {
    MovingBuffer buffer;
    RequestParser parser(limits);
    Progress progress = Progress::need_more;
    for (const char byte : input) progress = parser.feed(buffer.append({&byte, 1}));
    return describe(parser, progress);
}

// The parser's result for the entire input; expects the same result however the input is split.
std::string parse(std::string_view input, ParseLimits limits = {}) {
    MovingBuffer buffer;
    RequestParser parser(limits);
    const Progress progress = parser.feed(buffer.append(input));
    const std::string at_once = describe(parser, progress);
    if (input.size() <= 2000) {
        for (std::size_t cut = 0; cut <= input.size(); ++cut)
            EXPECT_EQ(parse_cut(input, cut, limits), at_once) << "cut at " << cut << " of " << input;
        EXPECT_EQ(parse_singly(input, limits), at_once) << "byte by byte: " << input;
    }
    return at_once;
}

int refusal(std::string_view input, ParseLimits limits = {}) {
    const std::string text = parse(input, limits);
    return text.size() > 3 && text[3] == ' ' && text[0] >= '4' && text[0] <= '5' ? std::stoi(text) : 0;
}

const std::string kHost = "Host: localhost\r\n";
const std::string kNext = "GET /next HTTP/1.1\r\n" + kHost + "\r\n";
const std::string kBody = R"({"a":1})";

std::string get(const std::string& fields) {
    return "GET /health HTTP/1.1\r\n" + kHost + fields + "\r\n";
}
std::string line(const std::string& request_line) {
    return request_line + "\r\n" + kHost + "\r\n";
}
std::string post(const std::string& fields, const std::string& body) {
    return "POST /echo HTTP/1.1\r\n" + kHost + fields + "\r\n" + body;
}
std::string chunked(const std::string& body) {
    return post("Transfer-Encoding: chunked\r\n", body);
}

TEST(RequestParser, ReadsAPlainRequest) {
    const std::string input = "GET /a/b%20c?x=1&y=%C3%A9 HTTP/1.1\r\nHost: example.org:8080\r\nAccept:  */* \r\n\r\n";
    EXPECT_EQ(parse(input),
              "GET /a/b%20c?x=1&y=%C3%A9 path=/a/b%20c query=x=1&y=%C3%A9 host=example.org:8080 1.1 keep-alive "
              "[Host=example.org:8080] [Accept=*/*] body= consumed=" +
                  std::to_string(input.size()));
}

TEST(RequestParser, ParsesEveryMethod) {
    for (const auto* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
        EXPECT_TRUE(parse(line(method + std::string(" /x HTTP/1.1"))).starts_with(method)) << method;
}

TEST(RequestParser, ReadsTheBodyByContentLengthAndNoFurther) {
    const std::string first = post("Content-Length: 7\r\n", kBody);
    const std::string result = parse(first + kNext);
    EXPECT_TRUE(result.ends_with("body=" + kBody + " consumed=" + std::to_string(first.size()))) << result;
}

TEST(RequestParser, DecodesAChunkedBodyAndDropsExtensionsAndTrailers) {
    const std::string first = post("tRANSFER-eNCODING: Chunked\r\n",
                                   "3\r\n{\"a\r\n004;name=token;flag;q=\"a;\\\"b\"\r\n\":1}\r\n0;end\r\n"
                                   "Authorization: Bearer stolen\r\nContent-Length: 999\r\n\r\n");
    const std::string result = parse(first + kNext);
    EXPECT_TRUE(result.ends_with("body=" + kBody + " consumed=" + std::to_string(first.size()))) << result;
    EXPECT_EQ(result.find("Authorization"), std::string::npos);
    EXPECT_EQ(result.find("Content-Length"), std::string::npos);
}

TEST(RequestParser, TheBodyOfAGetIsNotASecondRequest) {
    const std::string input = get("Content-Length: " + std::to_string(kNext.size()) + "\r\n") + kNext;
    EXPECT_TRUE(parse(input).ends_with("body=" + kNext + " consumed=" + std::to_string(input.size())));
}

TEST(RequestParser, ReadsPipelinedRequestsOneByOne) {
    std::string all;
    for (int i = 0; i < 20; ++i) all += i % 3 == 0 ? chunked("7\r\n" + kBody + "\r\n0\r\n\r\n") : get("X-N: 1\r\n");
    MovingBuffer buffer;
    std::span<char> unread = buffer.append(all);
    RequestParser parser;
    int requests = 0;
    for (; !unread.empty(); ++requests) {
        ASSERT_EQ(parser.feed(unread), Progress::complete);
        EXPECT_EQ(parser.head().method, requests % 3 == 0 ? Method::post : Method::get);
        EXPECT_EQ(parser.body(), requests % 3 == 0 ? kBody : "");
        EXPECT_EQ(parser.head().headers.size(), 2U);
        unread = unread.subspan(parser.consumed());
        parser.reset();
    }
    EXPECT_EQ(requests, 20);
}

TEST(RequestParser, ReportsACompleteHeadOnceBeforeTheBody) {
    const std::string head = post("Content-Length: 7\r\nExpect: 100-Continue\r\n", "");
    MovingBuffer buffer;
    RequestParser parser;
    EXPECT_EQ(parser.feed(buffer.append(head.substr(0, 20))), Progress::need_more);
    EXPECT_EQ(parser.announced(), std::nullopt);
    EXPECT_EQ(parser.feed(buffer.append(head.substr(20))), Progress::head_complete);
    EXPECT_EQ(parser.announced(), head.size() + 7);
    EXPECT_TRUE(parser.head().expect_continue);
    EXPECT_EQ(parser.head().content_length, 7U);
    EXPECT_EQ(parser.body_received(), 0U);
    EXPECT_EQ(parser.feed(buffer.append(kBody.substr(0, 3))), Progress::need_more);
    EXPECT_EQ(parser.body_received(), 3U);
    EXPECT_EQ(parser.feed(buffer.append(kBody.substr(3))), Progress::complete);
    EXPECT_EQ(parser.body(), kBody);
    EXPECT_EQ(parser.feed(buffer.append(kNext)), Progress::complete);
}

TEST(RequestParser, RefusesATooLargeBodyBeforeItIsRead) {
    EXPECT_EQ(refusal(post("Content-Length: 65537\r\n", "")), 413);
    EXPECT_EQ(refusal(post("Content-Length: 65536\r\n", "")), 0);
    EXPECT_EQ(refusal(post("Content-Length: 18446744073709551623\r\n", "")), 413);
    EXPECT_EQ(refusal(chunked("10001\r\n")), 413);
    EXPECT_EQ(refusal(chunked("10000\r\n")), 0);
    EXPECT_EQ(refusal(chunked("4\r\n1234\r\n2\r\n"), {.max_body = 5}), 413);
}

TEST(RequestParser, UnderstandsConnectionAndVersion) {
    const auto keeps_alive = [](const std::string& input) { return parse(input).contains(" keep-alive"); };
    EXPECT_TRUE(keeps_alive("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    EXPECT_FALSE(keeps_alive("GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: y, Close\r\n\r\n"));
    EXPECT_FALSE(keeps_alive("GET / HTTP/1.0\r\n\r\n"));
    EXPECT_TRUE(keeps_alive("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
    EXPECT_TRUE(parse(get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n")).contains(" upgrade"));
    EXPECT_FALSE(parse(get("Upgrade: websocket\r\n")).contains(" upgrade"));
    EXPECT_FALSE(parse("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n").contains(" upgrade"));
}

TEST(RequestParser, PrefersTheAuthorityOfAnAbsoluteTargetToHost) {
    EXPECT_TRUE(parse(line("GET HTTP://Other.example:81/p?q HTTP/1.1"))
                    .starts_with("GET /p?q path=/p query=q host=Other.example:81 "));
    EXPECT_TRUE(
        parse(line("GET http://other.example HTTP/1.1")).starts_with("GET / path=/ query= host=other.example "));
    EXPECT_EQ(refusal("GET http://other.example/ HTTP/1.1\r\n\r\n"), 400) << "Host is needed all the same";
}

TEST(RequestParser, AcceptsTheAsteriskForOptionsOnly) {
    EXPECT_TRUE(parse(line("OPTIONS * HTTP/1.1")).starts_with("OPTIONS * path=* "));
    EXPECT_EQ(refusal(line("GET * HTTP/1.1")), 400);
}

TEST(RequestParser, IgnoresOneEmptyLineBeforeTheRequestButNotTwo) {
    EXPECT_TRUE(parse("\r\n" + kNext).starts_with("GET /next "));
    EXPECT_EQ(refusal("\r\n\r\n" + kNext), 400);
}

TEST(RequestParser, AcceptsWhiteSpaceAroundAValueAndHighBytesInIt) {
    EXPECT_TRUE(parse(post("Content-Length: \t 7 \t\r\nX: \xc3\xa9\xff\r\n", kBody))
                    .contains("[X=\xc3\xa9\xff] body=" + kBody));
}

TEST(RequestParser, AcceptsEveryFormOfAHost) {
    for (const auto* host :
         {"a", "a.b-c.example", "my_service:80", "127.0.0.1:8080", "[::1]", "[::ffff:1.2.3.4]:80", "a:"})
        EXPECT_TRUE(parse("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n")
                        .contains("host=" + std::string(host) + " "))
            << host;
}

TEST(RequestParser, RefusesAHostThatIsMissingRepeatedOrInvalid) {
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), 400);
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
    for (const std::string host : {"", "a b", "a@b", "a/b", "a, b", "a:x", "a:99999999", "a:65536", "a:1:2", "[::1",
                                   "[]", "[g]", "[::1]x", "a%2e", ":80", "a?b", "\xc3\xa9"})
        EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"), 400) << host;
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n"s), 400);
}

TEST(RequestParser, RefusesAContentLengthThatIsNotOneNumber) {
    for (const std::string value :
         {"+7", "-7", "0x7", "7.0", "7e0", "0 7", "", "7a", "\"7\"", "\xd9\xa7", "1_0", "7,", "7, 7", "7, 8"})
        EXPECT_EQ(refusal(post("Content-Length: " + value + "\r\n", kBody + kNext)), 400) << value;
    EXPECT_EQ(refusal(post("Content-Length: " + std::string(40, '9') + "\r\n", kBody)), 413);
    EXPECT_EQ(refusal(post("Content-Length: 7\r\nContent-Length: 8\r\n", kBody)), 400);
    EXPECT_EQ(refusal(post("Content-Length: 7\r\nContent-Length: 7\r\n", kBody)), 400);
}

TEST(RequestParser, RefusesTwoLengths) {
    EXPECT_EQ(refusal(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + kNext)), 400);
    EXPECT_EQ(refusal(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n" + kNext)), 400);
}

TEST(RequestParser, RefusesEveryTransferEncodingButOneChunked) {
    const std::string end = "0\r\n\r\n" + kNext;
    for (const std::string value : {"gzip", "xchunked", "identity"})
        EXPECT_EQ(refusal(post("Transfer-Encoding: " + value + "\r\n", end)), 501) << value;
    for (const std::string value : {"chunked, chunked", "chunked, identity", "gzip, chunked",
                                    "\x0b"
                                    "chunked",
                                    "\"chunked\"", "", "chunked;q=1", "chunked,", ", chunked", "\r\n chunked"})
        EXPECT_EQ(refusal(post("Transfer-Encoding: " + value + "\r\n", end)), 400) << value;
    EXPECT_EQ(refusal(post("Transfer-Encoding: chunked" + "\0"s + "\r\n", end)), 400);
    EXPECT_EQ(refusal(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", end)), 400);
    EXPECT_EQ(refusal(post("Transfer-Encoding : chunked\r\n", end)), 400);
    EXPECT_EQ(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + end), 400);
}

TEST(RequestParser, RefusesMalformedChunks) {
    const std::string rest = "\r\n" + kBody + "\r\n0\r\n\r\n" + kNext;
    for (const std::string size : {"0x7", "-7", "+7", "", "10000000000000007", "zz", "0_7", " 7", "7 ", "7\t", "7;",
                                   "7;=a", "7;a=", "7;a=\"b", "7;a b", "7;a\rb", "7; a", "7\n", "2;\nxx"})
        EXPECT_EQ(refusal(chunked(size + rest)), 400) << size;
    EXPECT_EQ(refusal(chunked("7" + "\0"s + rest)), 400);
    EXPECT_EQ(refusal(chunked("7\r\n" + kBody + "0\r\n\r\n")), 400);
    EXPECT_EQ(refusal(chunked("7\r\n" + kBody + "XX\r\n0\r\n\r\n")), 400);
    EXPECT_EQ(refusal(chunked("7\r\n" + kBody + "\n0\r\n\r\n")), 400);
    EXPECT_EQ(refusal(chunked("7\r" + kBody + "\r\n0\r\n\r\n")), 400);
    EXPECT_EQ(refusal(chunked("7\n" + kBody + "\r\n0\r\n\r\n")), 400);
    EXPECT_EQ(refusal(chunked("FFFFFFFFFFFFFFFF\r\n")), 413);
}

TEST(RequestParser, RefusesMalformedTrailers) {
    for (const std::string trailer : {"X\r\n", " X: 1\r\n", "X : 1\r\n", "X: a\nb\r\n", "X: a\rb\r\n", ": 1\r\n"})
        EXPECT_EQ(refusal(chunked("0\r\n" + trailer + "\r\n")), 400) << trailer;
}

TEST(RequestParser, BoundsTheFramingOfAChunkedBody) {
    EXPECT_EQ(refusal(chunked("7;" + std::string(4094, 'a') + "\r\n")), 0);
    EXPECT_EQ(refusal(chunked("7;" + std::string(4095, 'a') + "\r\n")), 400);
    EXPECT_EQ(refusal(chunked("7;" + std::string(4095, 'a'))), 400) << "before the line ends";
    EXPECT_EQ(refusal(chunked("0\r\nX: " + std::string(4096, 'a'))), 431);
    std::string trailers = "0\r\n";
    for (int i = 0; i < 30; ++i) trailers += "X: " + std::string(4000, 'a') + "\r\n";
    EXPECT_EQ(refusal(chunked(trailers + "\r\n")), 413);
    // Five bytes of framing per chunk and five at the end: 65 for 12 chunks.
    std::string small;
    for (int i = 0; i < 12; ++i) small += "1\r\nx\r\n";
    EXPECT_EQ(refusal(chunked(small + "0\r\n\r\n"), {.max_chunk_framing = 65}), 0);
    EXPECT_EQ(refusal(chunked(small + "0\r\n\r\n"), {.max_chunk_framing = 64}), 413);
}

TEST(RequestParser, RefusesMalformedFields) {
    for (const std::string field : {"X Y: 1", "X-A : 1", " X-A: 1", "X-A: 1\r\n 2", "X-A: 1\r\n\t2", ": 1", "XA",
                                    "X-A: a\rb", "X-A: a\nX-B: 2", "X-\xc3\xa9: 1", "X-A: a\x01", "X-A: a\x7f"})
        EXPECT_EQ(refusal(get(field + "\r\n")), 400) << field;
    for (const char byte : "()<>@,;\\\"/[]?={}\x7f\x01\0"s)
        EXPECT_EQ(refusal(get("X" + std::string(1, byte) + "A: 1\r\n")), 400) << byte;
    EXPECT_EQ(refusal(get("X-A: a" + "\0"s + "b\r\n")), 400);
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\n " + kHost + "X-A: 1\r\n\r\n"), 400);
}

TEST(RequestParser, RefusesOtherLineEnds) {
    EXPECT_EQ(refusal("GET / HTTP/1.1\nHost: a\n\n"), 400);
    EXPECT_EQ(refusal("GET / HTTP/1.1\rHost: a\r\r"), 400);
    EXPECT_EQ(refusal("\n" + kNext), 400);
}

TEST(RequestParser, RefusesUnknownExpectations) {
    EXPECT_EQ(refusal(post("Content-Length: 7\r\nExpect: 200-ok\r\n", kBody)), 417);
    EXPECT_EQ(refusal("GET / HTTP/1.0\r\nExpect: 200-ok\r\n\r\n"), 0);
}

TEST(RequestParser, RefusesMalformedRequestLines) {
    for (const std::string text : {"GET  / HTTP/1.1",
                                   "GET\t/\tHTTP/1.1",
                                   "GET / HTTP/1.1 ",
                                   " GET / HTTP/1.1",
                                   "GET / x HTTP/1.1",
                                   "GET / HTTP/1.10",
                                   "GET / http/1.1",
                                   "GET /",
                                   "GET / HTTP/1.x",
                                   "GET / HTTP/1",
                                   "GET /\x01 HTTP/1.1",
                                   "GET /\rX HTTP/1.1",
                                   "GET /\x7f HTTP/1.1",
                                   "G(T / HTTP/1.1",
                                   "GET HTTP/1.1",
                                   "GET",
                                   "GET health HTTP/1.1",
                                   "GET /#x HTTP/1.1",
                                   "GET /?a#x HTTP/1.1",
                                   "GET /\xc3\xa9 HTTP/1.1",
                                   "GET /\"a\" HTTP/1.1",
                                   "GET /%zz HTTP/1.1",
                                   "GET /%4 HTTP/1.1",
                                   "GET /?% HTTP/1.1",
                                   "GET /a\\b HTTP/1.1",
                                   "GET ftp://a/ HTTP/1.1",
                                   "GET http://a@b/ HTTP/1.1",
                                   "GET http:///x HTTP/1.1",
                                   "GET http://a?x HTTP/1.1",
                                   "GET http:/a HTTP/1.1"})
        EXPECT_EQ(refusal(line(text)), 400) << text;
    EXPECT_EQ(refusal(line("GET /" + "\0"s + " HTTP/1.1")), 400);
}

TEST(RequestParser, RefusesOtherMethodsAndVersions) {
    for (const std::string method : {"get", "FROB", "TRACE", "GETS", "GE"})
        EXPECT_EQ(refusal(line(method + " / HTTP/1.1")), 501) << method;
    EXPECT_EQ(refusal(line("CONNECT 127.0.0.1:22 HTTP/1.1")), 501);
    for (const std::string version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.2"})
        EXPECT_EQ(refusal(line("GET / " + version)), 505) << version;
}

TEST(RequestParser, RefusesOtherProtocols) {
    EXPECT_EQ(refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"s), 501);
    EXPECT_EQ(refusal("\x16\x03\x01\0\xc4\x01"s + std::string(190, '\0')), 400);
    EXPECT_EQ(refusal(std::string(4096, '\0')), 400);
    EXPECT_EQ(refusal("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + kNext), 501);
}

TEST(RequestParser, BoundsTheRequestLine) {
    const auto with_target = [](std::size_t size) { return line("GET /" + std::string(size - 1, 'a') + " HTTP/1.1"); };
    EXPECT_EQ(refusal(with_target(50), {.max_target = 50}), 0);
    EXPECT_EQ(refusal(with_target(51), {.max_target = 50}), 414);
    EXPECT_EQ(refusal(with_target(8192)), 0);
    EXPECT_EQ(refusal(with_target(8193)), 414);
    EXPECT_EQ(refusal("GET /" + std::string(9000, 'a')), 414) << "before the line ends";
    EXPECT_EQ(refusal(std::string(20000, 'A') + " / HTTP/1.1\r\n"), 414);
    EXPECT_EQ(refusal("GET /" + std::string(60, 'a') + "\x01", {.max_target = 20}), 414) << "the limit comes first";
}

TEST(RequestParser, BoundsTheFields) {
    const std::string request = get("X: " + std::string(100, 'a') + "\r\n");
    EXPECT_EQ(refusal(request, {.max_head_bytes = request.size()}), 0);
    EXPECT_EQ(refusal(request, {.max_head_bytes = request.size() - 1}), 431);
    EXPECT_EQ(refusal(get("X: " + std::string(65536, 'a'))), 431);
    EXPECT_EQ(refusal(get("A: 1\r\nB: 2\r\n"), {.max_headers = 3}), 0);
    EXPECT_EQ(refusal(get("A: 1\r\nB: 2\r\nC: 3\r\n"), {.max_headers = 3}), 431);
}

TEST(RequestHead, FindsFieldsIgnoringCase) {
    RequestParser parser;
    MovingBuffer buffer;
    ASSERT_EQ(parser.feed(buffer.append(get("Accept: a, B\r\naccept: c\r\n"))), Progress::complete);
    const RequestHead& head = parser.head();
    EXPECT_EQ(head.find("ACCEPT"), "a, B");
    EXPECT_EQ(head.find("accept-x"), std::nullopt);
    EXPECT_EQ(head.count("accept"), 2U);
    EXPECT_TRUE(head.has_token("accept", "b"));
    EXPECT_TRUE(head.has_token("accept", "C"));
    EXPECT_FALSE(head.has_token("accept", "d"));
}

// Damaged requests: the result, whichever it is, is the same if the bytes arrive one by one.
TEST(RequestParser, GivesTheSameResultForDamagedInputHoweverItIsSplit) {
    const std::string seeds[] = {get("Connection: close\r\nX-A: 1\r\n") + kNext,
                                 post("Content-Length: 7\r\n", kBody) + kNext,
                                 chunked("3;a=\"b\"\r\nabc\r\n4\r\ndefg\r\n0\r\nX: 1\r\n\r\n") + kNext,
                                 line("GET http://a.example:80/x?y=%20 HTTP/1.1")};
    const std::string spice = "\r\n\t :;,%\"\0\x7f\xff"s + "0159afAF/?#[]@";
    std::mt19937 random(20240611);  // the same damage in every run
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    for (int round = 0; round < 40000 && std::chrono::steady_clock::now() < deadline; ++round) {
        std::string input = seeds[random() % std::size(seeds)];
        for (auto damages = 1 + random() % 3; damages > 0; --damages) {
            const std::size_t position = random() % input.size();
            const char byte = random() % 2 == 0 ? spice[random() % spice.size()] : static_cast<char>(random());
            switch (random() % 4) {
                case 0:
                    input.insert(position, 1, byte);
                    break;
                case 1:
                    input.erase(position, 1 + random() % 4);
                    break;
                case 2:
                    input.insert(position, input.substr(random() % input.size(), 8));
                    break;
                default:
                    input[position] = byte;
                    break;
            }
            if (input.empty()) input = "G";
        }
        MovingBuffer buffer;
        RequestParser parser;
        const Progress progress = parser.feed(buffer.append(input));
        ASSERT_EQ(parse_singly(input, {}), describe(parser, progress)) << testing::PrintToString(input);
    }
}

}  // namespace
}  // namespace mindspace::http
