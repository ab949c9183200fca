// mindspace_hashing SECONDS [all]: how many passwords a second all cores hash at the default cost, and nothing else, in
// the variant that this processor uses, and the CPU of a hash. "all": before it libsodium and the slower variants, each
// for SECONDS.

#include "services/auth/passwords/argon2/argon2id.h"
#include "services/auth/passwords/argon2/variants.h"

#include <fmt/core.h>
#include <sodium.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace argon2 = mindspace::auth::argon2;
using Clock = std::chrono::steady_clock;

const std::string kPassword = "correct horse battery";

double processor_seconds() {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

void measure(std::string_view name, std::chrono::duration<double> duration, const std::function<bool()>& verify) {
    std::atomic<unsigned> hashes = 0;
    const auto start = Clock::now();
    const auto used_before = processor_seconds();
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i)
            threads.emplace_back([&] {
                while (Clock::now() - start < duration) {
                    if (!verify()) std::abort();
                    ++hashes;
                }
            });
    }
    const std::chrono::duration<double> took = Clock::now() - start;
    fmt::print("{{\"name\": \"{}\", \"rate\": {:.1f}, \"cpu_us\": {:.0f}}}\n", name, hashes.load() / took.count(),
               1e6 * (processor_seconds() - used_before) / hashes.load());
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2 || sodium_init() < 0) return EXIT_FAILURE;
    const std::chrono::duration<double> duration(std::stod(arguments[1]));
    const auto phc = argon2::hash(kPassword, {});
    auto variants = argon2::supported_variants();
    if (count > 2)
        measure("libsodium", duration,
                [&] { return crypto_pwhash_str_verify(phc.c_str(), kPassword.data(), kPassword.size()) == 0; });
    else
        variants = variants.last(1);
    for (const auto& variant : variants)
        measure(variant.name, duration, [&] { return argon2::matches(kPassword, phc, variant); });
}
