#include "app/commands/doctor/subjects.h"
#include "app/commands/http_probe.h"
#include "platform/http/server/tls_certificates.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>

namespace mindspace::app::doctor {

namespace {

constexpr auto kEarlyWarning = std::chrono::days(14);

constexpr const char* kRenew =
    "renew it and have its server load it: `systemctl reload mindspace` or `systemctl reload nginx` "
    "(docs/operations/tls.md)";

struct Free {
    void operator()(BIO* handle) const { BIO_free(handle); }
    void operator()(X509* handle) const { X509_free(handle); }
};

std::unique_ptr<X509, Free> parse(std::string_view pem) {
    const std::unique_ptr<BIO, Free> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return std::unique_ptr<X509, Free>(PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr));
}

Timestamp time_of(const ASN1_TIME* at) {
    std::tm parts{};
    ASN1_TIME_to_tm(at, &parts);
    return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::from_time_t(timegm(&parts)));
}

bool is_for(X509* certificate, const std::string& host) {
    return X509_check_host(certificate, host.data(), host.size(), 0, nullptr) == 1 ||
           X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
}

std::string host_of(const std::string& url) {
    const auto parsed = boost::urls::parse_uri(url);
    return parsed ? std::string(parsed->host_address()) : std::string();
}

void check_files(const Config& config, Checks& checks) {
    const auto& [certificate, key] = config.tls;
    try {
        const http::TlsCertificates pair(certificate, key);
    } catch (const std::exception& fault) {
        return checks.fault("tls.files", fmt::format("tls.certificate and tls.key cannot be used: {}", fault.what()),
                            "install the certificate with its intermediates and its key (docs/operations/tls.md)");
    }
    checks.ok("tls.files", fmt::format("{} is the key of {}", key, certificate));
    std::ifstream file(certificate);
    const std::string pem(std::istreambuf_iterator<char>(file), {});
    check_certificate(certificate, pem, host_of(config.http.public_url), SystemClock{}.now(), checks);
}

}  // namespace

void check_certificate(const std::string& where, std::string_view pem, const std::string& host, Timestamp now,
                       Checks& checks) {
    const auto certificate = parse(pem);
    if (!certificate)
        return checks.fault("tls.certificate", fmt::format("{} has no certificate that can be read", where),
                            "install a PEM file (docs/operations/tls.md)");
    if (!is_for(certificate.get(), host))
        checks.fault("tls.name", fmt::format("the certificate of {} is not for {}", where, host),
                     fmt::format("get a certificate for {}, or correct http.public_url", host));
    if (const auto begin = time_of(X509_get0_notBefore(certificate.get())); now < begin)
        return checks.fault("tls.validity",
                            fmt::format("the certificate of {} is not valid before {}", where, format_timestamp(begin)),
                            "check the clock of this machine, or use the certificate from that time on");
    const auto end = time_of(X509_get0_notAfter(certificate.get()));
    if (end <= now)
        checks.fault("tls.validity", fmt::format("the certificate of {} expired at {}", where, format_timestamp(end)),
                     kRenew);
    else if (end < now + kEarlyWarning)
        checks.warning("tls.validity", fmt::format("the certificate of {} expires at {}", where, format_timestamp(end)),
                       kRenew);
    else
        checks.ok("tls.validity", fmt::format("the certificate of {} is valid until {}", where, format_timestamp(end)));
}

void check_tls(const Config& config, Checks& checks) {
    if (config.tls.is_on()) check_files(config, checks);
    const auto& url = config.http.public_url;
    if (!url.starts_with("https://")) return;
    // What a proxy serves may differ from the file. Without a response, check_program() reports why.
    if (const auto pem = served_certificate(url); !pem.empty())
        check_certificate(url, pem, host_of(url), SystemClock{}.now(), checks);
}

}  // namespace mindspace::app::doctor
