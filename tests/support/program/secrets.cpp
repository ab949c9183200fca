#include "support/program/secrets.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <unordered_set>

namespace mindspace::integration {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 8> kSecretMembers{"accessToken", "refreshToken", "password", "currentPassword",
                                                         "newPassword", "ticket",       "token",    "email"};
constexpr std::size_t kShortest = 8;  // shorter ones occur by chance

struct Secrets {
    std::mutex mutex;
    std::unordered_set<std::string> known;
};

Secrets& secrets() {
    static auto& all = *new Secrets;  // never destroyed: programs may end after everything else
    return all;
}

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.@+~").contains(c);
}

}  // namespace

void remember_secret(std::string_view secret) {
    if (secret.size() < kShortest) return;
    auto& [mutex, known] = secrets();
    const std::lock_guard lock(mutex);
    known.emplace(secret);
}

void remember_secrets(const json::value& document) {
    if (const auto* array = document.if_array()) {
        for (const auto& item : *array) remember_secrets(item);
    } else if (const auto* object = document.if_object()) {
        for (const auto& [name, value] : *object) {
            const bool is_secret = std::ranges::find(kSecretMembers, std::string_view(name)) != kSecretMembers.end();
            if (const auto* text = value.if_string(); text != nullptr && is_secret) remember_secret(*text);
            remember_secrets(value);
        }
    }
}

// Looks up each word, because there are many secrets; secrets of several words are searched one by one.
void expect_no_secret_in(std::string_view text, std::string_view what) {
    auto& [mutex, known] = secrets();
    const std::lock_guard lock(mutex);
    for (const auto& secret : known)
        if (!std::ranges::all_of(secret, is_word_character))
            EXPECT_EQ(text.find(secret), std::string_view::npos) << what << " contains a secret: " << secret;
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t end = begin;
        while (end < text.size() && is_word_character(text[end])) ++end;
        if (end - begin >= kShortest)
            EXPECT_FALSE(known.contains(std::string(text.substr(begin, end - begin))))
                << what << " contains a secret: " << text.substr(begin, end - begin);
        begin = end + 1;
    }
}

}  // namespace mindspace::integration
