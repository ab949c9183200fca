#pragma once
// Detects a Kafka consumer that makes no progress although it is polled: librdkafka can wait for minutes, or forever,
// for a response that does not arrive (docs/decisions/0051-restart-of-a-stalled-kafka-consumer.md). Uses no client and
// reads no clock: the subscriber reports events and the time. A consumer makes progress while it is a member of its
// group and each of its partitions proves that it is read: by a message, by reaching its end, or because the brokers
// have nothing after its position. Belongs to one thread.

#include "platform/base/time.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mindspace::events::kafka {

class StallWatch {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // `timeout`: how long a consumer may make no progress. Starts with a consumer that is not a member yet.
    StallWatch(Milliseconds timeout, TimePoint now);

    // The group has assigned these partitions to the consumer, possibly none.
    void assigned(std::span<const std::int32_t> partitions);
    // The consumer leaves its group, or has to rejoin it.
    void revoked();
    // A message of the partition was received, or its end reached; `next` is the offset that is read next.
    void read(std::int32_t partition, std::int64_t next);
    // The brokers report that `end` is the offset after the last message of the partition.
    void ends_at(std::int32_t partition, std::int64_t end);

    // Counts the time since the last call, but one second at most: a consumer that is not polled makes no progress.
    void advance(TimePoint now);
    // The partitions that have been idle for a while, six times per timeout: the caller asks the brokers for their
    // ends.
    [[nodiscard]] std::vector<std::int32_t> take_idle();
    // Why the consumer counts as stalled; empty while it makes progress.
    [[nodiscard]] std::optional<std::string> find_stall() const;

private:
    using Duration = TimePoint::duration;
    struct Partition {
        std::optional<std::int64_t> next;  // empty until a message or the end was read
        Duration without_progress{};
    };

    const Milliseconds timeout_;
    TimePoint advanced_at_;
    bool is_member_ = false;
    Duration outside_group_{};
    Duration since_idle_check_{};
    std::map<std::int32_t, Partition> partitions_;
};

}  // namespace mindspace::events::kafka
