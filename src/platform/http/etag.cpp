#include "platform/http/etag.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace mindspace::http {

namespace {

// What may stand between a tag's own text and its closing quote.
constexpr std::array<std::string_view, 3> kCodings{"", "-br", "-gzip"};

}  // namespace

std::string etag_of_version(std::int32_t version) {
    return "\"" + std::to_string(version) + "\"";
}

std::string etag_of_coding(std::string_view etag, std::string_view coding) {
    std::string tag(etag.substr(0, etag.size() - 1));
    return tag + '-' + std::string(coding) + '"';
}

std::optional<std::int32_t> version_of_etag(std::string_view etag) {
    if (etag.size() < 3 || etag.front() != '"' || etag.back() != '"') return std::nullopt;
    auto text = etag.substr(1, etag.size() - 2);
    std::int32_t version = 0;
    auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), version);
    bool ends = end == text.data() + text.size() || *end == '-';
    if (failure != std::errc{} || !ends) return std::nullopt;
    return version;
}

bool etag_list_contains(std::string_view list, std::string_view etag) {
    if (list == "*") return true;
    // A tag holds no quote, so the text from its opening quote on stands in the list as itself or not at all.
    auto opening = etag.substr(0, etag.size() - 1);
    for (auto at = list.find(opening); at != std::string_view::npos; at = list.find(opening, at + 1)) {
        auto rest = list.substr(at + opening.size());
        auto coding = rest.substr(0, rest.find('"'));
        bool begins = at == 0 || list[at - 1] != '"';
        bool is_ours = coding.size() < rest.size() && std::ranges::find(kCodings, coding) != kCodings.end();
        if (begins && is_ours) return true;
    }
    return false;
}

}  // namespace mindspace::http
