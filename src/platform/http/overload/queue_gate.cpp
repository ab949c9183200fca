#include "platform/http/overload/queue_gate.h"

namespace mindspace::http {

bool QueueGate::admits(Priority priority, Duration delay, TimePoint now) {
    observe(delay, now);
    if (!is_overloaded_ || priority == Priority::first) return true;
    return delay <= (priority == Priority::last ? target_ / 2 : target_);
}

void QueueGate::observe(Duration delay, TimePoint now) {
    if (delay <= target_) {
        above_since_.reset();
        if (is_overloaded_ && now - last_above_ >= kRecoveryTime) is_overloaded_ = false;
        return;
    }
    last_above_ = now;
    if (!above_since_) above_since_ = now;
    if (now - *above_since_ >= kInterval) is_overloaded_ = true;
}

}  // namespace mindspace::http
