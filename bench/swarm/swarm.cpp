#include "swarm/swarm.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <iomanip>
#include <sstream>

namespace swarm {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kTimeout = 60 * kSecond;
constexpr int kMaxAttempts = 6;

// Whether the status or close code asks the client to retry: a lost connection, or a busy or restarting server.
bool may_retry(int code) {
    return code == 0 || code == 429 || code == 503 || code == 1012 || code == 1013;
}

double wall_ms() {
    return std::chrono::duration<double, std::milli>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The number after `name` in an object that contains it; numbers are written without exponents.
double number_of(std::string_view text, std::string_view name) {
    const auto at = text.find(name);
    return at == std::string_view::npos ? NAN : std::strtod(text.data() + at + name.size(), nullptr);
}

std::string quoted(std::int64_t number) {
    return '"' + std::to_string(number) + '"';
}

}  // namespace

std::int64_t now_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * kSecond + now.tv_nsec;
}

Swarm::Swarm(std::vector<SocketPlan> plans) : plans_(std::move(plans)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    clients_.reserve(plans_.size());
    for (const auto& plan : plans_) clients_.emplace_back(plan);
}

Swarm::~Swarm() {
    close(epoll_);
}

void Swarm::run_until(std::int64_t until_ns, const std::function<bool()>& is_done) {
    std::array<epoll_event, 1024> events;
    while (!is_done || !is_done()) {
        reconnect();
        const auto next_retry = waiting_.empty() ? INT64_MAX : waiting_.begin()->first;
        const auto wait = std::max<std::int64_t>(std::min({until_ns, next_bell(), next_retry}) - now_ns(), 0);
        const timespec timeout{.tv_sec = wait / kSecond, .tv_nsec = wait % kSecond};
        const int count = epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
        ring_bells();
        for (int i = 0; i < count; ++i) {
            const auto& event = events[static_cast<std::size_t>(i)];
            auto& client = clients_[event.data.u64];
            if ((event.events & EPOLLOUT) != 0) {
                client.open_handshake(credential_);
                epoll_event readable{.events = EPOLLIN, .data = event.data};
                epoll_ctl(epoll_, EPOLL_CTL_MOD, client.fd(), &readable);
            } else if (!client.receive([&](std::string_view text) { handle(client, text); })) {
                drop(client);
            }
        }
        if (now_ns() >= until_ns) return;
    }
}

void Swarm::begin(std::size_t number) {
    clients_[number].began_ns = now_ns();
    clients_[number].connect();
    ++clients_[number].attempts;
    ++connecting_;
    epoll_event event{.events = EPOLLOUT, .data = {.u64 = number}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_[number].fd(), &event);
}

void Swarm::reconnect() {
    while (!waiting_.empty() && waiting_.begin()->first <= now_ns()) {
        ++reconnected_;
        begin(waiting_.extract(waiting_.begin()).mapped());
    }
}

void Swarm::drop(Client& client) {
    ++close_codes_[client.close_code()];
    if (is_joining_ && client.attempts < kMaxAttempts && may_retry(client.close_code())) {
        std::uniform_int_distribution<std::int64_t> wait(kSecond / 2, kSecond);
        const auto number = static_cast<std::size_t>(&client - clients_.data());
        waiting_.emplace(now_ns() + (wait(random_) << client.attempts), number);
    } else {
        ++lost_;
    }
    if (client.is_joined)
        --joined_;
    else
        --connecting_;
    client.is_joined = false;
    epoll_ctl(epoll_, EPOLL_CTL_DEL, client.fd(), nullptr);
}

void Swarm::handle(Client& client, std::string_view text) {
    const auto now = now_ns();
    if (const auto ref = text.find(R"("ref":")"); ref != std::string_view::npos) {
        deliveries_.add(now - std::strtoll(text.data() + ref + 7, nullptr, 10));
    } else if (text.contains(R"("type":"start")")) {
        if (started_at_ns_ != 0) starts_.add(now - started_at_ns_);
        const double due_ms = number_of(text, R"("startsAt":)");
        const double wait_ms = due_ms - (wall_ms() + client.clock_offset_ms);
        bells_.emplace(now + static_cast<std::int64_t>(wait_ms * 1e6), due_ms);
    } else if (text.contains(R"("type":"time")")) {
        const double t3 = wall_ms();
        const double t0 = number_of(text, R"("t0":)");
        const double middle = (number_of(text, R"("t1":)") + number_of(text, R"("t2":)")) / 2;
        client.clock_offset_ms = middle - (t0 + t3) / 2;
    } else if (!client.is_joined && text.contains(R"("type":"welcome")")) {
        client.is_joined = true;
        joins_.add(now - client.began_ns);
        ++joined_;
        --connecting_;
    }
}

std::string Swarm::join(std::size_t at_once, Credential credential) {
    credential_ = credential;
    const auto began = now_ns();
    is_joining_ = true;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        begin(i);
        run_until(now_ns() + kTimeout, [&] { return connecting_ < at_once; });
    }
    run_until(now_ns() + kTimeout, [&] { return connecting_ == 0 && waiting_.empty(); });
    is_joining_ = false;
    std::ostringstream out;
    out << R"({"joined": )" << joined_ << R"(, "lost": )" << clients_.size() - joined_ << R"(, "reconnected": )"
        << reconnected_ << R"(, "codes": )" << codes_to_json() << R"(, "seconds": )"
        << static_cast<double>(now_ns() - began) / 1e9 << R"(, "latency": )" << joins_.to_json() << "}";
    return out.str();
}

std::string Swarm::codes_to_json() const {
    std::ostringstream out;
    const char* separator = "{";
    for (const auto& [code, count] : close_codes_) {
        out << separator << '"' << code << R"(": )" << count;
        separator = ", ";
    }
    return close_codes_.empty() ? "{}" : out.str() + "}";
}

std::string Swarm::idle(double seconds) {
    run_until(now_ns() + static_cast<std::int64_t>(seconds * 1e9));
    std::ostringstream out;
    out << R"({"open": )" << joined_ << R"(, "lost": )" << lost_ << R"(, "codes": )" << codes_to_json() << "}";
    return out.str();
}

std::string Swarm::react(double rate, double seconds) {
    deliveries_ = {};
    std::map<std::string_view, std::size_t> members;
    for (const auto& client : clients_) members[client.plan().group] += client.is_joined ? 1 : 0;
    const auto began = now_ns();
    const auto count = static_cast<std::size_t>(rate * seconds);
    std::size_t expected = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto due = began + static_cast<std::int64_t>(static_cast<double>(i) * 1e9 / rate);
        run_until(due);
        auto& client = clients_[i * 7919 % clients_.size()];  // a prime, so that rooms and users alternate
        if (!client.is_joined) continue;
        client.send(R"({"type":"reaction","kind":"heart","ref":)" + quoted(due) + "}");
        expected += members[client.plan().group];
    }
    run_until(now_ns() + kTimeout / 6, [&] { return deliveries_.count() >= expected; });
    std::ostringstream out;
    out << R"({"sent": )" << count << R"(, "expected": )" << expected << R"(, "latency": )" << deliveries_.to_json()
        << "}";
    return out.str();
}

std::string Swarm::start(std::int64_t at_ns, double countdown_seconds) {
    starts_ = {};
    bell_errors_ = {};
    send_time_requests();
    run_until(at_ns);
    started_at_ns_ = at_ns;
    for (auto& client : clients_)
        if (client.plan().is_host && client.is_joined)
            client.send(R"({"type":"start","countdownSeconds":)" + std::to_string(static_cast<int>(countdown_seconds)) +
                        "}");
    run_until(now_ns() + kTimeout / 6, [&] { return starts_.count() >= joined_; });
    run_until(now_ns() + static_cast<std::int64_t>((countdown_seconds + 5) * 1e9),
              [&] { return bell_errors_.count() >= starts_.count(); });
    return R"({"start": )" + starts_.to_json() + R"(, "bell_error": )" + bell_errors_.to_json() + "}";
}

// Spreads the requests over two seconds.
void Swarm::send_time_requests() {
    const auto began = now_ns();
    const auto step = 2 * kSecond / static_cast<std::int64_t>(clients_.size());
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        run_until(began + step * static_cast<std::int64_t>(i));
        if (!clients_[i].is_joined) continue;
        std::ostringstream request;
        request << std::fixed << std::setprecision(3) << R"({"type":"time","t0":)" << wall_ms() << "}";
        clients_[i].send(request.str());
    }
    run_until(now_ns() + kSecond / 2);
}

std::int64_t Swarm::next_bell() const {
    return bells_.empty() ? INT64_MAX : bells_.begin()->first;
}

void Swarm::ring_bells() {
    while (!bells_.empty() && bells_.begin()->first <= now_ns()) {
        bell_errors_.add(static_cast<std::int64_t>(std::abs(wall_ms() - bells_.begin()->second) * 1e6));
        bells_.erase(bells_.begin());
    }
}

}  // namespace swarm
