#include "platform/http/wire/negotiation.h"

#include <gtest/gtest.h>

namespace mindspace::http {

TEST(Negotiation, AcceptsJsonWhereTheClientDoes) {
    for (auto accept : {"", "*/*", "application/json", "text/html, application/*;q=0.1", "APPLICATION/JSON;q=1",
                        "application/json; charset=utf-8", "text/html;q=0.9, */*;q=0.1"})
        EXPECT_TRUE(accepts_json(accept)) << accept;
    for (auto accept : {"text/html", "application/json;q=0", "*/*, application/json;q=0.0", "application/xml"})
        EXPECT_FALSE(accepts_json(accept)) << accept;
}

TEST(Negotiation, TellsWhoOpensAPage) {
    for (auto accept : {"text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "*/*, TEXT/HTML;q=0.1"})
        EXPECT_TRUE(accepts_html(accept)) << accept;
    for (auto accept : {"", "*/*", "text/*", "text/html;q=0", "application/json", "text/htmlx"})
        EXPECT_FALSE(accepts_html(accept)) << accept;
}

TEST(Negotiation, PicksTheCodingThatTheClientPrefers) {
    EXPECT_EQ(preferred_coding(""), Coding::identity);
    EXPECT_EQ(preferred_coding("gzip"), Coding::gzip);
    EXPECT_EQ(preferred_coding("gzip, deflate, br"), Coding::br);
    EXPECT_EQ(preferred_coding("br;q=0.5, gzip;q=0.8"), Coding::gzip);
    EXPECT_EQ(preferred_coding("br;q=0, *;q=0.5"), Coding::gzip);
    EXPECT_EQ(preferred_coding("*"), Coding::br);
    EXPECT_EQ(preferred_coding("deflate, zstd"), Coding::identity);
    EXPECT_EQ(preferred_coding("GZIP;q=1.000"), Coding::gzip);
}

}  // namespace mindspace::http
