#include "platform/http/wire/response_parser.h"

#include <gtest/gtest.h>

#include <string>

namespace mindspace::http {
namespace {

using Step = ResponseParser::Progress;

// The result of parsing a response that arrives in pieces before the server closes the connection: "status [content]",
// with "+" if the connection is reusable, or the fault. With `pass_on`, content is removed as it arrives.
std::string parse_response(std::string_view input, std::size_t piece, bool pass_on, Method request_method) {
    ResponseParser parser(request_method);
    std::string buffer;
    std::string content;
    auto progress = Step::need_more;
    int status = 0;
    const auto take = [&] {
        content.append(buffer, parser.content_begin(), parser.content_size());
        buffer.erase(parser.content_begin(), parser.drop_content());
    };
    for (std::size_t at = 0; at < input.size() && progress != Step::complete && progress != Step::failed;) {
        buffer += input.substr(at, piece);
        at += piece;
        progress = parser.feed({buffer.data(), buffer.size()});
        if (progress == Step::head) {
            status = parser.head().status;
            progress = parser.feed({buffer.data(), buffer.size()});
        }
        if (pass_on && progress == Step::content) take();
    }
    if (progress == Step::need_more || progress == Step::content) progress = parser.end();
    if (progress != Step::complete) return std::string(parser.fault());
    take();
    const bool again = parser.head().keep_alive && parser.consumed() == buffer.size();
    return std::to_string(status) + (again ? "+ [" : " [") + content + "]";
}

// The result of parsing the entire response; expects the same result however it is split, with and without `pass_on`.
std::string parse_response(std::string_view input, Method request_method = Method::get) {
    const auto at_once = parse_response(input, input.size(), false, request_method);
    for (const std::size_t piece : {1U, 2U, 3U, 5U, 17U})
        for (const bool pass_on : {false, true})
            EXPECT_EQ(parse_response(input, piece, pass_on, request_method), at_once) << input;
    return at_once;
}

TEST(ResponseParser, FindsTheEndOfTheContent) {
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), "200+ [hello]");
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), "200+ []");
    EXPECT_EQ(
        parse_response("HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n there\r\n0\r\n\r\n"),
        "200+ [hello there]");
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n"),
              "200+ [a]");
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\n\r\nuntil the end"), "200 [until the end]");
    EXPECT_EQ(parse_response("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"), "200 [ok]");
    EXPECT_EQ(parse_response("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"), "200+ [ok]");
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nok"), "200 [ok]");
}

TEST(ResponseParser, RecognizesResponsesWithoutContent) {
    EXPECT_EQ(parse_response("HTTP/1.1 204 No Content\r\n\r\n"), "204+ []");
    EXPECT_EQ(parse_response("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"), "304+ []");
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", Method::head), "200+ []");
    EXPECT_EQ(
        parse_response("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 204 x\r\n\r\n"),
        "204+ []");
}

TEST(ResponseParser, RefusesAmbiguousFraming) {
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"),
              "more than one Content-Length field");
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              "both Transfer-Encoding and Content-Length");
    EXPECT_EQ(parse_response("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              "Transfer-Encoding in HTTP/1.0");
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
              "unknown transfer coding");
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok"), "invalid Content-Length field");
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok"), "invalid Content-Length field");
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok"), "malformed field line");
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok"),
              "control character, bare CR or bare LF in the head");
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "invalid chunk size");
}

TEST(ResponseParser, RefusesInvalidResponses) {
    for (const char* line : {"HTTP/2.0 200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 200", "HTTP/1.1  200 OK", "HTTP/1.1 2x0 OK",
                             "ICY 200 OK and more", "http/1.1 200 OK"})
        EXPECT_EQ(parse_response(std::string(line) + "\r\nContent-Length: 0\r\n\r\n"), "malformed status line") << line;
    EXPECT_EQ(parse_response("HTTP/1.1 700 OK\r\n\r\n"), "status out of range");
    EXPECT_EQ(parse_response("\r\nHTTP/1.1 200 OK\r\n\r\n"), "an empty line instead of a status line");
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nA: " + std::string(40'000, 'x') + "\r\n\r\n"), "head too large");
    std::string many = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 101; ++i) many += "A: b\r\n";
    EXPECT_EQ(parse_response(many + "\r\n"), "too many fields");
}

TEST(ResponseParser, DetectsATruncatedResponse) {
    const std::string fault = "the connection ended before the response did";
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"), fault);
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), fault);
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"), fault);
    EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nContent-"), fault);
}

TEST(ResponseParser, DetectsBytesAfterTheResponse) {
    EXPECT_EQ(
        parse_response("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n", 1000, false, Method::get),
        "200 [ok]");
}

}  // namespace
}  // namespace mindspace::http
