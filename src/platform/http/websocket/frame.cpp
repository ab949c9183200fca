#include "platform/http/websocket/frame.h"

#include "platform/http/websocket/deflate.h"

namespace mindspace::http {

MessageFrame::MessageFrame(Opcode opcode, std::string_view message) : opcode_(opcode) {
    append_frame(plain_, opcode, message);
}

const std::string& MessageFrame::packed() const {
    if (!packed_.empty()) return packed_;
    const std::string_view plain = plain_;
    const auto message = plain.substr(payload_offset(plain));
    append_packed_frame(packed_, opcode_, deflate_message(message));
    if (packed_.size() >= plain_.size()) packed_ = plain_;
    return packed_;
}

Frame make_text_frame(std::string_view text) {
    return std::make_shared<const MessageFrame>(Opcode::text, text);
}

}  // namespace mindspace::http
