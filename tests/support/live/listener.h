#pragma once
// Reads the room's events from one socket and expects each to be the next of the same epoch.

#include "support/live/client.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace mindspace::integration {

class Listener {
public:
    explicit Listener(Joined joined)
        : joined_(std::move(joined)),
          epoch_(text_of(joined_.welcome, "epoch")),
          seq_(number_of(joined_.welcome, "seq")) {}
    // Resumed: the missed events follow.
    Listener(Joined joined, const json::object& resume_point) : Listener(std::move(joined)) {
        EXPECT_EQ(welcome().at("resumed"), true);
        EXPECT_EQ(text_of(resume_point, "epoch"), epoch_);
        seq_ = number_of(resume_point, "seq");
    }

    json::object next(std::string_view type) {
        auto event = next();
        EXPECT_EQ(text_of(event, "type"), type) << event;
        return event;
    }
    // An event of any type.
    json::object next(std::chrono::milliseconds timeout = kTimeout) {
        auto event = joined_.socket.next_event(timeout);
        EXPECT_EQ(text_of(event, "epoch"), epoch_) << event;
        EXPECT_EQ(number_of(event, "seq"), seq_ + 1) << event;
        seq_ = number_of(event, "seq");
        return event;
    }
    // The room began a new epoch.
    void expect_new_epoch() {
        auto event = joined_.socket.next_event();
        EXPECT_NE(text_of(event, "epoch"), epoch_) << event;
        EXPECT_EQ(number_of(event, "seq"), 1) << event;
        epoch_ = text_of(event, "epoch");
        seq_ = 1;
    }

    [[nodiscard]] json::object resume_point() const { return {{"epoch", epoch_}, {"seq", seq_}}; }
    [[nodiscard]] const json::object& welcome() const { return joined_.welcome; }
    LiveClient& socket() { return joined_.socket; }

private:
    Joined joined_;
    std::string epoch_;
    std::int64_t seq_;
};

}  // namespace mindspace::integration
