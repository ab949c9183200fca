#pragma once
// What a core holds on lease, by subject. An answer is stored only if no lease has ended since it was requested: the
// end may have overtaken it. Pure; belongs to one core.

#include "platform/base/lru_cache.h"
#include "platform/leases/heartbeat.h"

#include <cstdint>
#include <utility>

namespace mindspace::leases {

template <class Subject, class Answer>
class LeaseTable {
public:
    // `capacity`: the most leases; above it the least recently used end.
    explicit LeaseTable(std::size_t capacity) : leases_(capacity) {}

    // A request for an answer.
    struct Request {
        std::uint64_t ends;
        TimePoint sent_at;
    };
    [[nodiscard]] Request begin(TimePoint now) const { return {.ends = ends_, .sent_at = now}; }

    void store(const Request& request, Subject subject, Answer answer) {
        if (request.ends != ends_) return;
        leases_.insert(std::move(subject), {.answer = std::move(answer), .until = request.sent_at + kMaxAge});
    }

    // The answer, if it is on lease; valid until the next call. The caller checks that its membership is fresh.
    const Answer* find(const Subject& subject, TimePoint now) {
        const auto* lease = leases_.find(subject);
        return lease != nullptr && now < lease->until ? &lease->answer : nullptr;
    }

    void end(const Subject& subject) {
        ++ends_;
        leases_.erase(subject);
    }
    void end_all() {
        ++ends_;
        leases_.clear();
    }

    [[nodiscard]] std::size_t size() const { return leases_.size(); }

    // However intact the channel is: an end that was never published is noticed then.
    static constexpr Seconds kMaxAge{2};

private:
    struct Lease {
        Answer answer;
        TimePoint until{};
    };

    LruCache<Subject, Lease> leases_;
    std::uint64_t ends_ = 0;
};

}  // namespace mindspace::leases
