#pragma once
// The frames that one socket still has to send, in order. Uses no memory while empty.

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mindspace::http {

class FrameQueue {
public:
    using FrameBytes = std::shared_ptr<const std::string>;  // of a complete frame; shared with other sockets

    void push(FrameBytes frame);
    [[nodiscard]] bool empty() const { return frames_.empty(); }
    // The number of bytes not sent yet.
    [[nodiscard]] std::size_t size() const { return size_; }
    // The number of frames not sent completely. Each costs memory in addition to its bytes.
    [[nodiscard]] std::size_t count() const { return frames_.size() - next_; }

    // The next frames to send, as many as fit into `into`.
    std::span<boost::asio::const_buffer> peek(std::span<boost::asio::const_buffer> into) const;
    // `count` bytes at the front have been sent.
    void pop(std::size_t bytes);
    // Drops all frames but the first one, which may have been sent in part.
    void trim_to_first();

private:
    std::vector<FrameBytes> frames_;  // those before next_ have been sent
    std::size_t next_ = 0;
    std::size_t offset_ = 0;  // bytes of frames_[next_] that have been sent
    std::size_t size_ = 0;
};

}  // namespace mindspace::http
