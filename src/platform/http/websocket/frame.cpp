#include "platform/http/websocket/frame.h"

#include "platform/http/websocket/deflate.h"

namespace mindspace::http {

MessageFrame::MessageFrame(Opcode opcode, std::string_view message) : opcode_(opcode) {
    append_frame(plain_, opcode, message);
}

const std::string& MessageFrame::compressed() const {
    if (!compressed_.empty()) return compressed_;
    const std::string_view plain = plain_;
    const auto message = plain.substr(payload_offset(plain));
    append_compressed_frame(compressed_, opcode_, deflate_message(message));
    if (compressed_.size() >= plain_.size()) compressed_ = plain_;
    return compressed_;
}

Frame make_text_frame(std::string_view text) {
    return std::make_shared<const MessageFrame>(Opcode::text, text);
}

}  // namespace mindspace::http
