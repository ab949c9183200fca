#include "platform/http/api/asyncapi.h"

namespace mindspace::http {

namespace {

constexpr std::string_view kParameters = R"({"id":{"description":"A UUIDv7, lower case."}})";
constexpr std::string_view kQuery = R"({"ws":{"method":"GET","bindingVersion":"0.1.0","query":{"type":"object",
    "properties":{"ticket":{"type":"string","maxLength":64,
    "description":"Opens the socket once, instead of an access token."}}}}})";
constexpr std::string_view kAsyncapiSecurity = R"({"accessToken":{"type":"http","scheme":"bearer","bearerFormat":"JWT"},
    "ticket":{"type":"httpApiKey","in":"query","name":"ticket"}})";

// Each side may have a message type with the same name.
std::string key_of(std::string_view side, const SocketMessage& message) {
    return std::string(side) + "." + std::string(message.name);
}

void write_reference(JsonWriter& out, const std::string& target) {
    out.begin_object();
    out.key("$ref"), out.string(target);
    out.end_object();
}

void write_references(JsonWriter& out, std::string_view side, const std::vector<SocketMessage>& messages,
                      const std::string& root) {
    for (const auto& message : messages) {
        if (root == "#/components/messages/") out.key(key_of(side, message));
        write_reference(out, root + key_of(side, message));
    }
}

void write_channel(JsonWriter& out, const SocketProtocol& protocol) {
    out.key(protocol.name);
    out.begin_object();
    out.key("address"), out.string(protocol.path);
    out.key("description"), out.string(protocol.summary);
    out.key("parameters"), out.raw(kParameters);
    out.key("bindings"), out.raw(kQuery);
    out.key("messages");
    out.begin_object();
    write_references(out, "client", protocol.from_client, "#/components/messages/");
    write_references(out, "server", protocol.from_server, "#/components/messages/");
    out.end_object();
    out.end_object();
}

// `action` is from the server's point of view: the document describes the server.
void write_operation(JsonWriter& out, const SocketProtocol& protocol, std::string_view action, std::string_view side,
                     const std::vector<SocketMessage>& messages) {
    const std::string channel = "#/channels/" + std::string(protocol.name);
    out.key(std::string(action) + "." + std::string(protocol.name));
    out.begin_object();
    out.key("action"), out.string(action);
    out.key("channel");
    write_reference(out, channel);
    out.key("description"), out.string("Messages from the " + std::string(side) + ".");
    out.key("messages");
    out.begin_array();
    write_references(out, side, messages, channel + "/messages/");
    out.end_array();
    out.end_object();
}

void write_messages(JsonWriter& out, std::string_view side, const std::vector<SocketMessage>& messages,
                    schema::Components& components) {
    for (const auto& message : messages) {
        out.key(key_of(side, message));
        out.begin_object();
        out.key("name"), out.string(message.name);
        out.key("title"), out.string(message.name);
        out.key("summary"), out.string(message.summary);
        out.key("contentType"), out.string("application/json");
        out.key("payload");
        message.describe(out, components);
        out.end_object();
    }
}

void write_server(JsonWriter& out) {
    out.begin_object();
    out.key("this");
    out.begin_object();
    out.key("host"), out.string("{host}");
    out.key("protocol"), out.string("wss");
    out.key("description"), out.string("The server that returned this document.");
    out.key("variables");
    out.raw(R"({"host":{"default":"localhost:8080","description":"Name and port. Use ws without TLS."}})");
    out.key("security");
    out.raw(R"([{"$ref":"#/components/securitySchemes/accessToken"},{"$ref":"#/components/securitySchemes/ticket"}])");
    out.end_object();
    out.end_object();
}

}  // namespace

Presence presence_of(std::string_view member, const std::vector<std::string_view>& members, Presence of_type) {
    if (members.empty()) return of_type;
    for (auto named : members) {
        if (named == member) return Presence::always;
        if (named.ends_with('?') && named.substr(0, named.size() - 1) == member) return Presence::sometimes;
    }
    return Presence::no;
}

std::string asyncapi_document(const SocketProtocol& protocol, const DocumentInfo& info) {
    std::string document;
    schema::Components components;
    JsonWriter out(document);
    out.begin_object();
    out.key("asyncapi"), out.string("3.0.0");
    out.key("info");
    out.begin_object();
    write_info_members(out, info);
    out.key("tags"), out.raw(R"([{"name":"groups"}])");
    out.end_object();
    out.key("defaultContentType"), out.string("application/json");
    out.key("servers");
    write_server(out);
    out.key("channels");
    out.begin_object();
    write_channel(out, protocol);
    out.end_object();
    out.key("operations");
    out.begin_object();
    write_operation(out, protocol, "receive", "client", protocol.from_client);
    write_operation(out, protocol, "send", "server", protocol.from_server);
    out.end_object();
    out.key("components");
    out.begin_object();
    out.key("securitySchemes"), out.raw(kAsyncapiSecurity);
    out.key("messages");
    out.begin_object();
    write_messages(out, "client", protocol.from_client, components);
    write_messages(out, "server", protocol.from_server, components);
    out.end_object();
    out.key("schemas");
    out.begin_object();
    for (const auto& [name, text] : components.schemas()) out.key(name), out.raw(text);
    out.end_object();
    out.end_object();
    out.end_object();
    return document;
}

}  // namespace mindspace::http
