#pragma once
// The open connections of a server, for its sweeps: a member registers during its lifetime. Neither owns the other.
// Belongs to one loop.

#include <boost/intrusive/list.hpp>

#include <algorithm>
#include <cstddef>

namespace mindspace::http {

template <class Member>
class Registry {
    using Hook = boost::intrusive::list_base_hook<>;

public:
    // The registration of one member, which has it as a member. The registry must outlive it.
    class Registration : public Hook {
    public:
        Registration(Registry& registry, Member& member) : registry_(registry), member_(member) {
            registry_.registrations_.push_back(*this);
        }
        ~Registration() { registry_.registrations_.erase(registry_.registrations_.iterator_to(*this)); }
        Registration(const Registration&) = delete;
        Registration& operator=(const Registration&) = delete;

    private:
        friend class Registry;
        Registry& registry_;
        Member& member_;
    };

    [[nodiscard]] std::size_t size() const { return registrations_.size(); }

    // Calls `visit` for `count` members, those that have waited longest for a visit first. It may end any member.
    void visit(std::size_t count, auto visit) {
        for (count = std::min(count, size()); count > 0 && size() > 0; --count) {
            auto& next = registrations_.front();
            registrations_.splice(registrations_.end(), registrations_, registrations_.begin());
            visit(next.member_);
        }
    }
    void visit_all(auto visit_member) { visit(size(), visit_member); }

private:
    boost::intrusive::list<Registration> registrations_;
};

}  // namespace mindspace::http
