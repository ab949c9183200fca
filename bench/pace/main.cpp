// mindspace_pace REQUESTS PORT CONNECTIONS THREADS SECONDS RATE [BODIES]: sends the requests of a file, which are
// separated by NUL, and prints one line of JSON. SECONDS 0: each request once. RATE 0: a closed loop. BODIES: a file
// for the bodies of the responses, one per line. Started by bench/drive.py.

#include "pace/pace.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

namespace {

constexpr int kOk = 200;
constexpr int kMultipleChoices = 300;

std::vector<pace::Plan> read_plans(const std::string& file, const pace::Plan& all, std::size_t threads) {
    std::vector<pace::Plan> plans(threads, all);
    std::string_view rest(file);
    for (std::size_t i = 0; !rest.empty(); ++i) {
        const auto end = std::min(rest.find('\0'), rest.size());
        plans[i % threads].requests.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    for (auto& plan : plans) {
        plan.connections = std::max<std::size_t>(all.connections / threads, 1);
        plan.rate = all.rate / static_cast<double>(threads);
    }
    return plans;
}

void print(pace::Result& sum) {
    std::size_t failed = 0;
    const char* separator = "";
    std::cout << R"({"statuses": {)";
    for (const auto& [status, count] : sum.statuses) {
        std::cout << separator << '"' << status << R"(": )" << count;
        separator = ", ";
        if (status < kOk || status >= kMultipleChoices) failed += count;
    }
    std::cout << R"(}, "failed": )" << failed << R"(, "seconds": )" << sum.seconds << R"(, "latency": )"
              << sum.latencies.to_json() << "}\n";
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 7) {
        std::cerr << "usage: mindspace_pace REQUESTS PORT CONNECTIONS THREADS SECONDS RATE [BODIES]\n";
        return 2;
    }
    std::ifstream in(arguments[1], std::ios::binary);
    const std::string file{std::istreambuf_iterator<char>(in), {}};
    pace::Plan all;
    all.port = static_cast<std::uint16_t>(std::atoi(arguments[2]));
    all.connections = std::strtoul(arguments[3], nullptr, 10);
    const auto threads = std::max<std::size_t>(std::strtoul(arguments[4], nullptr, 10), 1);
    all.seconds = std::strtod(arguments[5], nullptr);
    all.rate = std::strtod(arguments[6], nullptr);
    all.saves_bodies = count > 7;
    const auto plans = read_plans(file, all, threads);

    std::vector<pace::Result> results(threads);
    {
        std::vector<std::jthread> running;
        for (std::size_t i = 0; i < threads; ++i)
            running.emplace_back([&plan = plans[i], &result = results[i]] { result = pace::Pace(plan).run(); });
    }
    pace::Result sum;
    for (auto& result : results) {
        sum.latencies.add(result.latencies);
        for (const auto& [status, number] : result.statuses) sum.statuses[status] += number;
        sum.bodies += result.bodies;
        sum.seconds = std::max(sum.seconds, result.seconds);
    }
    if (all.saves_bodies) std::ofstream(arguments[7], std::ios::binary) << sum.bodies;
    print(sum);
}
