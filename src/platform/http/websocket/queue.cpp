#include "platform/http/websocket/queue.h"

#include <utility>

namespace mindspace::http {

namespace asio = boost::asio;

void FrameQueue::push(FrameBytes frame) {
    size_ += frame->size();
    frames_.push_back(std::move(frame));
}

std::span<asio::const_buffer> FrameQueue::peek(std::span<asio::const_buffer> into) const {
    std::size_t count = 0;
    for (auto at = next_; at < frames_.size() && count < into.size(); ++at) into[count++] = asio::buffer(*frames_[at]);
    if (count > 0) into[0] += offset_;
    return into.first(count);
}

void FrameQueue::pop(std::size_t bytes) {
    size_ -= bytes;
    offset_ += bytes;
    while (next_ < frames_.size() && offset_ >= frames_[next_]->size()) {
        offset_ -= frames_[next_]->size();
        frames_[next_++].reset();
    }
    if (next_ == frames_.size()) {
        std::vector<FrameBytes>().swap(frames_);
        next_ = 0;
    } else if (next_ > frames_.size() / 2) {  // at this size each frame is moved once on average
        frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(next_));
        next_ = 0;
    }
}

void FrameQueue::trim_to_first() {
    if (frames_.empty()) return;
    frames_.resize(next_ + 1);
    size_ = frames_[next_]->size() - offset_;
}

}  // namespace mindspace::http
