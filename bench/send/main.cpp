// mindspace_send SOCKETS ROUNDS BYTES: what a delivery costs at least. Sends BYTES to each of SOCKETS connections on
// loopback, ROUNDS times, while another process receives, and prints the CPU of a send() and how many a second one core
// can do.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace {

double cpu_us() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

// {sender, receiver}, connected over loopback.
std::pair<int, int> make_pair(int listener, const sockaddr_in& address) {
    const int receiver = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(receiver, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        std::perror("connect");
        std::exit(1);
    }
    const int sender = accept(listener, nullptr, nullptr);
    const int on = 1;
    setsockopt(sender, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return {sender, receiver};
}

[[noreturn]] void receive_forever(const std::vector<int>& receivers) {
    const int epoll = epoll_create1(0);
    for (int fd : receivers) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
    std::array<epoll_event, 256> events;
    std::array<char, 65536> scratch;
    while (true) {
        const int count = epoll_wait(epoll, events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            if (recv(events[static_cast<std::size_t>(i)].data.fd, scratch.data(), scratch.size(), 0) == 0) std::exit(0);
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::fputs("usage: mindspace_send SOCKETS ROUNDS BYTES\n", stderr);
        return 2;
    }
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(listener, reinterpret_cast<const sockaddr*>(&address), size);
    listen(listener, SOMAXCONN);
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    std::vector<int> senders;
    std::vector<int> receivers;
    for (int i = 0; i < std::atoi(arguments[1]); ++i) {
        const auto [sender, receiver] = make_pair(listener, address);
        senders.push_back(sender);
        receivers.push_back(receiver);
    }
    const pid_t child = fork();
    if (child == 0) receive_forever(receivers);

    const std::string message(std::strtoul(arguments[3], nullptr, 10), 'x');
    const int rounds = std::atoi(arguments[2]);
    long sent = 0;
    const double before = cpu_us();
    for (int round = 0; round < rounds; ++round) {
        for (int fd : senders)
            sent += send(fd, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0 ? 1 : 0;
        usleep(10000);
    }
    const double each = (cpu_us() - before) / static_cast<double>(std::max(sent, 1L));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    std::printf(R"({"cpu_us": %.3f, "rate": %.0f})"
                "\n",
                each, 1e6 / each);
}
