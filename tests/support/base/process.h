#pragma once
// For tests: other programs, and ports for them.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mindspace {

struct Launch {
    std::vector<std::string> words;                            // the first is the program
    int output;                                                // a descriptor: what it prints, and what it complains of
    std::optional<std::vector<std::string>> environment = {};  // "NAME=value" each; ours if nothing
    std::string user = {};                                     // who it runs as; us if empty
    std::string death_signal = "TERM";                         // sent when this process ends, however it does
};

// In a process group of its own. Copies no page table, as fork() would: under AddressSanitizer that of a test takes
// longer than what it starts.
pid_t launch(Launch what);

// Runs a program to its end and returns what it printed; throws that if it failed.
std::string run_program(std::vector<std::string> words);

// A TCP port that nobody listens at now, and where nobody will by chance: below those that the kernel gives to
// clients, and no other test's while this process lives. So is the one 10,000 above it, where a Redis cluster has its
// bus.
std::uint16_t free_port();

}  // namespace mindspace
