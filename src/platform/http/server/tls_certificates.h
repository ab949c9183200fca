#pragma once
// The server's certificate and key: read at the start, and again after a renewal. Open connections keep using the
// previous ones. May be used by several threads.

#include <filesystem>
#include <memory>
#include <mutex>

namespace boost::asio::ssl {
class context;  // NOLINT(readability-identifier-naming)
}

namespace mindspace::http {

class TlsCertificates {
public:
    // PEM files: the certificate with its intermediates, and its key. Fault: std::runtime_error, naming the file.
    TlsCertificates(std::filesystem::path certificate, std::filesystem::path key);

    // Reads the files again. Throws the same fault; then the previous certificate remains in use.
    void reload();
    // For a new connection: TLS 1.2 and 1.3 with the ciphers that Mozilla calls intermediate; ALPN: http/1.1.
    [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> current() const;

private:
    [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> read() const;

    const std::filesystem::path certificate_;
    const std::filesystem::path key_;
    mutable std::mutex mutex_;
    std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace mindspace::http
