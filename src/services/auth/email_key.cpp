#include "services/auth/email_key.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

namespace mindspace::auth {

std::string email_key(std::string_view email) {
    utf8proc_uint8_t* text = nullptr;
    auto size = utf8proc_map(
        reinterpret_cast<const utf8proc_uint8_t*>(email.data()), static_cast<utf8proc_ssize_t>(email.size()), &text,
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD));
    if (size < 0) return std::string(email);
    std::unique_ptr<utf8proc_uint8_t, decltype([](utf8proc_uint8_t* p) { std::free(p); })> owner(text);
    return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

}  // namespace mindspace::auth
