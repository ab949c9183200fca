// mindspace_swarm PLAN: opens the sockets that PLAN names, a line each (source address, port, group, token, host or
// member), and then does what stdin says, a line each, answered by a line of JSON:
//
//     join AT_ONCE · idle SECONDS · react A_SECOND SECONDS · start AT_NS COUNTDOWN_SECONDS · now
//
// Started by bench/load.py. `now` tells CLOCK_MONOTONIC in nanoseconds.

#include "swarm/swarm.h"

#include <fstream>
#include <iostream>
#include <sstream>

namespace {

std::vector<swarm::Seat> read_plan(const char* file) {
    std::vector<swarm::Seat> seats;
    std::ifstream in(file);
    swarm::Seat seat;
    std::string part;
    while (in >> seat.source >> seat.port >> seat.group >> seat.token >> part) {
        seat.is_host = part == "host";
        seats.push_back(seat);
    }
    return seats;
}

std::string obey(swarm::Swarm& all, const std::string& line) {
    std::istringstream words(line);
    std::string order;
    double first = 0;
    double second = 0;
    words >> order;
    if (order == "start") {
        std::int64_t at = 0;
        words >> at >> first;
        return all.start(at, first);
    }
    words >> first >> second;
    if (order == "join") return all.join(static_cast<std::size_t>(first));
    if (order == "idle") return all.idle(first);
    if (order == "react") return all.react(first, second);
    if (order == "now") return std::to_string(swarm::now_ns());
    return R"({"error": "unknown order"})";
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: mindspace_swarm PLAN\n";
        return 2;
    }
    swarm::Swarm all(read_plan(arguments[1]));
    std::string line;
    while (std::getline(std::cin, line)) std::cout << obey(all, line) << std::endl;  // NOLINT(performance-avoid-endl)
}
