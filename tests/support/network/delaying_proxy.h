#pragma once
// A TCP proxy that simulates a bad mobile network: it delays data in each direction by a random time, and occasionally
// for long. Order is kept. It runs on a separate thread.

#include <chrono>
#include <cstdint>
#include <memory>

namespace mindspace::integration {

struct Delays {
    std::chrono::milliseconds least{};
    std::chrono::milliseconds most{};
    int stall_percent = 0;  // share of the pieces that stall
    std::chrono::milliseconds stall{};
};

class DelayingProxy {
public:
    DelayingProxy(std::uint16_t server, Delays delays);
    ~DelayingProxy();  // drops all connections
    DelayingProxy(const DelayingProxy&) = delete;
    DelayingProxy& operator=(const DelayingProxy&) = delete;

    [[nodiscard]] std::uint16_t port() const;

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace mindspace::integration
