#pragma once
// For tests: programs to run, a directory to run them in, ports for them.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace mindspace::redis {

// Removed with everything in it at the end.
class TestDirectory {
public:
    TestDirectory();
    ~TestDirectory();
    TestDirectory(const TestDirectory&) = delete;
    TestDirectory& operator=(const TestDirectory&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

// The words' first is the program. Its output, and what it complains of, goes to `output`, a descriptor.
pid_t start_program(std::vector<std::string> words, int output);

// Runs it to its end and returns what it printed; throws that if it failed.
std::string run_program(std::vector<std::string> words);

// A TCP port that nobody listens at now, and where nobody will by chance: below those that the kernel gives to
// clients. So is the one 10,000 above it, the cluster bus's.
std::uint16_t free_port();

}  // namespace mindspace::redis
