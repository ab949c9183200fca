#include "services/auth/tokens/known_signatures.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace mindspace::auth {
namespace {

std::size_t entries_of(const KnownSignatures& signatures) {
    std::size_t entries = 0;
    for (const auto* part : signatures.stats()) entries += static_cast<std::size_t>(part->entries.value());
    return entries;
}

TEST(KnownSignatures, RemembersTheWholeToken) {
    KnownSignatures signatures(100);
    EXPECT_FALSE(signatures.contains("header.claims.signature"));
    signatures.insert("header.claims.signature");
    EXPECT_TRUE(signatures.contains("header.claims.signature"));
    EXPECT_FALSE(signatures.contains("header.other.signature"));
    EXPECT_FALSE(signatures.contains("header.claims.signaturf"));
    EXPECT_FALSE(signatures.contains("header.claims"));
    EXPECT_FALSE(signatures.contains(""));
}

TEST(KnownSignatures, ForgetsTheLeastRecentlyUsed) {
    KnownSignatures signatures(160);
    signatures.insert("first");
    for (int i = 0; i < 10'000; ++i) {
        ASSERT_TRUE(signatures.contains("first"));
        signatures.insert(std::to_string(i));
    }
    EXPECT_LE(entries_of(signatures), 160 + 16);
    EXPECT_FALSE(signatures.contains("0"));
    EXPECT_TRUE(signatures.contains("9999"));
}

TEST(KnownSignatures, AreForSeveralThreads) {
    KnownSignatures signatures(1'000);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&signatures, thread] {
            for (int i = 0; i < 500; ++i) {
                const auto token = std::to_string(thread) + "." + std::to_string(i);
                signatures.insert(token);
                EXPECT_TRUE(signatures.contains(token));
                std::ignore = signatures.contains(std::to_string((thread + 1) % 4) + "." + std::to_string(i));
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_GT(entries_of(signatures), 900);
}

}  // namespace
}  // namespace mindspace::auth
