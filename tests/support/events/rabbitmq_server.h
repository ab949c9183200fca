#pragma once
// A real RabbitMQ for tests: private directory, node, ports and Erlang port mapper. Started on first use, once for each
// test binary, and stopped with it.

#include "support/network/certificate.h"
#include "support/program/process.h"

#include <cstdint>
#include <memory>
#include <string>

namespace mindspace::integration {

class RabbitmqServer {
public:
    static RabbitmqServer& shared();

    RabbitmqServer();
    ~RabbitmqServer();
    RabbitmqServer(const RabbitmqServer&) = delete;
    RabbitmqServer& operator=(const RabbitmqServer&) = delete;

    // A value for rabbitmq.url.
    [[nodiscard]] std::string url() const;
    // The same with TLS; the certificate is its own authority.
    [[nodiscard]] std::string secure_url(const std::string& authority) const;
    [[nodiscard]] const std::string& certificate() const { return certificate_.certificate; }
    // SIGKILL.
    void crash();
    // After crash(); does not wait.
    void launch();
    void wait_until_ready();

private:
    TemporaryDirectory directory_;
    CertificateFiles certificate_;
    std::uint16_t port_;
    std::uint16_t secure_port_;
    std::uint16_t mapper_port_;
    Environment settings_;
    std::unique_ptr<Process> mapper_;
    std::unique_ptr<Process> server_;
};

}  // namespace mindspace::integration
