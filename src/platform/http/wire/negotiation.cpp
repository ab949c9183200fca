#include "platform/http/wire/negotiation.h"

#include "platform/http/wire/syntax.h"

#include <algorithm>

namespace mindspace::http {

namespace {

// "0.5" → 500; an invalid weight counts as 1 (1000).
int weight_of(std::string_view text) {
    if (text.empty() || text.front() == '1') return 1000;
    int weight = 0;
    int place = 100;
    for (char c : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (c < '0' || c > '9') return 1000;
        weight += (c - '0') * place;
        place /= 10;
    }
    return weight;
}

// Calls `visit(name, weight)` for each element of a list such as "br;q=0.8, gzip".
void for_each_choice(std::string_view list, auto visit) {
    while (!list.empty()) {
        auto end = std::min(list.find(','), list.size());
        auto element = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        auto name = trim(element.substr(0, element.find(';')));
        if (name.empty()) continue;
        int weight = 1000;
        for (auto at = element.find(';'); at != std::string_view::npos; at = element.find(';', at + 1)) {
            auto parameter = trim(element.substr(at + 1, element.find(';', at + 1) - at - 1));
            if (parameter.size() >= 2 && equals_ignoring_case(parameter.substr(0, 2), "q="))
                weight = weight_of(parameter.substr(2));
        }
        visit(name, weight);
    }
}

}  // namespace

bool accepts_json(std::string_view accept) {
    if (trim(accept).empty()) return true;
    // The most specific matching range decides (section 12.5.1).
    int best = 0;
    int specific = 0;
    for_each_choice(accept, [&](std::string_view range, int weight) {
        int precision = 0;
        if (range == "*/*") precision = 1;
        if (equals_ignoring_case(range, "application/*")) precision = 2;
        if (equals_ignoring_case(range, "application/json")) precision = 3;
        if (precision == 0 || precision < specific) return;
        best = precision > specific ? weight : std::max(best, weight);
        specific = precision;
    });
    return best > 0;
}

bool accepts_html(std::string_view accept) {
    bool accepts = false;
    for_each_choice(accept, [&](std::string_view range, int weight) {
        if (equals_ignoring_case(range, "text/html") && weight > 0) accepts = true;
    });
    return accepts;
}

Coding preferred_coding(std::string_view accept_encoding) {
    int br = -1;
    int gzip = -1;
    int other = 0;
    for_each_choice(accept_encoding, [&](std::string_view name, int weight) {
        if (equals_ignoring_case(name, "br")) br = weight;
        if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip")) gzip = weight;
        if (name == "*") other = weight;
    });
    if (br < 0) br = other;
    if (gzip < 0) gzip = other;
    if (br > 0 && br >= gzip) return Coding::br;
    return gzip > 0 ? Coding::gzip : Coding::identity;
}

}  // namespace mindspace::http
