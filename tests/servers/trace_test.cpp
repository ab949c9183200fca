// Traces from the client's request to what it causes later, as a collector receives them.

#include "support/base/timeout.h"
#include "support/events/rabbitmq_server.h"
#include "support/program/metrics.h"
#include "support/program/person.h"
#include "support/telemetry/span_collector.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <optional>

namespace mindspace::integration {
namespace {

using Spans = std::vector<CollectedSpan>;

constexpr std::string_view kClientSpan = "b7ad6b7169203331";

// A trace of the client, and the header field that continues it.
struct ClientTrace {
    std::string id = without_dashes(new_id());
    std::string flags = "01";

    [[nodiscard]] Headers headers() const {
        return {{"traceparent", "00-" + id + "-" + std::string(kClientSpan) + "-" + flags}};
    }
    static std::string without_dashes(std::string text) {
        std::erase(text, '-');
        return text;
    }
};

bool is_split() {
    return plan_of_environment().has_value();
}

std::string service(const std::string& role) {
    return is_split() ? "mindspace-" + role : "mindspace";
}

const CollectedSpan* find(const Spans& spans, std::string_view name, std::string_view of_service) {
    const auto found = std::ranges::find_if(
        spans, [&](const CollectedSpan& span) { return span.name == name && span.service == of_service; });
    return found == spans.end() ? nullptr : &*found;
}

// The first span of the server, which the span of the client caused.
const CollectedSpan* find_entry(const Spans& spans) {
    const auto found = std::ranges::find(spans, kClientSpan, &CollectedSpan::parent_id);
    return found == spans.end() ? nullptr : &*found;
}

// Whether `span` is below `ancestor`, by way of spans that were collected.
bool is_below(const Spans& spans, const CollectedSpan& span, std::string_view ancestor) {
    if (span.parent_id == ancestor) return true;
    const auto parent = std::ranges::find(spans, span.parent_id, &CollectedSpan::id);
    return parent != spans.end() && is_below(spans, *parent, ancestor);
}

std::string describe(const Spans& spans) {
    std::string text;
    for (const auto& span : spans)
        text += span.service + ": " + span.name + " (" + span.id + " below " + span.parent_id + ")\n";
    return text;
}

class Tracing : public testing::Test {
protected:
    void start(Environment settings) {
        settings.try_emplace("MINDSPACE_TRACES_URL", collector_.url());
        settings["MINDSPACE_TRACES_SLOW_MS"] = "600000";
        program_.emplace(std::move(settings));
    }
    // The spans of the trace as soon as they include one with that name and all that are between it and the client; all
    // that there are if that never happens.
    Spans spans_to(const ClientTrace& trace, std::string_view name, std::string_view of_service) {
        Spans spans;
        eventually([&] {
            spans = collector_.trace(trace.id);
            const auto* last = find(spans, name, of_service);
            return last != nullptr && is_below(spans, *last, kClientSpan);
        });
        return spans;
    }

    SpanCollector collector_;
    std::optional<Program> program_;
};

class TracingOfEvents : public Tracing, public testing::WithParamInterface<const char*> {
protected:
    [[nodiscard]] static bool is_rabbitmq() { return std::string_view(GetParam()) == "rabbitmq"; }
    static Environment settings() {
        Environment settings{{"MINDSPACE_TRACES_SAMPLE_RATIO", "0"},
                             {"MINDSPACE_TRACES_FOLLOW_CLIENTS", "true"},
                             {"MINDSPACE_EVENTS_TRANSPORT", GetParam()}};
        if (is_rabbitmq()) settings["MINDSPACE_RABBITMQ_URL"] = RabbitmqServer::shared().url();
        return settings;
    }
};

INSTANTIATE_TEST_SUITE_P(Transports, TracingOfEvents, testing::Values("postgres", "rabbitmq"),
                         [](const auto& info) { return info.param; });

TEST_P(TracingOfEvents, LeadsFromTheGatewayThroughTheOutboxToTheStatistics) {
    constexpr auto kRoute = "POST /api/v1/sessions/{id}/complete";
    constexpr auto kProcessed = "process session.completed";
    start(settings());
    auto person = register_person(*program_);
    const auto session = person.client.post(kSessions, {{"kind", "breathing"}, {"plannedSeconds", 60}}).text("/id");
    const ClientTrace trace;
    ASSERT_TRUE(
        is(person.client.post("/api/v1/sessions/" + session + "/complete", json::object{}, trace.headers()), 200));
    const auto spans = spans_to(trace, kProcessed, service("analytics"));
    const auto* gateway = find_entry(spans);
    const auto* processed = find(spans, kProcessed, service("analytics"));
    ASSERT_TRUE(gateway != nullptr && processed != nullptr) << describe(spans);
    EXPECT_EQ(gateway->name, kRoute);
    EXPECT_EQ(gateway->service, service("gateway"));
    EXPECT_TRUE(is_below(spans, *processed, gateway->id)) << describe(spans);
    EXPECT_THAT(processed->links, testing::ElementsAre(processed->parent_id));
    if (is_split()) {
        const auto* role = find(spans, kRoute, service("meditation"));
        ASSERT_TRUE(role != nullptr) << describe(spans);
        EXPECT_NE(role->parent_id, gateway->id) << "between them is the span of the gateway's request";
        EXPECT_TRUE(is_below(spans, *processed, role->id)) << describe(spans);
    }
    EXPECT_EQ(find(spans, "send session.completed", service("analytics")) != nullptr, is_rabbitmq()) << describe(spans);
}

TEST_F(Tracing, OfAnotherClientIsNotFollowedByDefault) {
    start({{"MINDSPACE_TRACES_SAMPLE_RATIO", "0"}});
    auto person = register_person(*program_);
    const ClientTrace ignored;
    ASSERT_TRUE(is(person.client.get(kMe, ignored.headers()), 200));
    program_->stop();  // exports what was recorded
    EXPECT_EQ(describe(collector_.trace(ignored.id)), "");
}

TEST_F(Tracing, IncludesTheMailThatARequestCauses) {
    start({{"MINDSPACE_TRACES_SAMPLE_RATIO", "1"}});
    const ClientTrace trace;
    const json::object request{{"email", new_email()}, {"password", kPassword}, {"displayName", "Ada"}};
    ASSERT_TRUE(is(Client(*program_).post("/api/v1/auth/register", request, trace.headers()), 201));
    const auto spans = spans_to(trace, "send mail", service("auth"));
    const auto* mail = find(spans, "send mail", service("auth"));
    ASSERT_TRUE(mail != nullptr) << describe(spans);
    EXPECT_TRUE(is_below(spans, *mail, kClientSpan)) << describe(spans);
    EXPECT_TRUE(eventually(
        [this] { return metric(program_->management_port("auth"), "mindspace_trace_spans_exported_total") > 0; }));
}

// An unreachable collector costs spans, never requests.
TEST_F(Tracing, NoRequestWaitsForTheCollector) {
    start({{"MINDSPACE_TRACES_SAMPLE_RATIO", "1"}, {"MINDSPACE_TRACES_URL", "http://127.0.0.1:1/v1/traces"}});
    auto person = register_person(*program_);
    meditate(person);
    EXPECT_TRUE(has_counted(person, 1));
    EXPECT_TRUE(eventually(
        [this] { return metric(program_->management_port(), "mindspace_trace_export_failures_total") > 0; }));
}

}  // namespace
}  // namespace mindspace::integration
