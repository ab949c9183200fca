#include "platform/http/openapi.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace mindspace::http {

namespace {

constexpr std::string_view kSecuritySchemes =
    R"({"accessToken":{"type":"http","scheme":"bearer","bearerFormat":"JWT"}})";

constexpr std::string_view kProblemSchema = R"({
    "type":"object","description":"RFC 9457","required":["type","title","status","detail","code","requestId"],
    "properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},
    "detail":{"type":"string"},"code":{"type":"string","description":"Stable; decide by this."},
    "requestId":{"type":"string"},"errors":{"type":"array","items":{"type":"object","required":["code","message"],
    "properties":{"pointer":{"type":"string","description":"RFC 6901, of a field of the body"},
    "parameter":{"type":"string"},"code":{"type":"string"},"message":{"type":"string"}}}}}})";

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

// "post /api/v1/auth/login" → "postAuthLogin": stable as long as the path is.
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

void write_parameters(JsonWriter& out, const Endpoint& row, schema::Components& components) {
    bool has_id = row.declaration.path.find("{id}") != std::string_view::npos;
    if (!has_id && row.types.query == nullptr) return;
    out.key("parameters");
    out.begin_array();
    if (has_id) out.raw(R"({"name":"id","in":"path","required":true,"schema":{"type":"string","format":"uuid"}})");
    if (row.types.query != nullptr) row.types.query(out, components);
    out.end_array();
}

void write_problem(JsonWriter& out, std::string_view status, const std::string& description) {
    out.key(status);
    out.begin_object();
    out.key("description");
    out.string(description);
    out.key("content");
    out.raw(R"({"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}})");
    out.end_object();
}

void write_responses(JsonWriter& out, const Endpoint& row, schema::Components& components) {
    const auto& declared = row.declaration;
    int success = declared.success != 0 ? declared.success : (row.types.answer != nullptr ? 200 : 204);
    out.key("responses");
    out.begin_object();
    out.key(std::to_string(success));
    out.begin_object();
    out.key("description");
    out.string(reason_phrase(success));
    if (row.types.answer != nullptr) write_content(out, kJson, row.types.answer, components);
    out.end_object();
    if (declared.access != Access::anyone) write_problem(out, "401", "No valid access token.");
    if (declared.access == Access::admin) write_problem(out, "403", "Not an administrator.");
    if (declared.path.find("{id}") != std::string_view::npos) write_problem(out, "404", "Absent, or not the caller's.");
    if (row.types.body != nullptr || row.types.query != nullptr)
        write_problem(out, "422", "Values that do not fit, all of them.");
    std::string codes = "A problem.";
    for (auto code : declared.errors) codes += (codes.ends_with('.') ? " Codes: " : ", ") + std::string(code);
    write_problem(out, "default", codes);
    out.end_object();
}

void write_operation(JsonWriter& out, const Endpoint& row, schema::Components& components) {
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
        out.boolean(true);
        write_content(out, kJson, row.types.body, components);
        out.end_object();
    }
    write_responses(out, row, components);
    out.end_object();
}

}  // namespace

std::string openapi_document(const Router& router, const DocumentInfo& info) {
    std::map<std::string_view, std::vector<const Endpoint*>> paths;
    for (const auto& row : router.endpoints())
        if (!row.declaration.hidden) paths[row.declaration.path].push_back(&row);

    std::string document;
    schema::Components components;
    JsonWriter out(document);
    out.begin_object();
    out.key("openapi"), out.string("3.1.0");
    out.key("info");
    out.begin_object();
    out.key("title"), out.string(info.title);
    out.key("version"), out.string(info.version);
    out.key("description"), out.string(info.description);
    out.end_object();
    out.key("servers");
    out.begin_array();
    out.begin_object();
    out.key("url"), out.string(info.server_url);
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
    out.key("securitySchemes"), out.raw(kSecuritySchemes);
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
