#include "platform/redis/cluster/command_slot.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mindspace::redis {

namespace {

template <std::size_t kCount>
using Names = std::array<std::string_view, kCount>;

constexpr Names<13> kKeylessCommands{"ACL",      "CLIENT", "CLUSTER", "COMMAND", "CONFIG", "DBSIZE", "ECHO",
                                     "FLUSHALL", "INFO",   "PING",    "PUBLISH", "SCRIPT", "TIME"};
constexpr Names<12> kKeysOnlyCommands{"DEL",   "EXISTS", "MGET",   "PFCOUNT", "PFMERGE", "RENAME",
                                      "SDIFF", "SINTER", "SUNION", "TOUCH",   "UNLINK",  "WATCH"};
constexpr Names<2> kKeysAndValues{"MSET", "MSETNX"};
constexpr Names<6> kScripts{"EVAL", "EVALSHA", "EVALSHA_RO", "EVAL_RO", "FCALL", "FCALL_RO"};

template <std::size_t kCount>
bool contains(const Names<kCount>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

void require_same(std::optional<Slot>& slot, std::string_view key) {
    Slot other = hash_slot(key);
    if (slot && *slot != other) {
        throw std::logic_error("redis: keys of one command in different slots of a cluster: " + std::string(key));
    }
    slot = other;
}

// EVALSHA sha1 count key … argument …
Arguments keys_of_script(Arguments command) {
    if (command.size() < 3) return {};
    std::size_t count = 0;
    std::from_chars(command[2].data(), command[2].data() + command[2].size(), count);
    return command.subspan(3, std::min(count, command.size() - 3));
}

}  // namespace

std::optional<Slot> slot_of_keys(Arguments keys) {
    std::optional<Slot> slot;
    for (std::string_view key : keys) require_same(slot, key);
    return slot;
}

std::optional<Slot> slot_of_command(Arguments command) {
    if (command.size() < 2 || contains(kKeylessCommands, command[0])) return std::nullopt;
    if (contains(kKeysOnlyCommands, command[0])) return slot_of_keys(command.subspan(1));
    if (contains(kScripts, command[0])) return slot_of_keys(keys_of_script(command));
    if (!contains(kKeysAndValues, command[0])) return hash_slot(command[1]);
    std::optional<Slot> slot;
    for (std::size_t i = 1; i < command.size(); i += 2) require_same(slot, command[i]);
    return slot;
}

}  // namespace mindspace::redis
