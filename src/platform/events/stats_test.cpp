#include "platform/events/stats.h"

#include <gmock/gmock.h>

namespace mindspace::events {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ConsumerStats, CountKnownTypesAloneAndAllOthersTogether) {
    ConsumerStats stats({"tea.made", "tea.drunk"});
    for (const auto* type : {"tea.made", "tea.made", "tea.spilled", "from a stranger"}) stats.count(type);
    EXPECT_EQ(stats.handled(), 4U);
    telemetry::Page page;
    collect("kitchen", stats, page);
    EXPECT_THAT(page.text(), HasSubstr(R"(mindspace_events_handled_total{consumer="kitchen",type="tea.made"} 2)"));
    EXPECT_THAT(page.text(), HasSubstr(R"(mindspace_events_handled_total{consumer="kitchen",type="tea.drunk"} 0)"));
    EXPECT_THAT(page.text(), HasSubstr(R"(mindspace_events_handled_total{consumer="kitchen",type="other"} 2)"));
    EXPECT_THAT(page.text(), Not(HasSubstr("spilled"))) << "a broker may deliver any number of types";
}

TEST(OutboxStats, AreShownInSeconds) {
    OutboxStats stats;
    stats.oldest_milliseconds.set(1500);
    telemetry::Page page;
    collect("kitchen", stats, page);
    EXPECT_THAT(page.text(), HasSubstr("mindspace_outbox_oldest_seconds{consumer=\"kitchen\"} 1.5\n"));
}

}  // namespace
}  // namespace mindspace::events
