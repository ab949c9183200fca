// mindspace_micro [OPTIONS of Google Benchmark]: measures the time of each case. Under Callgrind it measures no time,
// but has the instructions of each case counted: instructions.py reads them. Started by ./dev bench --micro and ./dev
// test.

#include "micro/cases.h"

#include <benchmark/benchmark.h>
#include <valgrind/callgrind.h>

#include <iostream>

namespace mindspace::micro {
namespace {

constexpr int kWarmUps = 10;  // what is allocated or resolved at the first use does not count
constexpr int kCounted = 100;

Cases all_cases() {
    Cases all;
    for (auto* make : {http_cases, json_cases, limit_cases, token_cases, websocket_cases})
        for (auto& one : make()) all.push_back(std::move(one));
    return all;
}

void count_instructions(const Cases& all) {
    std::cout << "compiler " << __clang_version__ << "\nruns " << kCounted << '\n';
    for (const auto& one : all) {
        for (int i = 0; i < kWarmUps; ++i) one.run();
        CALLGRIND_ZERO_STATS;
        for (int i = 0; i < kCounted; ++i) one.run();
        CALLGRIND_DUMP_STATS_AT(one.name.c_str());
    }
}

void measure_times(const Cases& all) {
    for (const auto& one : all) {
        benchmark::RegisterBenchmark(one.name.c_str(), [run = one.run](benchmark::State& state) {
            for (auto iteration : state) {
                static_cast<void>(iteration);
                run();
            }
        });
    }
    benchmark::RunSpecifiedBenchmarks();
}

}  // namespace
}  // namespace mindspace::micro

int main(int count, char** arguments) {
    const auto all = mindspace::micro::all_cases();
    if (RUNNING_ON_VALGRIND != 0) {
        mindspace::micro::count_instructions(all);
        return 0;
    }
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
    mindspace::micro::measure_times(all);
}
