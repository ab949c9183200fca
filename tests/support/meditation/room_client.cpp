#include "support/meditation/room_client.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mindspace::meditation {

namespace {

UserId user_of(const schema::json::value& person) {
    return UserId::parse(std::string_view(person.at("id").as_string())).value();
}

}  // namespace

void TestClient::receive(const std::string& text) {
    auto document = schema::parse_json(text).value();
    auto type = std::string(document.at("type").as_string());
    if (type == "welcome")
        receive_welcome(document.as_object());
    else if (type == "error")
        errors.emplace_back(document.at("code").as_string());
    else if (type != "reauth")
        receive_event(parse_event(text).event);
}

void TestClient::receive_welcome(const schema::json::object& welcome) {
    EXPECT_FALSE(is_welcomed) << "a second welcome";
    is_welcomed = true;
    epoch = welcome.at("epoch").as_string();
    seq = replayed_until = welcome.at("seq").as_int64();
    if (welcome.at("resumed").as_bool()) {
        EXPECT_EQ(resume->epoch, epoch);
        seq = resume->seq;
    }
    count = welcome.at("participantCount").as_int64();
    host = user_of(welcome.at("group").at("host"));
    for (const auto& participant : welcome.at("participants").as_array()) {
        present.insert(user_of(participant));
        names[user_of(participant)] = participant.at("displayName").as_string();
    }
    EXPECT_TRUE(present.contains(owner.user) || count > 50);
    EXPECT_EQ(present.size(), std::min<std::size_t>(50, static_cast<std::size_t>(count)));
    is_partial = is_partial || count > 50;
}

void TestClient::receive_event(const RoomEvent& event) {
    EXPECT_TRUE(is_welcomed) << "an event before the welcome";
    if (*event.epoch != epoch) {
        epoch = *event.epoch;
        seq = replayed_until = 0;
        is_rebuilt = true;
    }
    EXPECT_EQ(*event.seq, seq + 1);
    seq = *event.seq;
    received.push_back(event.type);
    if (seq <= replayed_until) return;
    if (event.participant_count) note_presence(event);
    if (event.group) host = event.group->host.id;
}

void TestClient::note_presence(const RoomEvent& event) {
    count = *event.participant_count;
    bool is_exact = !is_rebuilt && !is_partial;
    if (event.type == EventType::join) {
        bool is_new = present.insert(event.participant->id).second;
        names[event.participant->id] = event.participant->display_name;
        EXPECT_TRUE(is_new || !is_exact) << "joined twice";
    } else if (event.type == EventType::leave) {
        bool was_here = present.erase(event.participant->id) == 1;
        EXPECT_TRUE(was_here || !is_exact) << "left twice";
    } else {
        EXPECT_LE(event.joined->size(), 20U);
        EXPECT_LE(event.left->size(), 20U);
        for (const auto& participant : *event.left) present.erase(participant.id);
        for (const auto& participant : *event.joined) {
            present.insert(participant.id);
            names[participant.id] = participant.display_name;
        }
        // Counts without names, or with only some of them.
        bool is_short = event.joined->empty() || event.joined->size() == 20 || event.left->size() == 20;
        if (static_cast<std::int64_t>(present.size()) != count && is_short) is_partial = true;
    }
    if (!is_rebuilt && !is_partial) {
        EXPECT_EQ(count, static_cast<std::int64_t>(present.size())) << schema::to_json(event);
    }
}

}  // namespace mindspace::meditation
