#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace mindspace {

// co_await with kTuple returns errors as values: auto [error, …] = co_await socket.async_…(…, kTuple).
inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace mindspace
