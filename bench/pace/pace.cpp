#include "pace/pace.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace pace {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kPatience = 20 * kSecond;  // for responses after the last request

std::int64_t now_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * kSecond + now.tv_nsec;
}

}  // namespace

Pace::Pace(const Plan& plan) : plan_(plan), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    connections_.reserve(plan.connections);
    for (std::size_t i = 0; i < plan.connections; ++i) {
        auto& connection = connections_.emplace_back(plan.port);
        connection.connect();
        epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
        epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd(), &event);
        idle_.push_back(i);
    }
}

Pace::~Pace() {
    close(epoll_);
}

bool Pace::has_more(std::int64_t now) const {
    if (plan_.requests.empty()) return false;
    if (plan_.seconds == 0) return scheduled_ < plan_.requests.size();
    return static_cast<double>(now - began_ns_) < plan_.seconds * 1e9;
}

std::int64_t Pace::next_due() const {
    return began_ns_ + static_cast<std::int64_t>(static_cast<double>(scheduled_) * 1e9 / plan_.rate);
}

void Pace::schedule(std::int64_t now) {
    if (plan_.rate > 0) {
        for (; has_more(now) && next_due() <= now; ++scheduled_) due_.push_back(next_due());
    } else {
        for (; has_more(now) && due_.size() < idle_.size(); ++scheduled_) due_.push_back(now);
    }
    while (!due_.empty() && !idle_.empty()) {
        const auto number = idle_.back();
        idle_.pop_back();
        send(number, due_.front());
        due_.pop_front();
    }
}

void Pace::send(std::size_t number, std::int64_t due) {
    auto& connection = connections_[number];
    connection.due_ns = due;
    ++in_flight_;
    if (!connection.send(plan_.requests[sent_++ % plan_.requests.size()])) finish(number, {});
}

void Pace::finish(std::size_t number, const Response& response) {
    auto& connection = connections_[number];
    --in_flight_;
    ++result_.statuses[response.status];
    result_.latencies.add(now_ns() - connection.due_ns);
    if (plan_.saves_bodies) result_.bodies.append(response.body) += '\n';
    if (response.status == 0 || connection.must_reconnect()) {
        connection.connect();
        epoll_event event{.events = EPOLLIN, .data = {.u64 = number}};
        epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd(), &event);
    }
    idle_.push_back(number);
}

Result Pace::run() {
    began_ns_ = now_ns();
    auto last = began_ns_;
    std::array<epoll_event, 256> events;
    while (true) {
        auto now = now_ns();
        schedule(now);
        if (in_flight_ == 0 && due_.empty() && !has_more(now)) break;
        const auto end = began_ns_ + static_cast<std::int64_t>(plan_.seconds * 1e9);
        if (now - last > kPatience || (plan_.seconds > 0 && now - end > kPatience)) {
            result_.statuses[0] += in_flight_ + due_.size();
            break;
        }
        auto wait = kSecond;
        if (plan_.rate > 0 && has_more(now)) wait = std::clamp<std::int64_t>(next_due() - now, 0, kSecond);
        const timespec timeout{.tv_sec = wait / kSecond, .tv_nsec = wait % kSecond};
        const int count = epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
        for (int i = 0; i < count; ++i) {
            const auto number = events[static_cast<std::size_t>(i)].data.u64;
            if (const auto response = connections_[number].receive()) {
                finish(number, *response);
                last = now_ns();
            }
        }
    }
    result_.seconds = static_cast<double>(last - began_ns_) / 1e9;
    return std::move(result_);
}

}  // namespace pace
