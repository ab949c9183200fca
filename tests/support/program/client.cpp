#include "support/program/client.h"

#include "support/program/secrets.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <stdexcept>

namespace mindspace::integration {

namespace {

constexpr long kTimeoutSeconds = 180;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::size_t take_body(const char* bytes, std::size_t, std::size_t count, void* to) {
    static_cast<Response*>(to)->body.append(bytes, count);
    return count;
}

std::size_t take_header(const char* bytes, std::size_t, std::size_t count, void* to) {
    const std::string line(bytes, count);
    auto& headers = static_cast<Response*>(to)->headers;
    const auto colon = line.find(':');
    if (line.starts_with("HTTP/")) {
        headers.clear();  // the previous one was an interim response
    } else if (colon != std::string::npos) {
        const auto begin = line.find_first_not_of(' ', colon + 1);
        const auto end = line.find_last_not_of("\r\n ");
        headers.emplace_back(lower(line.substr(0, colon)), begin > end ? "" : line.substr(begin, end + 1 - begin));
    }
    return count;
}

// "name:" without a value removes a header that libcurl would send by default. Repeated headers are sent as they are.
CurlList make_list(const Request& request, const std::string& access_token) {
    std::multimap<std::string, std::string> headers{{"expect", ""}, {"content-type", ""}, {"accept", "*/*"}};
    auto replace = [&](const std::string& name, std::string value) {
        headers.erase(name);
        headers.emplace(name, std::move(value));
    };
    if (!access_token.empty()) replace("authorization", "Bearer " + access_token);
    if (request.body) replace("content-type", "application/json");
    for (const auto& header : request.headers) headers.erase(lower(header.first));
    for (const auto& [name, value] : request.headers) headers.emplace(lower(name), value);
    CurlList list;
    for (const auto& [name, value] : headers) append(list, name + ":" + (value.empty() ? "" : " " + value));
    return list;
}

}  // namespace

std::optional<std::string> Response::header(std::string_view name) const {
    const auto found = std::ranges::find(headers, name, &Headers::value_type::first);
    return found == headers.end() ? std::nullopt : std::optional(found->second);
}

const json::value& Response::at(std::string_view pointer) const {
    boost::system::error_code missing;
    const auto* found = document.find_pointer({pointer.data(), pointer.size()}, missing);
    if (found != nullptr) return *found;
    throw std::runtime_error("nothing at " + std::string(pointer) + " of " + std::to_string(status) + " " + body);
}

std::string Response::text(std::string_view pointer) const {
    return std::string(at(pointer).as_string());
}
std::int64_t Response::number(std::string_view pointer) const {
    return at(pointer).to_number<std::int64_t>();
}

std::ostream& operator<<(std::ostream& out, const Response& response) {
    if (response.status == 0) return out << "no response (" << response.failure << ")";
    return out << response.status << " " << response.body.substr(0, 2000);
}

Client::Client(const Program& program, std::string access_token)
    : Client(&program, {}, program.certificate(), std::move(access_token)) {}

Client::Client(std::string origin, std::string certificate, std::string access_token)
    : Client(nullptr, std::move(origin), std::move(certificate), std::move(access_token)) {}

Client::Client(const Program* program, std::string origin, std::string certificate, std::string access_token)
    : program_(program),
      origin_(std::move(origin)),
      certificate_(std::move(certificate)),
      access_token_(std::move(access_token)) {}

std::string Client::origin() const {
    if (program_ == nullptr) return origin_;
    return (certificate_.empty() ? "http" : "https") + ("://127.0.0.1:" + std::to_string(program_->port()));
}

Response Client::send(const Request& request) {
    Response response;
    auto* handle = handle_.get();
    const auto headers = make_list(request, access_token_);
    const auto url = origin() + request.path;
    curl_easy_reset(handle);  // keeps the connections
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
    if (!certificate_.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, certificate_.c_str());
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle, CURLOPT_TIMEOUT, kTimeoutSeconds);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &response);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &response);
    if (request.body || request.method == "POST") {
        const auto size = request.body ? request.body->size() : 0;
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(size));
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body ? request.body->data() : "");
    }
    if (request.method == "HEAD") curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());

    if (const auto code = curl_easy_perform(handle); code != CURLE_OK) {
        response.failure = curl_easy_strerror(code);
        return response;
    }
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &response.status);
    boost::system::error_code not_json;
    response.document = json::parse(response.body, not_json);
    remember_secrets(response.document);
    if (request.body) remember_secrets(json::parse(*request.body, not_json));
    return response;
}

Response Client::get(std::string path, Headers headers) {
    return send({.method = "GET", .path = std::move(path), .headers = std::move(headers)});
}

Response Client::post(std::string path) {
    return send({.method = "POST", .path = std::move(path)});
}

Response Client::post(std::string path, const json::object& body, Headers headers) {
    return send({"POST", std::move(path), json::serialize(body), std::move(headers)});
}

Response Client::patch(std::string path, const json::object& body, Headers headers) {
    return send({"PATCH", std::move(path), json::serialize(body), std::move(headers)});
}

Response Client::del(std::string path, Headers headers) {
    return send({.method = "DELETE", .path = std::move(path), .headers = std::move(headers)});
}

std::string text_of(const json::object& object, std::string_view member) {
    return std::string(object.at({member.data(), member.size()}).as_string());
}

testing::AssertionResult is(const Response& response, long status) {
    if (response.status == status) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "expected " << status << ", got " << response;
}

testing::AssertionResult is_problem(const Response& response, long status, std::string_view code) {
    if (auto right = is(response, status); !right) return right;
    const auto fault = [&](std::string_view what) { return testing::AssertionFailure() << what << ": " << response; };
    if (response.header("content-type") != "application/problem+json") return fault("not a problem");
    if (response.text("/code") != code) return fault("expected " + std::string(code));
    if (response.number("/status") != status) return fault("another status inside");
    if (response.text("/requestId") != response.header("x-request-id")) return fault("another request id inside");
    for (const char* member : {"/type", "/title", "/detail"})
        if (response.text(member).empty()) return fault(std::string(member) + " is empty");
    return testing::AssertionSuccess();
}

std::vector<std::string> faults_of(const Response& response) {
    std::vector<std::string> faults;
    for (const auto& fault : response.at("/errors").as_array()) {
        const auto& members = fault.as_object();
        const auto* where = members.if_contains("pointer");
        if (where == nullptr) where = &members.at("parameter");
        faults.push_back(std::string(where->as_string()) + " " + std::string(members.at("code").as_string()));
    }
    return faults;
}

}  // namespace mindspace::integration
