#include "services/meditation/groups/calendar.h"

#include "platform/base/text/utf8.h"

#include <gmock/gmock.h>

#include <ranges>

namespace mindspace::meditation {
namespace {

using testing::Contains;
using testing::HasSubstr;

Group evening() {
    const Timestamp made = parse_timestamp("2026-11-01T08:00:00.750Z").value();
    return Group{.id = GroupId::parse("01900000-0000-7000-8000-000000000001").value(),
                 .title = "Evening silence",
                 .description = {},
                 .kind = Kind::mindfulness,
                 .planned_seconds = 1200,
                 .scheduled_for = parse_timestamp("2026-11-23T19:30:00+01:00"),
                 .visibility = Visibility::everyone,
                 .max_participants = {},
                 .host = {.id = UserId::parse("01900000-0000-7000-8000-000000000002").value(), .display_name = "Ada"},
                 .state = GroupState::scheduled,
                 .started_at = {},
                 .ends_at = {},
                 .ended_at = {},
                 .participant_count = 0,
                 .created_at = made,
                 .version = 1,
                 .end_reason = {},
                 .updated_at = made};
}

std::vector<std::string> physical_lines(const Group& group) {
    auto text = calendar_of(group).value();
    std::vector<std::string> lines;
    for (auto line : std::views::split(text, std::string_view("\r\n"))) lines.emplace_back(line.begin(), line.end());
    EXPECT_EQ(lines.back(), "") << "every line has its end";
    lines.pop_back();
    return lines;
}

// Unfolded, as in section 3.1.
std::vector<std::string> lines_of(const Group& group) {
    std::vector<std::string> lines;
    for (auto& line : physical_lines(group)) {
        if (line.starts_with(' '))
            lines.back() += line.substr(1);
        else
            lines.push_back(std::move(line));
    }
    return lines;
}

TEST(GroupCalendar, IsOneEventInUtc) {
    EXPECT_THAT(
        lines_of(evening()),
        testing::ElementsAre("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Mind Space//Groups//EN", "METHOD:PUBLISH",
                             "BEGIN:VEVENT", "UID:01900000-0000-7000-8000-000000000001", "DTSTAMP:20261101T080000Z",
                             "LAST-MODIFIED:20261101T080000Z", "CREATED:20261101T080000Z", "SEQUENCE:0",
                             "DTSTART:20261123T183000Z", "DTEND:20261123T185000Z", "SUMMARY:Evening silence",
                             "ORGANIZER;CN=\"Ada\":urn:uuid:01900000-0000-7000-8000-000000000002", "STATUS:CONFIRMED",
                             "END:VEVENT", "END:VCALENDAR"));
}

TEST(GroupCalendar, RequiresAStartTime) {
    auto group = evening();
    group.scheduled_for.reset();
    EXPECT_FALSE(calendar_of(group));
    group.started_at = parse_timestamp("2026-11-23T18:31:02Z");
    group.state = GroupState::running;
    EXPECT_THAT(lines_of(group), Contains("DTSTART:20261123T183102Z"));
}

TEST(GroupCalendar, EndsAtTheActualEndOfTheGroup) {
    auto group = evening();
    group.state = GroupState::ended;
    group.started_at = group.scheduled_for;
    group.ended_at = *group.started_at + Seconds(90);
    EXPECT_THAT(lines_of(group), Contains("DTEND:20261123T183130Z"));
}

TEST(GroupCalendar, MarksACancellationWithAHigherSequence) {
    auto group = evening();
    group.state = GroupState::cancelled;
    group.version = 3;
    EXPECT_THAT(lines_of(group), Contains("STATUS:CANCELLED"));
    EXPECT_THAT(lines_of(group), Contains("SEQUENCE:2"));
}

TEST(GroupCalendar, EscapesUserText) {
    auto group = evening();
    group.title = "Sit; walk, sit\\rest";
    group.description = "One\r\ntwo\nthree\x01\x7F\tEND:VEVENT\rBEGIN:VALARM";
    group.host.display_name = "Ada \"A\" ^Byron;:,\n";
    const auto lines = lines_of(group);
    EXPECT_THAT(lines, Contains("SUMMARY:Sit\\; walk\\, sit\\\\rest"));
    EXPECT_THAT(lines, Contains("DESCRIPTION:One\\ntwo\\nthree\tEND:VEVENT\\nBEGIN:VALARM"));
    EXPECT_THAT(lines, Contains(HasSubstr("ORGANIZER;CN=\"Ada ^'A^' ^^Byron;:,^n\":urn:uuid:")));
}

TEST(GroupCalendar, FoldsAtSeventyFiveBytesBetweenCharacters) {
    for (int padding = 0; padding < 4; ++padding) {
        auto group = evening();
        group.title = std::string(static_cast<std::size_t>(padding), 'x');
        for (int i = 0; i < 30; ++i) group.title += "静かな夜🌙é";
        const auto lines = physical_lines(group);
        std::size_t longest = 0;
        for (const auto& line : lines) {
            EXPECT_LE(line.size(), 75U);
            EXPECT_TRUE(is_valid_utf8(line)) << line;
            longest = std::max(longest, line.size());
        }
        EXPECT_GE(longest, 72U) << "no shorter than it must";
        EXPECT_THAT(lines_of(group), Contains("SUMMARY:" + group.title));
    }
}

TEST(GroupCalendar, DoesNotFoldALineOfMaximumLength) {
    auto group = evening();
    group.title = std::string(75 - std::string_view("SUMMARY:").size(), 'x');
    EXPECT_THAT(physical_lines(group), Contains("SUMMARY:" + group.title));
    group.title += 'y';
    EXPECT_THAT(physical_lines(group), Contains(" y"));
}

}  // namespace
}  // namespace mindspace::meditation
