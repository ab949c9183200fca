#include "platform/http/api/openapi.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace mindspace::http {

namespace {

constexpr std::string_view kOpenapiSecurity = R"({"accessToken":{"type":"http","scheme":"bearer","bearerFormat":"JWT",
    "description":"A JWT with an asymmetric signature (EdDSA), created and verified as RFC8725 requires."}})";

// draft-ietf-httpapi-ratelimit-headers-10
constexpr std::string_view kLimitHeaders = R"(,"RateLimit-Policy":{"$ref":"#/components/headers/RateLimitPolicy"},
    "RateLimit":{"$ref":"#/components/headers/RateLimit"})";
constexpr std::string_view kOriginHeader =
    R"("Access-Control-Allow-Origin":{"$ref":"#/components/headers/Access-Control-Allow-Origin"})";
constexpr std::string_view kRetryHeader = R"(,"Retry-After":{"$ref":"#/components/headers/RetryAfter"})";
constexpr std::string_view kCookieHeader = R"(,"Set-Cookie":{"$ref":"#/components/headers/SetCookie"})";
constexpr std::string_view kHeaders = R"({
    "SetCookie":{"description":"The refresh token as an HttpOnly cookie, for pages that use one.",
    "schema":{"type":"string","maxLength":1024}},
    "Access-Control-Allow-Origin":{"description":"The origin of the page, if it is allowed.",
    "schema":{"type":"string","maxLength":256}},
    "RetryAfter":{"description":"Seconds until the next attempt.",
    "schema":{"type":"integer","format":"int32","minimum":1,"maximum":86400}},
    "RateLimitPolicy":{"description":"The quota (q) per window of w seconds.",
    "schema":{"type":"string","maxLength":128,"example":"\"read\";q=600;w=60"}},
    "RateLimit":{"description":"Remaining requests (r), and seconds until the full quota is available again (t).",
    "schema":{"type":"string","maxLength":128,"example":"\"read\";r=599;t=1"}}})";

constexpr std::string_view kProblemSchema = R"({
    "type":"object","description":"RFC 9457","required":["type","title","status","detail","code","requestId"],
    "properties":{"type":{"type":"string","maxLength":256},"title":{"type":"string","maxLength":256},
    "status":{"type":"integer","format":"int32","minimum":400,"maximum":599},
    "detail":{"type":"string","maxLength":1024},
    "code":{"type":"string","maxLength":64,"pattern":"^[a-z0-9_]+$","description":"Stable: use it to distinguish problems."},
    "requestId":{"type":"string","maxLength":64},
    "moreErrors":{"type":"boolean","description":"True if there are more errors than listed"},
    "errors":{"type":"array","maxItems":20,"items":{"type":"object","required":["code","message"],
    "properties":{"pointer":{"type":"string","maxLength":1024,"description":"JSON pointer (RFC 6901) to a field of the body"},
    "parameter":{"type":"string","maxLength":256},"code":{"type":"string","maxLength":64},
    "message":{"type":"string","maxLength":1024}}}}}})";

constexpr std::string_view kIdParameter = R"({"name":"id","in":"path","required":true,
    "schema":{"type":"string","format":"uuid","minLength":36,"maxLength":36}})";

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

// "post /api/v1/auth/login" → "postAuthLogin": stable as long as the path does not change.
std::string operation_id(const Declaration& row) {
    auto path = row.path;
    if (path.starts_with("/api/v1")) path.remove_prefix(7);
    std::string id = lower(method_name(row.method));
    bool upper = false;
    for (char c : path) {
        if (!std::isalnum(static_cast<unsigned char>(c))) {
            upper = true;
            continue;
        }
        id += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        upper = false;
    }
    return id;
}

std::string_view tag_of(std::string_view path) {
    if (!path.starts_with("/api/v1/")) return "operations";
    path.remove_prefix(8);
    return path.substr(0, path.find('/'));
}

void write_content(JsonWriter& out, std::string_view media_type, TypeDescriptions::Describe describe,
                   schema::Components& components) {
    out.key("content");
    out.begin_object();
    out.key(media_type);
    out.begin_object();
    out.key("schema");
    describe(out, components);
    out.end_object();
    out.end_object();
}

void write_parameters(JsonWriter& out, const DeclaredEndpoint& row, schema::Components& components) {
    bool has_id = row.declaration.path.find("{id}") != std::string_view::npos;
    if (!has_id && row.types.query == nullptr) return;
    out.key("parameters");
    out.begin_array();
    if (has_id) out.raw(kIdParameter);
    if (row.types.query != nullptr) row.types.query(out, components);
    out.end_array();
}

// `more` are members of "headers", each with a comma before it.
void write_head(JsonWriter& out, std::string_view status, std::string_view description, bool is_limited,
                std::string_view more = {}) {
    out.key(status);
    out.begin_object();
    out.key("description");
    out.string(description);
    std::string headers(kOriginHeader);
    if (is_limited) headers += kLimitHeaders;
    headers += more;
    out.key("headers"), out.raw("{" + headers + "}");
}

void write_problem(JsonWriter& out, std::string_view status, const std::string& description, bool is_limited) {
    write_head(out, status, description, is_limited, status == "429" ? kRetryHeader : "");
    out.key("content");
    out.raw(R"({"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}})");
    out.end_object();
}

void write_responses(JsonWriter& out, const DeclaredEndpoint& row, schema::Components& components) {
    const auto& declared = row.declaration;
    bool is_limited = declared.limit != LimitClass::none;
    int success = declared.success != 0 ? declared.success : (row.types.response != nullptr ? 200 : 204);
    out.key("responses");
    out.begin_object();
    write_head(out, std::to_string(success), reason_phrase(success), is_limited,
               row.types.sets_cookie ? kCookieHeader : "");
    if (row.types.response != nullptr) write_content(out, kJson, row.types.response, components);
    if (!declared.produces.empty()) {
        out.key("content");
        out.begin_object();
        out.key(declared.produces), out.raw("{}");
        out.end_object();
    }
    out.end_object();
    if (declared.access != Access::anyone) write_problem(out, "401", "Missing or invalid access token.", is_limited);
    if (declared.access == Access::admin) write_problem(out, "403", "The caller is not an administrator.", is_limited);
    if (declared.path.find("{id}") != std::string_view::npos)
        write_problem(out, "404", "Not found, or not accessible to the caller.", is_limited);
    if (row.types.body != nullptr || row.types.query != nullptr)
        write_problem(out, "422", "Invalid values, all listed in errors.", is_limited);
    if (is_limited) write_problem(out, "429", "Too many requests.", is_limited);
    write_problem(out, "500", "Internal server error.", false);
    std::string codes = "A problem.";
    for (auto code : declared.errors) codes += (codes.ends_with('.') ? " Codes: " : ", ") + std::string(code);
    write_problem(out, "default", codes, false);
    out.end_object();
}

void write_operation(JsonWriter& out, const DeclaredEndpoint& row, schema::Components& components) {
    const auto& declared = row.declaration;
    out.key(lower(method_name(declared.method)));
    out.begin_object();
    out.key("operationId");
    out.string(operation_id(declared));
    out.key("summary");
    out.string(declared.summary);
    out.key("tags");
    out.begin_array();
    out.string(tag_of(declared.path));
    out.end_array();
    out.key("security");
    out.raw(declared.access == Access::anyone ? "[]" : R"([{"accessToken":[]}])");
    write_parameters(out, row, components);
    if (row.types.body != nullptr) {
        out.key("requestBody");
        out.begin_object();
        out.key("required");
        out.boolean(row.types.body_required);
        write_content(out, kJson, row.types.body, components);
        out.end_object();
    }
    write_responses(out, row, components);
    out.end_object();
}

}  // namespace

void write_info_members(JsonWriter& out, const DocumentInfo& info) {
    out.key("title"), out.string(info.title);
    out.key("version"), out.string(info.version);
    out.key("description"), out.string(info.description);
}

std::string openapi_document(const DeclaredEndpoints& endpoints, const DocumentInfo& info) {
    std::map<std::string_view, std::vector<const DeclaredEndpoint*>> paths;
    for (const auto& row : endpoints)
        if (!row.declaration.hidden) paths[row.declaration.path].push_back(&row);

    std::string document;
    schema::Components components;
    JsonWriter out(document);
    out.begin_object();
    out.key("openapi"), out.string("3.1.0");
    out.key("info");
    out.begin_object();
    write_info_members(out, info);
    out.end_object();
    out.key("servers");
    out.begin_array();
    out.begin_object();
    out.key("url"), out.string(info.server_url);
    out.key("x-internal"), out.boolean(false);
    out.end_object();
    out.end_array();
    out.key("paths");
    out.begin_object();
    for (const auto& [path, rows] : paths) {
        out.key(path);
        out.begin_object();
        for (const auto* row : rows) write_operation(out, *row, components);
        out.end_object();
    }
    out.end_object();
    out.key("components");
    out.begin_object();
    out.key("securitySchemes"), out.raw(kOpenapiSecurity);
    out.key("headers"), out.raw(kHeaders);
    out.key("schemas");
    out.begin_object();
    out.key("Problem"), out.raw(kProblemSchema);
    for (const auto& [name, text] : components.schemas()) out.key(name), out.raw(text);
    out.end_object();
    out.end_object();
    out.end_object();
    return document;
}

}  // namespace mindspace::http
