#pragma once
// For tests: starts other programs and reserves ports for them.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mindspace {

struct Launch {
    std::vector<std::string> arguments;                        // the first is the program
    int output;                                                // descriptor for stdout and stderr
    std::optional<std::vector<std::string>> environment = {};  // "NAME=value" each; inherited if empty
    std::string user = {};                                     // account that it runs as; ours if empty
    std::string death_signal = "TERM";                         // sent to it when this process ends, for any reason
};

// Starts a program in its own process group. Unlike fork(), this copies no page table: under AddressSanitizer copying
// that of a test takes longer than running the program.
pid_t launch(Launch what);

// Runs a program to its end and returns its output. Throws, with the output, if it failed.
std::string run_program(std::vector<std::string> arguments);

// A free TCP port, which the kernel does not assign to clients by chance (it is below their range) and no other test
// gets while this process lives. The same holds for the port 10,000 above it, which a Redis cluster uses for its bus.
std::uint16_t free_port();

}  // namespace mindspace
