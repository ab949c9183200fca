// mindspace_swarm PLAN: opens the sockets listed in PLAN, one per line (source address, port, group, token, host or
// member), and then executes the commands on stdin, one per line, each with a line of JSON as its result:
//
//     join AT_ONCE [TICKETS] · idle SECONDS · react RATE SECONDS · start AT_NS COUNTDOWN_SECONDS · now
//
// With TICKETS (1) each socket is opened by a ticket. Started by bench/sockets.py. `now` returns CLOCK_MONOTONIC in
// nanoseconds.

#include "swarm/swarm.h"

#include <fstream>
#include <iostream>
#include <sstream>

namespace {

std::vector<swarm::SocketPlan> read_plan(const char* file) {
    std::vector<swarm::SocketPlan> plans;
    std::ifstream in(file);
    swarm::SocketPlan plan;
    std::string part;
    while (in >> plan.source >> plan.port >> plan.group >> plan.token >> part) {
        plan.is_host = part == "host";
        plans.push_back(plan);
    }
    return plans;
}

std::string execute(swarm::Swarm& all, const std::string& line) {
    std::istringstream arguments(line);
    std::string command;
    double first = 0;
    double second = 0;
    arguments >> command;
    if (command == "start") {
        std::int64_t at = 0;
        arguments >> at >> first;
        return all.start(at, first);
    }
    arguments >> first >> second;
    if (command == "join")
        return all.join(static_cast<std::size_t>(first),
                        second == 0 ? swarm::Credential::token : swarm::Credential::ticket);
    if (command == "idle") return all.idle(first);
    if (command == "react") return all.react(first, second);
    if (command == "now") return std::to_string(swarm::now_ns());
    return R"({"error": "unknown command"})";
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: mindspace_swarm PLAN\n";
        return 2;
    }
    swarm::Swarm all(read_plan(arguments[1]));
    std::string line;
    while (std::getline(std::cin, line))
        std::cout << execute(all, line) << std::endl;  // NOLINT(performance-avoid-endl)
}
