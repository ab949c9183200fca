#pragma once
// An outgoing message: built once and shared by all sockets that receive it, compressed for those that negotiated
// compression. Belongs to one core.

#include "platform/http/websocket/codec.h"

#include <memory>
#include <string>
#include <string_view>

namespace mindspace::http {

class MessageFrame {
public:
    MessageFrame(Opcode opcode, std::string_view message);

    [[nodiscard]] const std::string& plain() const { return plain_; }
    // Created when first needed; the plain form if compression would not make it shorter.
    [[nodiscard]] const std::string& compressed() const;

private:
    Opcode opcode_;
    std::string plain_;
    mutable std::string compressed_;
};

using Frame = std::shared_ptr<const MessageFrame>;

Frame make_text_frame(std::string_view text);

}  // namespace mindspace::http
