#include "platform/http/api/endpoint.h"

#include "platform/base/text/utf8.h"
#include "platform/http/api/etag.h"

#include <algorithm>

namespace mindspace::http {

namespace {

std::optional<std::string> decode_query_part(std::string_view text) {
    std::string spaced(text);
    std::ranges::replace(spaced, '+', ' ');  // application/x-www-form-urlencoded
    auto decoded = percent_decode(spaced);
    if (!decoded || !is_valid_utf8(*decoded)) return std::nullopt;
    return decoded;
}

}  // namespace

Result<schema::QueryPairs> parse_query(std::string_view query) {
    schema::QueryPairs pairs;
    while (!query.empty()) {
        auto end = std::min(query.find('&'), query.size());
        auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty()) continue;
        auto equals = std::min(pair.find('='), pair.size());
        auto name = decode_query_part(pair.substr(0, equals));
        auto value = decode_query_part(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value)
            return Error{ErrorCode::malformed, "malformed_query", "The query string is not percent-encoded UTF-8.", {}};
        pairs.emplace_back(std::move(*name), std::move(*value));
    }
    return pairs;
}

std::optional<Response> refuse_media_type(const Exchange& exchange) {
    auto type = exchange.head.find("content-type").value_or("");
    auto media_type = type.substr(0, type.find(';'));
    while (media_type.ends_with(' ') || media_type.ends_with('\t')) media_type.remove_suffix(1);
    bool merge_patch =
        exchange.head.method == Method::patch && equals_ignoring_case(media_type, "application/merge-patch+json");
    if (merge_patch || equals_ignoring_case(media_type, kJson)) return std::nullopt;
    return problem(415, "unsupported_media_type", "The body must be application/json.", exchange.request_id);
}

std::vector<std::optional<std::int32_t>> expected_versions(const RequestHead& head) {
    const auto if_match = TagCondition::of(head, "if-match");
    if (!if_match || if_match->is_any()) return {std::nullopt};
    const auto versions = if_match->versions();
    return {versions.begin(), versions.end()};
}

}  // namespace mindspace::http
