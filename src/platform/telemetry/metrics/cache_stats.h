#pragma once
// The metrics of one cache of one core, or of one of its levels.

#include "platform/telemetry/metrics/counter.h"
#include "platform/telemetry/metrics/page.h"

#include <string>
#include <vector>

namespace mindspace::telemetry {

struct CacheStats {
    Counter hits;
    Counter misses;
    Gauge entries;  // 0 if the entries are stored elsewhere

    void count(bool is_hit) { (is_hit ? hits : misses).add(1); }
};

// Adds the metrics of one cache, of all cores, to the page. Level 1 is in memory and counts its entries.
void collect_cache(const std::string& name, int level, const std::vector<const CacheStats*>& cores, Page& page);

}  // namespace mindspace::telemetry
