#include "platform/http/server/registry.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace mindspace::http {
namespace {

struct Member {
    explicit Member(Registry<Member>& registry, int named) : name(named), registration(registry, *this) {}
    int name;
    Registry<Member>::Registration registration;
};

class RegistryTest : public testing::Test {
protected:
    RegistryTest() {
        for (int name = 1; name <= 5; ++name) members_.push_back(std::make_unique<Member>(registry_, name));
    }
    std::vector<int> visit(std::size_t count) {
        std::vector<int> visited;
        registry_.visit(count, [&](const Member& member) { visited.push_back(member.name); });
        return visited;
    }

    Registry<Member> registry_;
    std::vector<std::unique_ptr<Member>> members_;
};

TEST_F(RegistryTest, VisitsMembersInParts) {
    EXPECT_EQ(visit(2), (std::vector{1, 2}));
    EXPECT_EQ(visit(2), (std::vector{3, 4}));
    EXPECT_EQ(visit(9), (std::vector{5, 1, 2, 3, 4})) << "each once";
}

TEST_F(RegistryTest, RemovesMembersThatHaveEnded) {
    members_.erase(members_.begin() + 1);
    EXPECT_EQ(registry_.size(), 4U);
    EXPECT_EQ(visit(9), (std::vector{1, 3, 4, 5}));
    members_.clear();
    EXPECT_EQ(registry_.size(), 0U);
    EXPECT_EQ(visit(9), std::vector<int>());
}

TEST_F(RegistryTest, LetsAVisitEndAnyMember) {
    int visits = 0;
    registry_.visit_all([&](const Member& member) {
        ++visits;
        if (member.name == 1) members_.erase(members_.begin(), members_.begin() + 3);
    });
    EXPECT_EQ(registry_.size(), 2U);
    EXPECT_GE(visits, 3);
}

}  // namespace
}  // namespace mindspace::http
