#include "platform/http/server/bound_port.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

namespace mindspace::http {
namespace {

TEST(BoundPort, IsSharedByTheServersOfOneProgramOnly) {
    BoundPort port("127.0.0.1", 0, 2);
    EXPECT_NE(port.number(), 0);
    asio::io_context loop;
    asio::ip::tcp::acceptor first(loop);
    asio::ip::tcp::acceptor second(loop);
    port.pass_to(first);
    port.pass_to(second);
    first.listen();
    second.listen();
    EXPECT_EQ(first.local_endpoint().port(), port.number());
    EXPECT_EQ(second.local_endpoint().port(), port.number());
    EXPECT_THROW(BoundPort("127.0.0.1", port.number(), 1), boost::system::system_error);
}

TEST(BoundPort, IsTakenBeforeItsServersListen) {
    const BoundPort port("127.0.0.1", 0, 1);
    EXPECT_THROW(BoundPort("127.0.0.1", port.number(), 1), boost::system::system_error);
    EXPECT_NO_THROW(BoundPort("127.0.0.2", port.number(), 1));
}

TEST(BoundPort, IsFreeAgainWhenItsSocketsWereNotUsed) {
    std::uint16_t number = 0;
    {
        const BoundPort port("127.0.0.1", 0, 3);
        number = port.number();
    }
    EXPECT_EQ(BoundPort("127.0.0.1", number, 1).number(), number);
}

TEST(BoundPort, RefusesAddressesOfOtherMachines) {
    EXPECT_THROW(BoundPort("nowhere", 0, 1), boost::system::system_error);
    EXPECT_THROW(BoundPort("192.0.2.1", 0, 1), boost::system::system_error);
}

}  // namespace
}  // namespace mindspace::http
