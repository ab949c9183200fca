#include "platform/telemetry/log/repeats.h"

namespace mindspace::log {

namespace {

constexpr auto kInterval = std::chrono::seconds(10);
constexpr std::uint32_t kMaxWritten = 20;
constexpr std::size_t kMaxSeen = 256;  // different events within an interval; further ones are not limited

std::string key_of(Level level, std::string_view message, const Lines& fields) {
    std::string key(names_of(level)[static_cast<std::size_t>(level)]);
    key += '\n';
    key += message;
    key += '\n';
    return key += fields.json;
}

}  // namespace

bool Repeats::admit(Level level, std::string_view message, const Lines& fields, Time now) {
    if (level > Level::warn) return true;
    auto key = key_of(level, message, fields);
    const std::scoped_lock lock(mutex_);
    auto found = seen_.find(key);
    if (found != seen_.end() && now >= found->second.end && found->second.event.count == 0) {
        seen_.erase(found);
        found = seen_.end();
    }
    if (found == seen_.end()) {
        if (seen_.size() < kMaxSeen)
            seen_.emplace(std::move(key), Seen{{level, std::string(message), fields, 0}, 1, now + kInterval});
        return true;
    }
    auto& seen = found->second;
    if (seen.written < kMaxWritten) {
        ++seen.written;
        return true;
    }
    ++seen.event.count;
    return false;
}

std::vector<Repeats::Suppressed> Repeats::take_ended(Time now) {
    std::vector<Suppressed> ended;
    const std::scoped_lock lock(mutex_);
    std::erase_if(seen_, [&](auto& entry) {
        auto& seen = entry.second;
        if (now < seen.end) return false;
        if (seen.event.count > 0) ended.push_back(std::move(seen.event));
        return true;
    });
    return ended;
}

}  // namespace mindspace::log
