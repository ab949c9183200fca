#pragma once
// What one page of metrics says, added up over all labels but one: the pool, the class of a status or the bound of a
// bucket. So a page of thousands of series becomes some hundred numbers.

#include "app/commands/top/exposition.h"

#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace mindspace::app::top {

// A figure about which nothing is known.
inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// How many observations are at most the bound, by bound; the last is infinity.
using Buckets = std::map<double, double>;

class Totals {
public:
    Totals() = default;
    explicit Totals(std::span<const Sample> samples);

    // The sum of the metric, or of its series with `part` as pool or status; 0 if there is none.
    [[nodiscard]] double sum(std::string_view name, std::string_view part = {}) const;
    // Those of a histogram, or of its series with that pool.
    [[nodiscard]] Buckets buckets(std::string_view name, std::string_view pool = {}) const;
    // The names of the pools.
    [[nodiscard]] std::vector<std::string> pools() const;
    // Of the program; empty if this is not a page of Mind Space.
    [[nodiscard]] const std::string& version() const { return version_; }

private:
    template <class Value>
    using ByPart = std::map<std::pair<std::string, std::string>, Value, std::less<>>;  // by name and part

    ByPart<double> sums_;
    ByPart<Buckets> buckets_;
    std::string version_;
};

// How much a counter has grown. It begins at 0 again when its process restarts.
double increase(double before, double after);
Buckets increase(const Buckets& before, const Buckets& after);

// As Prometheus' histogram_quantile: linear within a bucket, and the highest bound for what is above. kUnknown without
// observations.
double quantile(double q, const Buckets& buckets);

}  // namespace mindspace::app::top
