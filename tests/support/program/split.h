#pragma once
// The program as several processes: a gateway and, behind it, nodes of the other roles, on the PostgreSQL and the Redis
// that the settings name.

#include "support/program/node.h"

#include <map>
#include <optional>

namespace mindspace::integration {

// Which processes there are. A role that is neither in `front` nor among the nodes is one that is away.
struct SplitPlan {
    std::string front = "gateway";  // roles of the process that clients talk to
    std::vector<std::string> nodes = {"auth", "user", "meditation", "analytics"};
};

class Split {
public:
    // Of the program nothing runs yet. Settings are for every process.
    Split(SplitPlan plan, const Environment& settings, const std::filesystem::path& directory);

    // Starts what does not run, the nodes before the gateway. A node keeps its port.
    void start();
    // SIGTERM to all, the gateway first; the exit code of the first that did not end well, or 0.
    int stop();
    void kill();

    [[nodiscard]] Node& front() { return *front_; }
    // The n-th node of that role.
    [[nodiscard]] Node& node(const std::string& role, std::size_t n = 0) { return *nodes_.at(role).at(n); }
    [[nodiscard]] const Node& node(const std::string& role) const { return *nodes_.at(role).at(0); }
    // The gateway first.
    [[nodiscard]] std::vector<const Node*> processes() const;
    // What all of them said.
    [[nodiscard]] std::string log() const;

private:
    [[nodiscard]] std::vector<Node*> nodes() const;

    std::map<std::string, std::vector<std::unique_ptr<Node>>> nodes_;
    std::unique_ptr<Node> front_;
};

}  // namespace mindspace::integration
