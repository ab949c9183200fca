#include "services/auth/logins/sessions_end.h"

#include <charconv>

namespace mindspace::auth {

SessionsEnd SessionsEnd::permanent() {
    SessionsEnd end{.at = Timestamp::max()};
    end.until.value.bytes.fill(0xFF);
    return end;
}

std::optional<SessionsEnd> SessionsEnd::parse(std::string_view text) {
    std::int64_t milliseconds = 0;
    const auto* const last = text.data() + text.size();
    auto [rest, fault] = std::from_chars(text.data(), last, milliseconds);
    if (fault != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    constexpr std::size_t kUntil = 1;
    constexpr std::size_t kExcept = kUntil + 36 + 1;
    if (text.size() <= kExcept || text[0] != ' ' || text[kExcept - 1] != ' ') return std::nullopt;
    auto until = AuthSessionId::parse(text.substr(kUntil, 36));
    if (!until) return std::nullopt;
    SessionsEnd end{.at = Timestamp(Milliseconds(milliseconds)), .until = *until};
    if (text.substr(kExcept) == "-") return end;
    end.except = AuthSessionId::parse(text.substr(kExcept));
    if (!end.except) return std::nullopt;
    return end;
}

std::string SessionsEnd::to_string() const {
    return std::to_string(at.time_since_epoch().count()) + " " + until.to_string() + " " +
           (except ? except->to_string() : "-");
}

}  // namespace mindspace::auth
