#include "platform/postgres/connection/connection_string.h"

#include "platform/base/result.h"
#include "platform/postgres/connection/connection.h"
#include "support/postgres/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dlfcn.h>
#include <netdb.h>
#include <atomic>
#include <cstring>
#include <thread>

namespace {

std::atomic<bool> is_resolver_released{false};
std::atomic<bool> is_resolver_hanging{false};

}  // namespace

// Replaces the function of libc, for libpq and Asio alike: `hanging.test` is resolved by a server that does not
// respond.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
    if (node != nullptr && std::strcmp(node, "hanging.test") == 0) {
        is_resolver_hanging = true;
        const mindspace::ScaledTimeout timeout;
        while (!is_resolver_released && !timeout.has_expired())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        is_resolver_hanging = false;
        return EAI_AGAIN;
    }
    static const auto next = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
    return next(node, service, hints, result);
}

namespace mindspace::postgres {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

HostList resolve(const std::string& conninfo) {
    asio::io_context io;
    return run(io, resolve_hosts(io, conninfo, std::chrono::steady_clock::now() + scaled(30s)));
}

TEST(ConnectionString, HasTheValuesOfItsKeywords) {
    EXPECT_EQ(value_of("host=a options='-c geqo=off'", "options"), "-c geqo=off");
    EXPECT_EQ(value_of("postgres://u@a,b:6000/d?target_session_attrs=any", "host"), "a,b");
    EXPECT_EQ(value_of("host=a", "port"), "");
    EXPECT_EQ(value_of("no connection string", "host"), "");
}

TEST(ConnectionString, LeavesSocketsAndAddressesToLibpq) {
    for (const char* conninfo :
         {"host=/run/postgresql dbname=d", "dbname=d", "host=/a,/b port=1,2", "hostaddr=10.0.0.1"})
        EXPECT_EQ(resolve(conninfo).host, "") << conninfo;
}

TEST(ConnectionString, ContainsTheAddressesOfItsHosts) {
    auto resolved = resolve("host=127.0.0.1 port=6000");
    EXPECT_EQ(resolved.hostaddr, "127.0.0.1");
    EXPECT_EQ(resolved.port, "6000");
    resolved = resolve("postgres://localhost:6000/d");
    EXPECT_THAT(resolved.host, HasSubstr("localhost"));
    EXPECT_THAT(resolved.hostaddr, HasSubstr("127.0.0.1"));
    resolved = resolve("host=/run,10.0.0.1,name.invalid,10.0.0.2 port=1,2,3,4");
    EXPECT_EQ(resolved.host, "/run,10.0.0.1,10.0.0.2") << "a host that nobody knows is passed over";
    EXPECT_EQ(resolved.hostaddr, ",10.0.0.1,10.0.0.2");
    EXPECT_EQ(resolved.port, "1,2,4");
    resolved = resolve("host=a.invalid,b.invalid hostaddr=10.0.0.1,10.0.0.2 port=7");
    EXPECT_EQ(resolved.hostaddr, "10.0.0.1,10.0.0.2") << "given addresses are not looked up";
    EXPECT_EQ(resolved.port, "7,7");
}

TEST(ConnectionString, ReportsWhichHostIsUnknown) {
    try {
        resolve("host=name.invalid");
        FAIL() << "there is no such host";
    } catch (const Unavailable& unknown) {
        EXPECT_THAT(unknown.what(), HasSubstr("name.invalid"));
    }
}

TEST(PostgresConnection, FailsAtTheDeadlineWhenTheResolverHangs) {
    is_resolver_released = false;
    asio::io_context io;
    auto connection = std::make_shared<Connection>(io);
    EXPECT_THROW(run(io, connection->connect({.conninfo = "host=hanging.test", .connect_timeout = 50ms})), Unavailable);
    EXPECT_TRUE(is_resolver_hanging) << "the loop has waited for the resolver";
    is_resolver_released = true;
    run_until(io, [] { return !is_resolver_hanging; });
}

}  // namespace
}  // namespace mindspace::postgres
