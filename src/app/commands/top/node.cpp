#include "app/commands/top/node.h"

#include <utility>

namespace mindspace::app::top {

namespace {

constexpr std::string_view kStarted = "process_start_time_seconds";

}  // namespace

void Node::take(Totals totals, SteadyTime at) {
    failure_.clear();
    if (is_up() && totals.sum(kStarted) != now().sum(kStarted)) pages_.clear();  // another process
    pages_.push_back({.at = at, .totals = std::move(totals)});
    while (pages_.size() > 2 && at - pages_[1].at >= kWindow) pages_.pop_front();
}

void Node::fail(std::string reason, SteadyTime at) {
    pages_.clear();
    if (failure_.empty()) failed_at_ = at;
    failure_ = std::move(reason);
}

const Totals& Node::now() const {
    static const Totals kNothing;
    return is_up() ? pages_.back().totals : kNothing;
}

double Node::rate(std::string_view counter, std::string_view part) const {
    if (pages_.size() < 2) return kUnknown;
    const std::chrono::duration<double> time = pages_.back().at - pages_.front().at;
    return increase(pages_.front().totals.sum(counter, part), now().sum(counter, part)) / time.count();
}

double Node::quantile(double q, std::string_view histogram, std::string_view pool) const {
    if (pages_.size() < 2) return kUnknown;
    return top::quantile(q, increase(pages_.front().totals.buckets(histogram, pool), now().buckets(histogram, pool)));
}

}  // namespace mindspace::app::top
