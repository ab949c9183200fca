// The parser of requests, with requests as a phone sends them.

#include "micro/cases.h"
#include "platform/http/wire/request_parser.h"

#include <benchmark/benchmark.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace mindspace::micro {

namespace {

constexpr std::string_view kFields =
    "Host: mind.example\r\n"
    "User-Agent: MindSpace/4.2 (iPhone; iOS 18.1; Scale/3.00)\r\n"
    "Accept: application/json\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Authorization: Bearer eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6IjcyR0ZPV1E1N3BPbXFiTjNfd0o4dHFBbkVi"
    "aHhvZ2lWZ2pyWXNPZC1GNmcifQ.eyJpc3MiOiJodHRwczovL21pbmQuZXhhbXBsZSJ9.c2lnbmF0dXJl\r\n"
    "If-None-Match: \"v7\"\r\n"
    "Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00\r\n"
    "Connection: keep-alive\r\n";

Case parse(std::string name, std::string request) {
    auto parser = std::make_shared<http::RequestParser>();
    return {std::move(name), [parser, request = std::move(request)]() mutable {
                if (parser->feed(request) != http::RequestParser::Progress::complete)
                    throw std::logic_error("not a complete request");
                benchmark::DoNotOptimize(parser->head());
                parser->reset();
            }};
}

}  // namespace

Cases http_cases() {
    const std::string content = R"({"kind":"breathing","plannedSeconds":600,"moodBefore":2})";
    const std::string fields(kFields);
    return {parse("http/parse_get", "GET /api/v1/sessions?limit=20&kind=breathing HTTP/1.1\r\n" + fields + "\r\n"),
            parse("http/parse_post", "POST /api/v1/sessions HTTP/1.1\r\n" + fields +
                                         "Content-Type: application/json\r\nContent-Length: " +
                                         std::to_string(content.size()) + "\r\n\r\n" + content)};
}

}  // namespace mindspace::micro
