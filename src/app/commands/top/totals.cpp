#include "app/commands/top/totals.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace mindspace::app::top {

namespace {

using Key = std::pair<std::string, std::string>;

constexpr std::string_view kBucketSuffix = "_bucket";
constexpr const char* kPoolThreads = "mindspace_pool_threads";

// The label by which a sample is kept apart.
std::string part_of(const Sample& sample) {
    const auto pool = sample.label("pool");
    return std::string(pool.empty() ? sample.label("status") : pool);
}

// Of an empty part: of all parts.
template <class Map, class Add>
void for_each_of(const Map& map, std::string_view name, std::string_view part, Add add) {
    for (auto at = map.lower_bound(Key(name, part)); at != map.end() && at->first.first == name; ++at)
        if (part.empty() || at->first.second == part) add(at->second);
}

}  // namespace

Totals::Totals(std::span<const Sample> samples) {
    for (const auto& sample : samples) {
        if (!std::isfinite(sample.value)) continue;
        double bound = 0;
        if (sample.name == "mindspace_build_info") version_ = sample.label("version");
        if (sample.name.ends_with(kBucketSuffix) && parse_number(sample.label("le"), bound) && !std::isnan(bound)) {
            auto name = sample.name.substr(0, sample.name.size() - kBucketSuffix.size());
            buckets_[Key(std::move(name), part_of(sample))][bound] += sample.value;
        } else {
            sums_[Key(sample.name, part_of(sample))] += sample.value;
        }
    }
}

double Totals::sum(std::string_view name, std::string_view part) const {
    double sum = 0;
    for_each_of(sums_, name, part, [&](double value) { sum += value; });
    return sum;
}

Buckets Totals::buckets(std::string_view name, std::string_view pool) const {
    Buckets sum;
    for_each_of(buckets_, name, pool, [&](const Buckets& part) {
        for (const auto& [bound, count] : part) sum[bound] += count;
    });
    return sum;
}

std::vector<std::string> Totals::pools() const {
    std::vector<std::string> names;
    for (auto at = sums_.lower_bound(Key(kPoolThreads, "")); at != sums_.end() && at->first.first == kPoolThreads; ++at)
        names.push_back(at->first.second);
    return names;
}

double increase(double before, double after) {
    return after < before ? after : after - before;
}

Buckets increase(const Buckets& before, const Buckets& after) {
    const bool has_restarted = std::ranges::any_of(before, [&](const auto& bucket) {
        const auto now = after.find(bucket.first);
        return now == after.end() || now->second < bucket.second;
    });
    if (has_restarted) return after;
    Buckets grown = after;
    for (const auto& [bound, count] : before) grown[bound] -= count;
    return grown;
}

double quantile(double q, const Buckets& buckets) {
    if (buckets.size() < 2 || !std::isinf(buckets.rbegin()->first)) return kUnknown;
    const double total = buckets.rbegin()->second;
    if (!(total > 0)) return kUnknown;
    const double rank = q * total;
    const auto last = std::prev(buckets.end());
    const auto found = std::find_if(buckets.begin(), last, [&](const auto& bucket) { return bucket.second >= rank; });
    if (found == last) return std::prev(last)->first;
    if (found == buckets.begin() && found->first <= 0) return found->first;
    const double lower_bound = found == buckets.begin() ? 0 : std::prev(found)->first;
    const double below = found == buckets.begin() ? 0 : std::prev(found)->second;
    return lower_bound + (found->first - lower_bound) * (rank - below) / (found->second - below);
}

}  // namespace mindspace::app::top
