#include "platform/redis/connection/tls.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/system/system_error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace mindspace::redis {

Result<std::shared_ptr<Tls>> Tls::make(const std::string& ca_file) {
    auto tls = std::make_shared<Tls>();
    SSL_CTX_set_min_proto_version(tls->context_.native_handle(), TLS1_2_VERSION);
    tls->context_.set_verify_mode(asio::ssl::verify_peer);
    boost::system::error_code fault;
    if (ca_file.empty()) {
        tls->context_.set_default_verify_paths(fault);
    } else {
        tls->context_.load_verify_file(ca_file, fault);
    }
    if (fault) return Error{ErrorCode::invalid, "invalid_ca", "no certificates can be read from " + ca_file, {}};
    return tls;
}

TlsStream::TlsStream(Socket& socket, const std::shared_ptr<Tls>& tls, const std::string& host)
    : tls_(tls), stream_(socket, tls->context()) {
    stream_.set_verify_callback(asio::ssl::host_name_verification(host));
    boost::system::error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (!not_an_address) return;  // SNI names hosts only (RFC 6066, section 3)
    if (SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str()) != 1) {
        boost::system::error_code fault(static_cast<int>(ERR_get_error()), asio::error::get_ssl_category());
        throw boost::system::system_error(fault);
    }
}

}  // namespace mindspace::redis
