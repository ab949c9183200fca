#pragma once
// A TCP proxy that can silently drop what some connections carry, in both directions, as a broken network does: neither
// end is told. It runs on a separate thread.

#include <cstdint>
#include <memory>
#include <string>

namespace mindspace::integration {

class SilencingProxy {
public:
    // Connections on which clients have sent `marker` can be silenced.
    SilencingProxy(std::uint16_t server, std::string marker);
    ~SilencingProxy();  // drops all connections
    SilencingProxy(const SilencingProxy&) = delete;
    SilencingProxy& operator=(const SilencingProxy&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    // From now on, until restore(): also those that send the marker later.
    void silence();
    void restore();

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace mindspace::integration
