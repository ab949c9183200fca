#pragma once
// The frames that one socket has still to send, in their order. Holds no memory while there are none.

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mindspace::http {

class FrameQueue {
public:
    using Octets = std::shared_ptr<const std::string>;  // of a whole frame; shared with other sockets

    void push(Octets frame);
    [[nodiscard]] bool empty() const { return frames_.empty(); }
    // Octets that have not been sent.
    [[nodiscard]] std::size_t size() const { return size_; }
    // Frames that have not been sent whole. Each costs memory beyond its octets.
    [[nodiscard]] std::size_t count() const { return frames_.size() - next_; }

    // What comes next, as much as `into` can name.
    std::span<boost::asio::const_buffer> peek(std::span<boost::asio::const_buffer> into) const;
    // So many octets at the front have been sent.
    void pop(std::size_t octets);
    // Forgets all frames but the first one, which may be on its way.
    void keep_first();

private:
    std::vector<Octets> frames_;  // those before next_ have been sent
    std::size_t next_ = 0;
    std::size_t offset_ = 0;  // octets of frames_[next_] that have been sent
    std::size_t size_ = 0;
};

}  // namespace mindspace::http
