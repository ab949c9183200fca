#pragma once
// The AsyncAPI 3 document of a WebSocket: the messages of each side, generated from the types that read and write them.

#include "platform/http/api/openapi.h"
#include "platform/json/schema.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::http {

// A message type: a JSON object with `name` as its member `type`.
struct SocketMessage {
    std::string_view name;
    std::string_view summary;
    std::function<void(JsonWriter&, schema::Components&)> describe;  // writes its JSON Schema
};

struct SocketProtocol {
    std::string_view name;
    std::string_view path;  // of the endpoint that opens it, with `{id}`
    std::string_view summary;
    std::vector<SocketMessage> from_client;
    std::vector<SocketMessage> from_server;
};

std::string asyncapi_document(const SocketProtocol& protocol, const DocumentInfo& info);

// Writes the schema of message type `name`, which is read or written as a T. `members` lists its members of T; one that
// ends with '?' may be absent. Empty: all members of T.
template <schema::Object T>
void describe_message(JsonWriter& out, schema::Components& all, std::string_view name,
                      const std::vector<std::string_view>& members);

template <schema::Object T>
SocketMessage socket_message(std::string_view name, std::string_view summary,
                             std::vector<std::string_view> members = {}) {
    auto describe = [name, members = std::move(members)](JsonWriter& out, schema::Components& all) {
        describe_message<T>(out, all, name, members);
    };
    return {.name = name, .summary = summary, .describe = std::move(describe)};
}

// ---- description of a member

// The type of a member that is omitted when absent, and so is never null.
template <class M>
struct PresentMember {
    using Type = M;
};
template <class M>
struct PresentMember<std::optional<M>> {
    using Type = M;
};

enum class Presence { no, sometimes, always };

// The presence of `member` according to `members`; if that list is empty, `of_type`, the presence that T declares.
Presence presence_of(std::string_view member, const std::vector<std::string_view>& members, Presence of_type);

template <schema::Object T>
void describe_message(JsonWriter& out, schema::Components& all, std::string_view name,
                      const std::vector<std::string_view>& members) {
    std::vector<std::string_view> required;
    auto describe_member = [&]<class M>(const schema::Field<T, M>& member) {
        if (member.name == "type") {
            required.push_back(member.name);
            out.key(member.name);
            out.begin_object();
            out.key("const"), out.string(name);
            out.end_object();
            return;
        }
        const bool may_be_absent = schema::may_be_absent<M>(member.rules);
        const auto presence = presence_of(member.name, members, may_be_absent ? Presence::sometimes : Presence::always);
        if (presence == Presence::no) return;
        if (presence == Presence::always) required.push_back(member.name);
        out.key(member.name);
        if (member.rules.omit_absent)
            schema::Type<typename PresentMember<M>::Type>::describe(out, member.rules, all);
        else
            schema::Type<M>::describe(out, member.rules, all);
    };
    out.begin_object();
    out.key("type"), out.string("object");
    out.key("additionalProperties"), out.boolean(false);
    out.key("properties");
    out.begin_object();
    std::apply([&](const auto&... member) { (describe_member(member), ...); }, T::fields());
    out.end_object();
    out.key("required");
    out.begin_array();
    for (auto member : required) out.string(member);
    out.end_array();
    out.end_object();
}

}  // namespace mindspace::http
