#pragma once
// A PostgreSQL and a Redis outside the processes under test, which are restarted when killed, like the services of a
// machine (tests/programs).

#include "support/program/process.h"

#include <string>

namespace mindspace::integration {

class SupervisedServers {
public:
    // Returns when both accept connections. They use `data` in the same way as those of `mindspace up`.
    explicit SupervisedServers(const std::filesystem::path& data);
    ~SupervisedServers();
    SupervisedServers(const SupervisedServers&) = delete;
    SupervisedServers& operator=(const SupervisedServers&) = delete;

    [[nodiscard]] const std::string& conninfo() const { return conninfo_; }
    [[nodiscard]] const std::string& redis_url() const { return redis_url_; }

private:
    TemporaryDirectory directory_;
    Process process_;
    std::string conninfo_;
    std::string redis_url_;
};

}  // namespace mindspace::integration
