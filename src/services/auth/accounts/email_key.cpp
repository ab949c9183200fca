#include "services/auth/accounts/email_key.h"

#include <idn2.h>
#include <utf8proc.h>

#include <cstdlib>
#include <memory>

namespace mindspace::auth {

namespace {

constexpr std::string_view kAsciiSpace = " \t\r\n\f\v";

std::string mapped(std::string_view text, int options) {
    utf8proc_uint8_t* out = nullptr;
    auto size =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                     &out, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | options));
    if (size < 0) return std::string(text);
    std::unique_ptr<utf8proc_uint8_t, decltype([](utf8proc_uint8_t* p) { std::free(p); })> owner(out);
    return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)};
}

// Case-folded only if it is not a valid DNS name.
std::string ascii_domain(const std::string& domain) {
    char* out = nullptr;
    if (idn2_to_ascii_8z(domain.c_str(), &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
        return mapped(domain, UTF8PROC_CASEFOLD);
    std::unique_ptr<char, decltype([](char* p) { idn2_free(p); })> owner(out);
    return mapped(out, UTF8PROC_CASEFOLD);
}

}  // namespace

std::string_view trimmed_email(std::string_view email) {
    auto first = email.find_first_not_of(kAsciiSpace);
    if (first == std::string_view::npos) return {};
    return email.substr(first, email.find_last_not_of(kAsciiSpace) - first + 1);
}

std::string email_key(std::string_view email) {
    email = trimmed_email(email);
    auto at = email.rfind('@');
    if (at == std::string_view::npos) return mapped(email, UTF8PROC_CASEFOLD);
    // Case folding can undo the composition of its input: compose again.
    auto local = mapped(mapped(email.substr(0, at), UTF8PROC_CASEFOLD), 0);
    return local + '@' + ascii_domain(std::string(email.substr(at + 1)));
}

std::string former_email_key(std::string_view email) {
    return mapped(trimmed_email(email), UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
}

}  // namespace mindspace::auth
