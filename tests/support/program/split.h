#pragma once
// The program as several processes: a gateway and, behind it, nodes of the other roles, with the PostgreSQL and Redis
// from the settings.

#include "support/program/node.h"

#include <map>
#include <optional>

namespace mindspace::integration {

// The processes to run. A role that is neither in `front` nor among the nodes is unavailable.
struct SplitPlan {
    std::string front = "gateway";  // roles of the process that clients connect to
    std::vector<std::string> nodes = {"auth", "user", "meditation", "analytics"};
};

class Split {
public:
    // Does not start anything yet. The settings apply to every process.
    Split(SplitPlan plan, const Environment& settings, const std::filesystem::path& directory);

    // Starts the processes that are not running, the nodes before the gateway. A node keeps its port.
    void start();
    // SIGTERM to all, the gateway first. Returns the first exit code that is not 0, or 0.
    int stop();
    void kill();

    [[nodiscard]] Node& front() { return *front_; }
    // The n-th node of that role.
    [[nodiscard]] Node& node(const std::string& role, std::size_t n = 0) { return *nodes_.at(role).at(n); }
    [[nodiscard]] const Node& node(const std::string& role) const { return *nodes_.at(role).at(0); }
    // The gateway first.
    [[nodiscard]] std::vector<const Node*> processes() const;
    // The logs of all of them.
    [[nodiscard]] std::string log() const;

private:
    [[nodiscard]] std::vector<Node*> nodes() const;

    std::map<std::string, std::vector<std::unique_ptr<Node>>> nodes_;
    std::unique_ptr<Node> front_;
};

}  // namespace mindspace::integration
