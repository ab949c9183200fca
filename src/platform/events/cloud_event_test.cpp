#include "platform/events/cloud_event.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace mindspace::events {
namespace {

namespace json = boost::json;

Event an_event() {
    return {.position = {.xid = "18446744073709551615", .id = 42},
            .type = "thing.happened",
            .user = UserId::parse("0193563b-0000-7000-8000-000000000001").value(),
            .payload = R"({"a":[1,"ü\n"]})",
            .occurred_at = parse_timestamp("2026-11-23T06:00:00.123Z").value()};
}

TEST(CloudEvent, HasTheAttributesOfVersionOne) {
    auto document = json::parse(encode_cloud_event(an_event(), "https://mind.example")).as_object();
    json::object expected{{"specversion", "1.0"},
                          {"id", "18446744073709551615-42"},
                          {"source", "https://mind.example"},
                          {"type", "thing.happened"},
                          {"subject", "0193563b-0000-7000-8000-000000000001"},
                          {"time", "2026-11-23T06:00:00.123Z"},
                          {"datacontenttype", "application/json"},
                          {"data", json::object{{"a", json::array{1, "ü\n"}}}}};
    EXPECT_EQ(document, expected);
}

TEST(CloudEvent, IsDecodedToTheEncodedEvent) {
    auto event = decode_cloud_event(encode_cloud_event(an_event(), "/x"));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->position.xid, "18446744073709551615");
    EXPECT_EQ(event->position.id, 42);
    EXPECT_EQ(event->type, "thing.happened");
    EXPECT_EQ(event->user, an_event().user);
    EXPECT_EQ(json::parse(event->payload), json::parse(an_event().payload));
    EXPECT_EQ(event->occurred_at, an_event().occurred_at);
}

TEST(CloudEvent, CarriesTheTraceOfItsCause) {
    constexpr auto kTrace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    auto event = an_event();
    event.trace = telemetry::parse_traceparent(kTrace).value();
    const auto document = encode_cloud_event(event, "/x");
    EXPECT_EQ(json::parse(document).at("traceparent"), kTrace);
    EXPECT_EQ(decode_cloud_event(document)->trace, event.trace);
}

TEST(CloudEvent, InvalidEventsAreRefused) {
    auto good = json::parse(encode_cloud_event(an_event(), "/x")).as_object();
    EXPECT_TRUE(decode_cloud_event(json::serialize(good)));
    for (const auto* name : {"specversion", "id", "type", "subject", "time", "data"}) {
        auto without = good;
        without.erase(name);
        EXPECT_FALSE(decode_cloud_event(json::serialize(without))) << name;
    }
    for (const auto* text : {"", "{", "[]", "\"x\"", "\xff"}) EXPECT_FALSE(decode_cloud_event(text)) << text;
}

TEST(EventId, IsThePositionAndNothingElse) {
    for (const auto* text : {"", "-", "1-", "-1", "1", "1-2x", "x-2", "1-2-3", "99999999999999999999-1"})
        EXPECT_FALSE(parse_event_id(text)) << text;
    EXPECT_EQ(event_id(parse_event_id("7-8").value()), "7-8");
}

}  // namespace
}  // namespace mindspace::events
