#pragma once
// A way between client and server as a bad mobile network has it: what passes is held up, each way, for a time that
// varies from one piece to the next, and now and then for long. Order is kept. Its own thread serves it.

#include <chrono>
#include <cstdint>
#include <memory>

namespace mindspace::integration {

struct Delays {
    std::chrono::milliseconds least{};
    std::chrono::milliseconds most{};
    int stall_percent = 0;  // of the pieces
    std::chrono::milliseconds stall{};
};

class DelayingProxy {
public:
    DelayingProxy(std::uint16_t server, Delays delays);
    ~DelayingProxy();  // breaks all connections off
    DelayingProxy(const DelayingProxy&) = delete;
    DelayingProxy& operator=(const DelayingProxy&) = delete;

    [[nodiscard]] std::uint16_t port() const;

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace mindspace::integration
