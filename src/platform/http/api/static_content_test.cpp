#include "platform/http/api/static_content.h"

#include "platform/http/wire/request_parser.h"

#include <gtest/gtest.h>

namespace mindspace::http {
namespace {

constexpr StaticContent kPage{.content_type = "text/css",
                              .body = "body as it is",
                              .gzip = "gzip",
                              .brotli = "brotli",
                              .etag = "\"tag\"",
                              .cache_control = "public, max-age=31536000, immutable"};

Response ask_for(const StaticContent& content, std::string fields) {
    std::string text = "GET /page HTTP/1.1\r\nHost: here\r\n" + std::move(fields) + "\r\n";
    RequestParser parser(ParseLimits{});
    EXPECT_NE(parser.feed({text.data(), text.size()}), RequestParser::Progress::failed);
    return static_response(content, PreferredCoding::of(parser.head()));
}

std::string field(const Response& response, std::string_view name) {
    for (const auto& [given, value] : response.headers)
        if (given == name) return value;
    return "none";
}

TEST(StaticContent, IsSentInTheCodingThatTheClientPrefers) {
    const auto plain = ask_for(kPage, "");
    EXPECT_EQ(plain.content_length(), kPage.body.size());
    EXPECT_EQ(field(plain, "Content-Encoding"), "none");
    EXPECT_EQ(field(plain, "ETag"), "\"tag\"");
    EXPECT_EQ(field(plain, "Vary"), "Accept-Encoding");
    EXPECT_EQ(field(plain, "Cache-Control"), kPage.cache_control);
    const auto gzip = ask_for(kPage, "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(gzip.content_length(), kPage.gzip.size());
    EXPECT_EQ(field(gzip, "Content-Encoding"), "gzip");
    EXPECT_EQ(field(gzip, "ETag"), "\"tag-gzip\"") << "each coding is a representation of its own";
    const auto brotli = ask_for(kPage, "Accept-Encoding: gzip, br\r\n");
    EXPECT_EQ(brotli.content_length(), kPage.brotli.size());
    EXPECT_EQ(field(brotli, "Content-Encoding"), "br");
}

TEST(StaticContent, IsNotCompressedWhereThatSavesNothing) {
    const auto response =
        ask_for({.content_type = "image/svg+xml", .body = "small", .etag = "\"s\""}, "Accept-Encoding: gzip, br\r\n");
    EXPECT_EQ(response.content_length(), 5U);
    EXPECT_EQ(field(response, "Content-Encoding"), "none");
    EXPECT_EQ(field(response, "ETag"), "\"s\"");
}

TEST(StaticDocument, IsCompressedOnceAndRevalidated) {
    const StaticDocument document("[" + std::string(5000, ' ') + "]");
    const auto content = document.content();
    EXPECT_EQ(content.body.size(), 5002U);
    EXPECT_LT(content.gzip.size(), 100U);
    EXPECT_LT(content.brotli.size(), 100U);
    EXPECT_EQ(content.cache_control, "no-cache");
    EXPECT_NE(content.etag, StaticDocument("[]").content().etag);
}

}  // namespace
}  // namespace mindspace::http
