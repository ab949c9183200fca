#pragma once
// Measured times and their summary; shared by the load generators.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

class Latencies {
public:
    void add(std::int64_t nanoseconds) { all_.push_back(nanoseconds); }
    void add(const Latencies& other) { all_.insert(all_.end(), other.all_.begin(), other.all_.end()); }
    [[nodiscard]] std::size_t count() const { return all_.size(); }
    // {"count": …, "p50_ms": …, "p99_ms": …, "max_ms": …}
    std::string to_json() {
        std::ranges::sort(all_);
        return R"({"count": )" + std::to_string(all_.size()) + R"(, "p50_ms": )" + at(0.5) + R"(, "p99_ms": )" +
               at(0.99) + R"(, "max_ms": )" + at(1) + "}";
    }

private:
    [[nodiscard]] std::string at(double share) const {
        if (all_.empty()) return "null";
        const auto index = static_cast<std::size_t>(share * static_cast<double>(all_.size() - 1));
        return std::to_string(static_cast<double>(all_[index]) / 1e6);
    }
    std::vector<std::int64_t> all_;
};

}  // namespace bench
