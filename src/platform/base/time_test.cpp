#include "platform/base/time.h"

#include <gtest/gtest.h>

namespace mindspace {
namespace {

using std::chrono::local_days;
using std::chrono::sys_days;
using std::chrono::year;

std::string reformat(std::string_view text) {
    auto at = parse_timestamp(text);
    return at ? format_timestamp(*at) : "refused";
}

TEST(FormatTimestamp, WritesUtcWithMilliseconds) {
    EXPECT_EQ(format_timestamp(Timestamp{}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(format_timestamp(sys_days(year(2026) / 11 / 23) + std::chrono::hours(6) + Milliseconds(7)),
              "2026-11-23T06:00:00.007Z");
    EXPECT_EQ(format_timestamp(Timestamp(Milliseconds(-1))), "1969-12-31T23:59:59.999Z");
}

TEST(ParseTimestamp, AcceptsEveryFormOfRfc3339) {
    EXPECT_EQ(reformat("2026-11-23T06:00:00Z"), "2026-11-23T06:00:00.000Z");
    EXPECT_EQ(reformat("2026-11-23t06:00:00z"), "2026-11-23T06:00:00.000Z");
    EXPECT_EQ(reformat("2026-11-23T06:00:00+05:45"), "2026-11-23T00:15:00.000Z");
    EXPECT_EQ(reformat("2026-11-23T20:00:00-08:00"), "2026-11-24T04:00:00.000Z");
    EXPECT_EQ(reformat("2026-11-23T06:00:00-00:00"), "2026-11-23T06:00:00.000Z");
}

TEST(ParseTimestamp, TruncatesToMilliseconds) {
    EXPECT_EQ(reformat("2026-11-23T06:00:00.1Z"), "2026-11-23T06:00:00.100Z");
    EXPECT_EQ(reformat("2026-11-23T06:00:00.12Z"), "2026-11-23T06:00:00.120Z");
    EXPECT_EQ(reformat("2026-11-23T06:00:00.999999999Z"), "2026-11-23T06:00:00.999Z");
    EXPECT_EQ(reformat("1969-12-31T23:59:59.0019Z"), "1969-12-31T23:59:59.001Z");
    EXPECT_EQ(reformat("2026-11-23T06:00:00.1234567890Z"), "refused");
    EXPECT_EQ(reformat("2026-11-23T06:00:00.Z"), "refused");
}

TEST(ParseTimestamp, RefusesInvalidTexts) {
    for (std::string_view text : {"",
                                  "2026-11-23",
                                  "2026-11-23T06:00:00",
                                  "2026-11-23 06:00:00Z",
                                  "2026-11-23T06:00Z",
                                  "2026-11-23T06:00:00Z ",
                                  " 2026-11-23T06:00:00Z",
                                  "2026-11-23T24:00:00Z",
                                  "2026-11-23T06:60:00Z",
                                  "2026-11-23T06:00:61Z",
                                  "2026-11-23T06:00:00+24:00",
                                  "2026-11-23T06:00:00+05:60",
                                  "2026-11-23T06:00:00+0545",
                                  "2026-11-23T06:00:00+05",
                                  "2026-13-23T06:00:00Z",
                                  "2026-00-23T06:00:00Z",
                                  "2026-11-00T06:00:00Z",
                                  "2026-11-31T06:00:00Z",
                                  "+026-11-23T06:00:00Z",
                                  "2026-1-23T06:00:00Z",
                                  "2026-11-23T06:00:00,5Z",
                                  "20261123T060000Z"}) {
        EXPECT_EQ(reformat(text), "refused") << text;
    }
}

TEST(ParseTimestamp, KnowsLeapYears) {
    EXPECT_EQ(reformat("2024-02-29T00:00:00Z"), "2024-02-29T00:00:00.000Z");
    EXPECT_EQ(reformat("2000-02-29T00:00:00Z"), "2000-02-29T00:00:00.000Z");
    EXPECT_EQ(reformat("1900-02-29T00:00:00Z"), "refused");
    EXPECT_EQ(reformat("2026-02-29T00:00:00Z"), "refused");
}

TEST(ParseTimestamp, AcceptsALeapSecondOnlyAtTheEndOfAMonthInUtc) {
    EXPECT_EQ(reformat("1990-12-31T23:59:60Z"), "1991-01-01T00:00:00.000Z");
    EXPECT_EQ(reformat("1990-12-31T15:59:60.5-08:00"), "1991-01-01T00:00:00.500Z");
    EXPECT_EQ(reformat("1990-12-31T23:59:60-08:00"), "refused");
    EXPECT_EQ(reformat("1990-12-30T23:59:60Z"), "refused");
    EXPECT_EQ(reformat("1990-12-31T23:58:60Z"), "refused");
}

TEST(ParseTimestamp, StaysBetweenTheYears1And9999) {
    EXPECT_EQ(reformat("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00.000Z");
    EXPECT_EQ(reformat("9999-12-31T23:59:59.999Z"), "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(reformat("0000-12-31T23:59:59Z"), "refused");
    EXPECT_EQ(reformat("0001-01-01T00:00:00+00:01"), "refused");
    EXPECT_EQ(reformat("9999-12-31T23:59:59-00:01"), "refused");
}

TEST(Date, IsParsedAndFormatted) {
    EXPECT_EQ(parse_date("2026-11-23"), local_days(year(2026) / 11 / 23));
    EXPECT_EQ(format_date(local_days(year(2024) / 2 / 29)), "2024-02-29");
    EXPECT_EQ(format_date(local_days(year(1) / 1 / 1)), "0001-01-01");
    for (std::string_view text :
         {"", "2026-11-2", "2026-11-231", "2026-02-29", "0000-01-01", "2026/11/23", "2026-1123"}) {
        EXPECT_EQ(parse_date(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace mindspace
