#include "services/meditation/rooms/state/messages.h"

#include <random>

namespace mindspace::meditation {

namespace {

template <class Message>
Result<ClientMessage> read_as(const schema::json::value& document) {
    static_assert(schema::declares_texts<Message>());
    Message message;
    schema::Faults faults;
    if (schema::Type<Message>::read(document, message, schema::Rules{}, schema::Path{}, faults))
        return ClientMessage(std::move(message));
    // One sentence is enough: this is an error in the client's program, not in a form that a user filled in.
    auto first = std::move(faults.take().front());
    return Error{ErrorCode::invalid, "bad_message", first.pointer + " " + first.message + ".", {}};
}

Error bad_message() {
    return {ErrorCode::malformed, "bad_message", "The message is not a JSON object with a known type.", {}};
}

}  // namespace

Result<ClientMessage> parse_message(std::string_view text) {
    auto document = schema::parse_json(text);
    if (!document || !document->is_object()) return bad_message();
    const auto* type = document->get_object().if_contains("type");
    if (type == nullptr || !type->is_string()) return bad_message();
    auto known = schema::enum_value<MessageType>(std::string_view(type->get_string()));
    if (!known) return bad_message();
    switch (*known) {
        case MessageType::hello:
            return read_as<Hello>(*document);
        case MessageType::start:
            return read_as<StartMessage>(*document);
        case MessageType::end:
            return read_as<EndMessage>(*document);
        case MessageType::reaction:
            return read_as<ReactionMessage>(*document);
        case MessageType::time:
            return read_as<TimeMessage>(*document);
        case MessageType::auth:
            return read_as<AuthMessage>(*document);
        case MessageType::leave:
            return read_as<LeaveMessage>(*document);
    }
    return bad_message();
}

std::string drain_message(Milliseconds window) {
    thread_local std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<std::int64_t> spread(0, window.count());
    return schema::to_json(Drain{.reconnect_in_ms = spread(random)});
}

}  // namespace mindspace::meditation
