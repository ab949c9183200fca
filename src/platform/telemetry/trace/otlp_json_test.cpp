#include "platform/telemetry/trace/otlp_json.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace mindspace::telemetry {
namespace {

namespace json = boost::json;

TEST(OtlpJson, WritesASpanAsTheProtocolDoes) {
    const auto context = *parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    const auto cause = *parse_traceparent("00-1af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01");
    const Span span{.context = context,
                    .parent_id = cause.span_id,
                    .kind = SpanKind::server,
                    .name = "POST /v1/sessions",
                    .began = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000)),
                    .took = std::chrono::nanoseconds(1'500),
                    .attributes = {{"http.request.method", "POST"}, {"http.response.status_code", 503}},
                    .links = {cause},
                    .error = "503"};
    const auto document = json::parse(encode_otlp({{"service.name", "mindspace"}}, std::span(&span, 1)));
    const auto expected = json::parse(R"({"resourceSpans":[{
        "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"mindspace"}}]},
        "scopeSpans":[{"scope":{"name":"mindspace"},"spans":[{
            "traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","flags":1,
            "parentSpanId":"c7ad6b7169203331","name":"POST /v1/sessions","kind":2,
            "startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000000001500",
            "attributes":[{"key":"http.request.method","value":{"stringValue":"POST"}},
                          {"key":"http.response.status_code","value":{"intValue":"503"}},
                          {"key":"error.type","value":{"stringValue":"503"}}],
            "links":[{"traceId":"1af7651916cd43dd8448eb211c80319c","spanId":"c7ad6b7169203331","flags":1}],
            "status":{"code":2}}]}]}]})");
    EXPECT_EQ(document, expected) << json::serialize(document);
}

TEST(OtlpJson, OmitsWhatASpanDoesNotHave) {
    const Span span{.context = {.trace_id = new_trace_id(), .span_id = new_span_id()}, .name = "find \"user\""};
    const auto document = json::parse(encode_otlp({}, std::span(&span, 1)));
    const auto& written = document.at_pointer("/resourceSpans/0/scopeSpans/0/spans/0").get_object();
    EXPECT_EQ(written.at("name"), "find \"user\"");
    for (const char* absent : {"parentSpanId", "links", "status"}) EXPECT_FALSE(written.contains(absent)) << absent;
}

TEST(OtlpJson, CountsTheSpansThatTheCollectorRejects) {
    EXPECT_EQ(count_rejected(R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}})"), 3U);
    EXPECT_EQ(count_rejected(R"({"partialSuccess":{"rejectedSpans":2}})"), 2U);
    for (const char* none : {"", "{}", "[]", "no JSON", R"({"partialSuccess":{}})", R"({"partialSuccess":null})"})
        EXPECT_EQ(count_rejected(none), 0U) << none;
}

}  // namespace
}  // namespace mindspace::telemetry
