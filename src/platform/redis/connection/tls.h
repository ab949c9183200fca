#pragma once
// TLS to Redis. One Tls serves all connections of the process: it holds the trusted certificates.

#include "platform/async/awaitable.h"
#include "platform/base/result.h"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <string>

namespace mindspace::redis {

class Tls {
public:
    // Trusts the certificates in the file (PEM), or the system's if no file is given. Error: invalid.
    static Result<std::shared_ptr<Tls>> make(const std::string& ca_file);

    [[nodiscard]] asio::ssl::context& context() { return context_; }

private:
    asio::ssl::context context_{asio::ssl::context::tls_client};
};

// The TLS layer over one socket, which must live as long.
class TlsStream {
public:
    using Socket = asio::generic::stream_protocol::socket;
    using Stream = asio::ssl::stream<Socket&>;

    // The server must present a certificate that Tls trusts and that is issued for `host` (RFC 6125). Throws
    // boost::system::system_error.
    TlsStream(Socket& socket, const std::shared_ptr<Tls>& tls, const std::string& host);

    [[nodiscard]] Stream& stream() { return stream_; }

private:
    std::shared_ptr<Tls> tls_;
    Stream stream_;
};

}  // namespace mindspace::redis
