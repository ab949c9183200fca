#pragma once
// What the error replies of Redis mean to a client.

#include "platform/base/result.h"
#include "platform/redis/cluster/hash_slot.h"
#include "platform/redis/connection/options.h"
#include "platform/redis/connection/resp.h"

#include <optional>
#include <string_view>

namespace mindspace::redis {

// The server has no memory left for the data of the command, and evicts nothing (OOM). The command had no effect.
class MemoryFull : public Unavailable {
public:
    using Unavailable::Unavailable;
};

// Returns the reply unless it is an error. Throws Unavailable if the server cannot serve any client at the moment
// (LOADING, READONLY, CLUSTERDOWN, OOM …), CommandError for any other error.
Value checked(Value reply);

bool is_out_of_memory(const Value& reply);

// True if the server does not know the script of an EVALSHA (NOSCRIPT). Not a failure: it forgets all scripts when it
// restarts, so a script is sent when this is the reply.
bool is_unknown_script(const Value& reply);

// True if the server asks to retry in a moment (TRYAGAIN, CLUSTERDOWN, LOADING, MASTERDOWN).
bool is_temporary(const Value& reply);

// "MOVED 3999 127.0.0.1:6381": the slot belongs to that node from now on. "ASK …": only this command must go there.
struct Redirection {
    enum class Kind { moved, ask };
    Kind kind;
    Slot slot;
    Address node;  // an empty host: that of the node that replied
};

// nullopt if the reply is no redirection or a malformed one.
std::optional<Redirection> parse_redirection(const Value& reply);

}  // namespace mindspace::redis
