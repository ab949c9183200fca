#include "app/process/notify.h"

#include "support/base/directory.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

namespace mindspace::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

// A service manager: the socket named by NOTIFY_SOCKET.
class Notifications : public testing::Test {
protected:
    Notifications() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        const std::string path = directory_.path() / "notify";
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        std::memcpy(&address.sun_path[0], path.c_str(), path.size() + 1);
        if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("bind");
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    void TearDown() override {
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
        ::close(socket_);
    }
    // The next notification; empty if there is none.
    [[nodiscard]] std::string next() const {
        std::array<char, 1024> text{};
        const auto size = ::recv(socket_, text.data(), text.size(), 0);
        return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : "";
    }

private:
    TemporaryDirectory directory_;
    int socket_;
};

TEST_F(Notifications, ReportReadinessAndStatus) {
    const ServiceManager manager;
    manager.starting("migrating", 60s);
    EXPECT_EQ(next(), "STATUS=migrating\nEXTEND_TIMEOUT_USEC=60000000");
    manager.ready("serving gateway");
    EXPECT_EQ(next(), "READY=1\nSTATUS=serving gateway");
    manager.reloading();
    EXPECT_THAT(next(), AllOf(StartsWith("RELOADING=1\nMONOTONIC_USEC="), HasSubstr("\nSTATUS=")));
    manager.stopping("draining");
    EXPECT_EQ(next(), "STOPPING=1\nSTATUS=draining");
}

TEST_F(Notifications, SendThreeKeepAlivesPerWatchdogInterval) {
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    ServiceManager manager;
    const auto now = ServiceManager::Clock::now();
    ASSERT_TRUE(manager.is_keep_alive_due(now));
    manager.keep_alive(now);
    EXPECT_EQ(next(), "WATCHDOG=1");
    EXPECT_FALSE(manager.is_keep_alive_due(now + 9s));
    EXPECT_TRUE(manager.is_keep_alive_due(now + 10s));
}

TEST_F(Notifications, SendNoKeepAliveWithoutAWatchdog) {
    EXPECT_FALSE(ServiceManager().is_keep_alive_due(ServiceManager::Clock::now() + 1h));
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    ::setenv("WATCHDOG_PID", "1", 1);
    EXPECT_FALSE(ServiceManager().is_keep_alive_due(ServiceManager::Clock::now() + 1h)) << "another process's";
}

}  // namespace
}  // namespace mindspace::app
