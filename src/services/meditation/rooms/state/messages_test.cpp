#include "services/meditation/rooms/state/messages.h"

#include <gtest/gtest.h>

namespace mindspace::meditation {
namespace {

template <class Message>
Message read(std::string_view text) {
    auto message = parse_message(text);
    EXPECT_TRUE(message) << text;
    if (!message) return {};
    return std::get<Message>(*message);
}

TEST(RoomMessages, TreatNullAsAnOmittedField) {
    for (const char* text : {R"({"type":"hello"})", R"({"type":"hello","resume":null})"})
        EXPECT_FALSE(read<Hello>(text).resume) << text;
    for (const char* text : {R"({"type":"start"})", R"({"type":"start","countdownSeconds":null})"})
        EXPECT_EQ(read<StartMessage>(text).countdown_seconds, 0) << text;
    for (const char* text : {R"({"type":"reaction","kind":"bow"})", R"({"type":"reaction","kind":"bow","ref":null})"})
        EXPECT_FALSE(read<ReactionMessage>(text).ref) << text;
    EXPECT_EQ(read<Hello>(R"({"type":"hello","resume":{"epoch":"e","seq":7}})").resume->seq, 7);
    EXPECT_EQ(read<StartMessage>(R"({"type":"start","countdownSeconds":5})").countdown_seconds, 5);
    EXPECT_EQ(read<ReactionMessage>(R"({"type":"reaction","kind":"bow","ref":"r"})").ref, "r");
}

TEST(RoomMessages, RejectNullInRequiredFieldsAndUnknownOrDuplicateMembers) {
    for (const char* text :
         {R"({"type":null})", R"({"type":"reaction","kind":null})", R"({"type":"time","t0":null})",
          R"({"type":"auth","accessToken":null})", R"({"type":"hello","resume":{"epoch":null,"seq":1}})",
          R"({"type":"hello","resume":{"epoch":"e","seq":null}})", R"({"type":"leave","why":1})",
          R"({"type":"leave","why":null})", R"({"type":"hello","resume":{"epoch":"e","seq":1,"x":1}})",
          R"({"type":"end","type":"end"})", R"({"type":"start","countdownSeconds":1,"countdownSeconds":1})",
          R"({"type":"hello","resume":{"epoch":"e","seq":1,"seq":1}})"}) {
        const auto message = parse_message(text);
        ASSERT_FALSE(message) << text;
        EXPECT_EQ(message.error().reason, "bad_message") << text;
    }
}

}  // namespace
}  // namespace mindspace::meditation
