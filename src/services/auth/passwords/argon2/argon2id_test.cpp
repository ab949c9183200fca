#include "services/auth/passwords/argon2/argon2id.h"

#include "services/auth/passwords/argon2/hash_memory.h"
#include "services/auth/passwords/argon2/variants.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <new>
#include <random>
#include <span>
#include <thread>
#include <vector>

namespace mindspace::auth::argon2 {

namespace {

constexpr Cost kCost{.memory_kib = 64, .passes = 2};

std::string hash_by_libsodium(const std::string& password, Cost cost) {
    std::array<char, crypto_pwhash_STRBYTES> phc{};
    if (crypto_pwhash_str_alg(phc.data(), password.data(), password.size(), cost.passes,
                              std::size_t{cost.memory_kib} * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::bad_alloc();
    return phc.data();
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
    std::string text(2 * bytes.size() + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back();  // NUL
    return text;
}

bool matches_by_libsodium(const std::string& password, const std::string& phc) {
    return crypto_pwhash_str_verify(phc.c_str(), password.data(), password.size()) == 0;
}

// Costs are small, so that many fit into a test; memory of several sizes, because hashes of few blocks are special
// cases.
struct Input {
    std::string password;
    Cost cost;
};

Input random_input(std::mt19937& random) {
    auto up_to = [&random](unsigned low, unsigned high) {
        return std::uniform_int_distribution<unsigned>(low, high)(random);
    };
    std::string password(up_to(0, 200), '\0');
    for (char& c : password) c = static_cast<char>(up_to(0, 255));
    return {.password = std::move(password), .cost = {.memory_kib = up_to(8, 128), .passes = up_to(1, 3)}};
}

}  // namespace

TEST(Argon2id, HasTheVectorOfRfc9106InEveryVariant) {
    for (const auto& variant : supported_variants()) {
        std::array<std::uint8_t, 32> password;
        std::array<std::uint8_t, 16> salt;
        std::array<std::uint8_t, 8> secret;
        std::array<std::uint8_t, 12> data;
        std::array<std::uint8_t, 32> tag{};
        password.fill(1);
        salt.fill(2);
        secret.fill(3);
        data.fill(4);
        Context context{};
        context.out = tag.data();
        context.outlen = tag.size();
        context.pwd = password.data();
        context.pwdlen = password.size();
        context.salt = salt.data();
        context.saltlen = salt.size();
        context.secret = secret.data();
        context.secretlen = secret.size();
        context.ad = data.data();
        context.adlen = data.size();
        context.t_cost = 3;
        context.m_cost = 32;
        context.lanes = context.threads = 4;
        context.version = ARGON2_VERSION_13;
        context.variant = &variant;
        ASSERT_EQ(argon2id_ctx(&context), ARGON2_OK);
        EXPECT_EQ(to_hex(tag), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659") << variant.name;
    }
}

TEST(Argon2id, EqualsLibsodiumForRandomInputsInEveryVariant) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int i = 0; i < 10'000; ++i) {
        const auto [password, cost] = random_input(random);
        const auto phc = hash_by_libsodium(password, cost);
        for (const auto& variant : supported_variants())
            ASSERT_TRUE(matches(password, phc, variant)) << phc << " in " << variant.name;
    }
}

TEST(Argon2id, MakesStringsThatLibsodiumVerifies) {
    std::mt19937 random(std::random_device{}());
    for (const auto& variant : supported_variants()) {
        for (int i = 0; i < 100; ++i) {
            const auto [password, cost] = random_input(random);
            const auto phc = hash(password, cost, variant);
            EXPECT_TRUE(matches_by_libsodium(password, phc)) << phc << " in " << variant.name;
            EXPECT_FALSE(matches_by_libsodium(password + "?", phc));
        }
    }
}

TEST(Argon2id, VerifiesAStringOfTheRecommendedCost) {
    const std::string phc =
        "$argon2id$v=19$m=19456,t=2,p=1$STiR0kysjjusDhA0Uz22GQ$+1hRPcyX5T8t4AFt+gI6jebnx2WcFVvbjh5xiUk2QYU";
    EXPECT_TRUE(matches("still waters run deep", phc));
    EXPECT_FALSE(matches("still waters run deeq", phc));
}

TEST(Argon2id, NeverMatchesAStringThatIsNone) {
    const auto phc = hash("still waters run deep", kCost);
    ASSERT_TRUE(matches("still waters run deep", phc));
    for (std::size_t length = 0; length < phc.size(); ++length)
        EXPECT_FALSE(matches("still waters run deep", phc.substr(0, length))) << length;
    EXPECT_FALSE(matches("still waters run deep", phc + "A"));
    EXPECT_FALSE(matches("", unmatchable_hash(kCost)));
    EXPECT_EQ(unmatchable_hash(kCost).size(), phc.size());
}

TEST(Argon2id, FailsWithoutMemory) {
    EXPECT_THROW(hash("still waters run deep", {.memory_kib = 4, .passes = 1}), std::runtime_error);
    HashMemory memory;
    EXPECT_EQ(memory.reserve(std::size_t{1} << 60), nullptr);
}

TEST(Argon2id, HashesOnSeveralThreadsAtOnce) {
    const auto phc = hash("still waters run deep", kCost);
    std::atomic<int> correct = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int k = 0; k < 100; ++k) correct += matches("still waters run deep", phc) ? 1 : 0;
        });
    threads.clear();
    EXPECT_EQ(correct, 400);
}

TEST(HashMemory, IsKeptForTheNextHashAndWiped) {
    auto& memory = HashMemory::of_this_thread();
    memory.release();
    hash("still waters run deep", kCost);
    const auto* first = memory.kept().data();
    ASSERT_EQ(memory.kept().size(), 64U * 1024);
    EXPECT_TRUE(std::ranges::all_of(memory.kept(), [](auto byte) { return byte == 0; }));
    hash("still waters run deep", {.memory_kib = 8, .passes = 1});
    EXPECT_EQ(memory.kept().data(), first);
    hash("still waters run deep", {.memory_kib = 4096, .passes = 1});
    EXPECT_EQ(memory.kept().size(), 4096U * 1024);
    EXPECT_TRUE(std::ranges::all_of(memory.kept(), [](auto byte) { return byte == 0; }));
    memory.release();
    EXPECT_TRUE(memory.kept().empty());
}

}  // namespace mindspace::auth::argon2
