#pragma once
// A PostgreSQL and a Redis that belong to no process of the program under test and come back when they are killed, as
// the services of a machine do (tests/programs).

#include "support/program/process.h"

#include <string>

namespace mindspace::integration {

class SupervisedServers {
public:
    // Returns when both accept. They lie in `data` as those of `mindspace up` do.
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
