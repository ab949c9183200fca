#include "platform/http/etag.h"

#include <charconv>

namespace mindspace::http {

std::string etag_of_version(std::int32_t version) {
    return "\"" + std::to_string(version) + "\"";
}

std::optional<std::int32_t> version_of_etag(std::string_view etag) {
    if (etag.size() < 3 || etag.front() != '"' || etag.back() != '"') return std::nullopt;
    auto digits = etag.substr(1, etag.size() - 2);
    std::int32_t version = 0;
    auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
    if (failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return version;
}

bool etag_list_contains(std::string_view list, std::string_view etag) {
    if (list == "*") return true;
    // A tag holds no quote, so the quoted text stands in the list as itself or not at all.
    for (auto at = list.find(etag); at != std::string_view::npos; at = list.find(etag, at + 1)) {
        bool begins = at == 0 || list[at - 1] != '"';
        if (begins) return true;
    }
    return false;
}

}  // namespace mindspace::http
