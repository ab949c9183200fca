#include "support/program/metrics.h"

#include "support/network/raw_connection.h"

namespace mindspace::integration {

std::string read_metrics(std::uint16_t management_port, std::string_view accept) {
    RawConnection connection(management_port);
    connection.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: " + std::string(accept) +
                    "\r\n\r\n");
    return connection.receive_all();
}

double metric(std::uint16_t management_port, const std::string& beginning) {
    const auto page = read_metrics(management_port);
    const auto at = page.find("\n" + beginning);
    if (at == std::string::npos) return -1;
    return std::stod(page.substr(page.find(' ', at + beginning.size())));
}

}  // namespace mindspace::integration
