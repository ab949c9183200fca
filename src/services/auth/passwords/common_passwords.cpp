#include "services/auth/passwords/common_passwords.h"

#include "platform/json/schema.h"
#include "services/auth/passwords/hasher.h"

#include <iterator>
#include <string>
#include <unordered_set>

namespace mindspace::auth {

namespace {

// Passwords of 8 characters and more (shorter ones are rejected anyway), in lower case; from the frequency list of
// zxcvbn-ts (MIT).
constexpr const char* kCommonPasswords[] = {
#include "services/auth/passwords/common_passwords.inc"
};

}  // namespace

bool is_common_password(std::string_view password) {
    static const std::unordered_set<std::string_view> kKnown(std::begin(kCommonPasswords), std::end(kCommonPasswords));
    std::string lower(password);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return kKnown.contains(lower);
}

std::optional<Error> validate_password(std::string_view password, std::string_view name) {
    const auto prepared = prepared_password(password);
    schema::Faults faults;
    const schema::Path document;
    const schema::Path here{&document, name};
    if (!faults.check_string(prepared, {.min = 8, .max = 128}, here))
        return schema::validation_failed(std::move(faults));
    if (!is_common_password(prepared)) return std::nullopt;
    faults.add(here, "password_breached", "is one of the most common passwords");
    auto error = schema::validation_failed(std::move(faults));
    error.reason = "password_breached";
    return error;
}

}  // namespace mindspace::auth
