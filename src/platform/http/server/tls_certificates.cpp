#include "platform/http/server/tls_certificates.h"

#include <openssl/ssl.h>
#include <boost/asio/ssl/context.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mindspace::http {

namespace ssl = boost::asio::ssl;

namespace {

// Mozilla's guideline 5.7, "intermediate". The ciphers of TLS 1.3 are OpenSSL's.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305";
constexpr const char* kCurves = "X25519:prime256v1:secp384r1";
constexpr std::string_view kProtocol = "http/1.1";

// RFC 7301: a client that offers protocols, but not ours, is refused. `offered` is a list of strings with their
// lengths.
int select_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
    const std::string_view list(reinterpret_cast<const char*>(offered), offered_size);
    for (std::size_t at = 0; at < list.size(); at += 1 + static_cast<unsigned char>(list[at])) {
        const auto protocol = list.substr(at + 1, static_cast<unsigned char>(list[at]));
        if (protocol != kProtocol) continue;
        *chosen = offered + at + 1;
        *size = static_cast<unsigned char>(kProtocol.size());
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void demand(const boost::system::error_code& failure, const std::filesystem::path& file) {
    if (failure) throw std::runtime_error(file.string() + ": " + failure.message());
}

}  // namespace

TlsCertificates::TlsCertificates(std::filesystem::path certificate, std::filesystem::path key)
    : certificate_(std::move(certificate)), key_(std::move(key)), context_(read()) {}

void TlsCertificates::reload() {
    auto context = read();
    const std::scoped_lock lock(mutex_);
    context_ = std::move(context);
}

std::shared_ptr<ssl::context> TlsCertificates::current() const {
    const std::scoped_lock lock(mutex_);
    return context_;
}

std::shared_ptr<ssl::context> TlsCertificates::read() const {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    auto* handle = context->native_handle();
    SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
    SSL_CTX_set_options(handle, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);  // idle sockets use less memory
    SSL_CTX_set_dh_auto(handle, 1);
    if (SSL_CTX_set_cipher_list(handle, kCiphers) != 1 || SSL_CTX_set1_curves_list(handle, kCurves) != 1)
        throw std::runtime_error("this OpenSSL lacks required ciphers or curves");
    SSL_CTX_set_alpn_select_cb(handle, &select_protocol, nullptr);

    boost::system::error_code failure;
    context->use_certificate_chain_file(certificate_.string(), failure);
    demand(failure, certificate_);
    context->use_private_key_file(key_.string(), ssl::context::pem, failure);
    demand(failure, key_);
    if (SSL_CTX_check_private_key(handle) != 1)
        throw std::runtime_error(key_.string() + " is not the key of " + certificate_.string());
    return context;
}

}  // namespace mindspace::http
