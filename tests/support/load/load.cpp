#include "support/load/load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <string_view>
#include <system_error>

namespace mindspace::integration {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kEnd = "\r\n\r\n";
constexpr std::string_view kLength = "\r\nContent-Length: ";
constexpr int kEvents = 256;
constexpr auto kPause = std::chrono::milliseconds(1);
constexpr auto kRetryAfter = std::chrono::seconds(1);

// The status if the text is a complete response, otherwise 0.
int status_of(std::string_view text) {
    const auto head = text.find(kEnd);
    if (head == std::string_view::npos) return 0;
    std::size_t length = 0;
    if (const auto field = text.substr(0, head).find(kLength); field != std::string_view::npos)
        std::from_chars(text.data() + field + kLength.size(), text.data() + head, length);
    if (text.size() < head + kEnd.size() + length) return 0;
    int status = 0;
    std::from_chars(text.data() + std::string_view("HTTP/1.1 ").size(), text.data() + head, status);
    return status;
}

struct Caller {
    int socket = -1;
    std::string received;
    SteadyClock::time_point sent_at{};
    SteadyClock::time_point refused_at{};
};

class Load {
public:
    explicit Load(const LoadPlan& plan) : plan_(plan), callers_(plan.connections), epoll_(epoll_create1(0)) {
        allow_files();
        for (auto& caller : callers_) open(caller);
    }
    ~Load() {
        for (const auto& caller : callers_) ::close(caller.socket);
        ::close(epoll_);
    }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    LoadReport run() {
        began_ = SteadyClock::now();
        for (auto& caller : callers_) idle_.push_back(&caller);
        std::size_t sent = 0;
        while (true) {
            const auto passed = SteadyClock::now() - began_;
            if (passed >= plan_.length || (plan_.should_stop && plan_.should_stop())) break;
            auto due = idle_.size();
            if (plan_.rate > 0) {
                const auto wanted =
                    static_cast<std::size_t>(plan_.rate * std::chrono::duration<double>(passed).count());
                // Requests without an idle connection are skipped, not postponed.
                const auto to_send = std::min(wanted - std::min(wanted, sent), due);
                sent = wanted;
                due = to_send;
            }
            for (; due > 0; --due) send();
            receive();
        }
        report_.took = SteadyClock::now() - began_;
        return std::move(report_);
    }

private:
    static void allow_files() {
        rlimit files{};
        getrlimit(RLIMIT_NOFILE, &files);
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }

    void open(Caller& caller) const {
        caller.socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(plan_.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(caller.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::system_error(errno, std::generic_category(), "connect");
        const int yes = 1;
        setsockopt(caller.socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        fcntl(caller.socket, F_SETFL, O_NONBLOCK);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &caller;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, caller.socket, &event);
    }

    void send() {
        auto& caller = *idle_.front();
        idle_.pop_front();
        const auto& request = plan_.requests[next_++ % plan_.requests.size()];
        caller.received.clear();
        caller.sent_at = SteadyClock::now();
        // A short request fits into the socket's buffer; a closed connection is detected on reading.
        static_cast<void>(::send(caller.socket, request.data(), request.size(), MSG_NOSIGNAL));
    }

    void receive() {
        std::array<epoll_event, kEvents> events{};
        const auto pause = static_cast<int>(kPause.count());
        const int ready = epoll_wait(epoll_, events.data(), kEvents, pause);
        const auto now = SteadyClock::now();
        for (int i = 0; i < ready; ++i) take(*static_cast<Caller*>(events[static_cast<std::size_t>(i)].data.ptr), now);
    }

    void take(Caller& caller, SteadyClock::time_point now) {
        std::array<char, 16 * 1024> buffer;
        const auto size = ::recv(caller.socket, buffer.data(), buffer.size(), 0);
        if (size <= 0) {
            if (size < 0 && errno == EAGAIN) return;
            ++report_.broken;
            ::close(caller.socket);
            open(caller);
            if (caller.sent_at != SteadyClock::time_point{}) idle_.push_back(&caller);
            caller.sent_at = {};
            return;
        }
        caller.received.append(buffer.data(), static_cast<std::size_t>(size));
        const int status = status_of(caller.received);
        if (status == 0) return;
        report_.by_status[status].add(now - caller.sent_at);
        if (status == 503) record_refusal(caller, now);
        caller.sent_at = {};
        idle_.push_back(&caller);
    }

    void record_refusal(Caller& caller, SteadyClock::time_point now) {
        report_.last_refusal = std::chrono::floor<std::chrono::milliseconds>(now - began_);
        if (caller.sent_at - caller.refused_at >= kRetryAfter) report_.first_refusals.add(now - caller.sent_at);
        caller.refused_at = now;
    }

    const LoadPlan& plan_;
    std::vector<Caller> callers_;
    std::deque<Caller*> idle_;  // the one that has been idle longest comes first
    std::size_t next_ = 0;
    int epoll_;
    SteadyClock::time_point began_{};
    LoadReport report_;
};

}  // namespace

std::chrono::duration<double, std::milli> ResponseTimes::quantile(double share) const {
    if (times_.empty()) return {};
    auto sorted = times_;
    const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
    std::ranges::nth_element(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(at));
    return sorted[at];
}

std::size_t LoadReport::count(int status) const {
    const auto found = by_status.find(status);
    return found != by_status.end() ? found->second.count() : 0;
}

double LoadReport::milliseconds(int status, double share) const {
    const auto found = by_status.find(status);
    return found != by_status.end() ? found->second.quantile(share).count() : 0;
}

LoadReport load(const LoadPlan& plan) {
    return Load(plan).run();
}

}  // namespace mindspace::integration
