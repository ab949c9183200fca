#include "platform/telemetry/metrics/cache_stats.h"

#include "platform/telemetry/metrics/sum.h"

namespace mindspace::telemetry {

void collect_cache(const std::string& name, int level, const std::vector<const CacheStats*>& cores, Page& page) {
    const Labels labels{{"cache", name}, {"level", std::to_string(level)}};
    page.counter("mindspace_cache_hits", "Cache hits.", sum(cores, [](const auto& core) { return core.hits.value(); }),
                 labels);
    page.counter("mindspace_cache_misses", "Cache misses.",
                 sum(cores, [](const auto& core) { return core.misses.value(); }), labels);
    if (level != 1) return;
    page.gauge("mindspace_cache_entries", "Entries of a cache in memory, over all cores.",
               static_cast<std::int64_t>(sum(cores, [](const auto& core) { return core.entries.value(); })),
               {{"cache", name}});
}

}  // namespace mindspace::telemetry
