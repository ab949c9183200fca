#include "support/postgres/supervised_servers.h"

#include <algorithm>
#include <csignal>
#include <sstream>
#include <stdexcept>

namespace mindspace::integration {

SupervisedServers::SupervisedServers(const std::filesystem::path& data)
    : process_({helper_program("supervised_servers"), data}, {}, directory_.path() / "output") {
    std::string output;
    const bool started = eventually([&] {
        output = read_whole_file(directory_.path() / "output");
        return std::ranges::count(output, '\n') == 2 || !process_.is_running();
    });
    if (!started || !process_.is_running()) throw std::runtime_error("the servers do not start: " + output);
    std::istringstream lines(output);
    std::getline(lines, conninfo_);
    std::getline(lines, redis_url_);
}

SupervisedServers::~SupervisedServers() {
    process_.send(SIGTERM);
    process_.wait();
}

}  // namespace mindspace::integration
